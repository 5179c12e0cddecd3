/** Files as running programs see them: whole contents, by path, of their own environment. */
import { Inject, Injectable } from '@nestjs/common';
import { AppError, type EnvScope } from '@app/kernel';
import { contentTypeOf } from './content-type';
import { fileConfig, type FileConfig } from './file.config';
import { FileBytes } from './file-bytes';
import { normalisePath } from './file-path';
import { openFile } from './file.service';
import { FileUsage } from './file-usage';
import { FileWriter, type ExpectedFile } from './file-writer';
import { FileRepository } from './file.repository';
import type { FileActor, FileView } from './file.view';
import { Turns } from './turns';

/** Contents held in memory at the same time, for all runs of the process. */
const READS_AT_ONCE = 4;
const MAX_LISTED = 10_000;

@Injectable()
export class ProgramFiles {
  private readonly reads = new Turns(READS_AT_ONCE);

  constructor(
    private readonly files: FileRepository,
    private readonly bytes: FileBytes,
    private readonly writer: FileWriter,
    private readonly usage: FileUsage,
    @Inject(fileConfig.token) private readonly config: FileConfig,
  ) {}

  get maxReadBytes(): number {
    return this.config.programMaxBytes;
  }

  /** Null when there is no such file. Throws FilePathError, and `payload_too_large` for what no program can hold. */
  read(scope: EnvScope, path: string): Promise<Buffer | null> {
    const at = normalisePath(path);
    return this.reads.take(async () => {
      const open = await openFile(this.bytes, this.files, async () => {
        const file = await this.files.findAt(scope, at);
        if (file !== null) this.requireReadable(file);
        return file;
      });
      if (open === null) return null;
      const chunks: Buffer[] = [];
      for await (const chunk of open.stream) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    });
  }

  /** Throws FilePathError, FileTooLargeError, StorageQuotaError, FileChangedError, NotOurRunError. */
  async write(
    actor: FileActor,
    path: string,
    bytes: Uint8Array,
    contentType: string | null,
    expected?: ExpectedFile,
  ): Promise<FileView> {
    const at = normalisePath(path);
    this.usage.checkSize(bytes.length);
    const staged = await this.bytes.stageBytes(actor, bytes);
    // The program's library knows more extensions than the API's short list.
    return this.writer.write(actor, at, contentType ?? contentTypeOf(at, null), staged, expected);
  }

  /** Whether there was one. Throws FilePathError, NotOurRunError. */
  async delete(actor: FileActor, path: string): Promise<boolean> {
    const at = normalisePath(path);
    return this.writer.delete(actor, () => this.files.lockAt(actor, at));
  }

  async stat(scope: EnvScope, path: string): Promise<FileView | null> {
    return this.files.findAt(scope, normalisePath(path));
  }

  /** Of a directory or of a path prefix, by path; the first 10,000. An empty prefix is everything. */
  async list(scope: EnvScope, prefix: string): Promise<readonly FileView[]> {
    return this.files.listByPath(scope, normalisePrefix(prefix), MAX_LISTED);
  }

  private requireReadable({ path, size }: FileView): void {
    const { programMaxBytes } = this.config;
    if (size <= programMaxBytes) return;
    throw new AppError(
      'payload_too_large',
      `${path} has ${size} bytes; a program reads at most ${programMaxBytes} at once`,
    );
  }
}

/** As a path, but it may be empty, and a slash at its end stays: `a/` is the directory, `a` also `ab`. */
function normalisePrefix(prefix: string): string {
  if (prefix.replace(/^hot:\/\//, '').replace(/[./]+/g, '') === '' && !prefix.includes('..')) return '';
  const path = normalisePath(prefix);
  return prefix.endsWith('/') ? `${path}/` : path;
}
