/** Calls of running programs on stored files: their JSON read and written, failures in their words. */
import { ProgramFiles, type ExpectedFile, type FileActor, type FileView } from '@app/files';
import { AppError, NotOurRunError, type ErrorCode } from '@app/kernel';
import { RunFiles, type FileCall, type FileUser } from '@app/runs';
import { Injectable, Logger } from '@nestjs/common';

type Code = 'invalid' | 'not_found' | 'conflict' | 'quota' | 'cancelled' | 'io';

/** What a program is told. */
class FileCallError extends Error {
  constructor(
    readonly code: Code,
    message: string,
  ) {
    super(message);
    this.name = 'FileCallError';
  }
}

const CODES: Readonly<Partial<Record<ErrorCode, Code>>> = {
  bad_request: 'invalid',
  conflict: 'conflict',
  payload_too_large: 'quota',
  storage_quota_exceeded: 'quota',
};

@Injectable()
export class StoredRunFiles extends RunFiles {
  private readonly log = new Logger(StoredRunFiles.name);

  constructor(private readonly files: ProgramFiles) {
    super();
  }

  override get maxReadBytes(): number {
    return this.files.maxReadBytes;
  }

  override async call(run: FileUser, name: FileCall, argsJson: string): Promise<string> {
    try {
      return await this.answer(run, name, new Args(argsJson));
    } catch (error) {
      throw this.told(error, run, name);
    }
  }

  private async answer(run: FileUser, name: FileCall, args: Args): Promise<string> {
    switch (name) {
      case 'file.read': {
        const path = args.text('path');
        const bytes = await this.files.read(run, path);
        if (bytes === null) throw new FileCallError('not_found', `no file at ${path}`);
        return bytesJson(bytes);
      }
      case 'file.write': {
        const { files } = this;
        const type = args.optionalText('contentType');
        return metaJson(
          await files.write(actorOf(run), args.text('path'), args.bytes('bytes'), type, args.expected()),
        );
      }
      case 'file.delete':
        return JSON.stringify(await this.files.delete(actorOf(run), args.text('path')));
      case 'file.stat': {
        const file = await this.files.stat(run, args.text('path'));
        return file === null ? 'null' : metaJson(file);
      }
      case 'file.list': {
        const files = await this.files.list(run, args.text('prefix'));
        return `[${files.map(metaJson).join(',')}]`;
      }
    }
  }

  private told(error: unknown, run: FileUser, call: FileCall): FileCallError {
    if (error instanceof FileCallError) return error;
    if (error instanceof NotOurRunError) return new FileCallError('cancelled', 'the run is over');
    if (error instanceof AppError) {
      const code = CODES[error.code];
      if (code !== undefined) return new FileCallError(code, error.message);
      if (error.kind === 'unavailable') return new FileCallError('io', error.message);
    }
    // The program learns that it was not its fault, and nothing of our disk.
    this.log.error({ event: 'file.call_failed', call, runId: run.runId, error });
    return new FileCallError('io', 'the file storage failed');
  }
}

/** The arguments of one call. */
class Args {
  private readonly members: Readonly<Record<string, unknown>>;

  constructor(json: string) {
    const value: unknown = JSON.parse(json);
    this.members = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  }

  text(name: string): string {
    const value = this.members[name];
    if (typeof value !== 'string') throw new FileCallError('invalid', `${name} must be a text`);
    return value;
  }

  optionalText(name: string): string | null {
    const value = this.members[name] ?? null;
    return value === null ? null : this.text(name);
  }

  /** As `{"$type": "::hot::type/Bytes", "$val": "<base64>"}`. */
  bytes(name: string): Buffer {
    const value = this.members[name];
    const base64 = typeof value === 'object' && value !== null && '$val' in value ? value.$val : undefined;
    if (typeof base64 !== 'string') throw new FileCallError('invalid', `${name} must be bytes`);
    return Buffer.from(base64, 'base64');
  }

  /** `ifEtag`: the etag that must be there; an empty one, that nothing may be there. */
  expected(): ExpectedFile {
    const etag = this.optionalText('ifEtag');
    return etag === null ? undefined : { etag: etag === '' ? null : etag };
  }
}

function actorOf({ orgId, envId, byUserId, runId, dispatchId, incarnation }: FileUser): FileActor {
  return { orgId, envId, userId: byUserId, run: { runId, dispatchId, incarnation } };
}

function bytesJson(bytes: Buffer): string {
  return `{"$type":"::hot::type/Bytes","$val":"${bytes.toString('base64')}"}`;
}

/** As `FileMeta` of the library: times in whole seconds. */
function metaJson(file: FileView): string {
  return JSON.stringify({
    'file-id': file.fileId,
    path: file.path,
    size: file.size,
    etag: file.etag,
    'content-type': file.contentType,
    'storage-backend': file.storageBackend,
    'created-at': Math.floor(file.createdAt.getTime() / 1000),
    'updated-at': Math.floor(file.updatedAt.getTime() / 1000),
  });
}
