import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { NotFoundError, type EnvScope, type Page, type Paging, type Principal } from '@app/kernel';
import { requirePermission } from '@app/access';
import { BytesMissingError, FileBytes } from './file-bytes';
import { contentTypeOf } from './content-type';
import { FileUsage } from './file-usage';
import { FileWriter } from './file-writer';
import { FileRepository, type StoredFile } from './file.repository';
import type { FileActor, FileView } from './file.view';

export interface OpenFile {
  readonly file: FileView;
  /** The caller reads or destroys it. */
  readonly stream: Readable;
}

/** How often a content may be replaced under the hands of a reader before it gives up. */
const READ_ATTEMPTS = 5;

/** The files of an environment, as credentials may see and change them. */
@Injectable()
export class FileService {
  constructor(
    private readonly files: FileRepository,
    private readonly bytes: FileBytes,
    private readonly writer: FileWriter,
    private readonly usage: FileUsage,
  ) {}

  /** @param prefix the first characters of the path, taken literally */
  list(principal: Principal, prefix: string, paging: Paging): Promise<Page<FileView>> {
    requirePermission(principal, 'read', fileUrn(`${prefix}*`));
    return this.files.list(principal, prefix, paging);
  }

  async get(principal: Principal, fileId: string): Promise<FileView> {
    const file = await this.files.find(principal, fileId);
    if (file === null) throw new NotFoundError('File');
    requirePermission(principal, 'read', fileUrn(file.path));
    return file;
  }

  /** The content as it was at one moment. */
  async download(principal: Principal, fileId: string): Promise<OpenFile> {
    const open = await openFile(this.bytes, this.files, async () => {
      const file = await this.files.find(principal, fileId);
      if (file !== null) requirePermission(principal, 'read', fileUrn(file.path));
      return file;
    });
    if (open === null) throw new NotFoundError('File');
    return open;
  }

  /** The largest file that may be sent to the path. Throws ForbiddenError. */
  largestUpload(principal: Principal, path: string): number {
    requirePermission(principal, 'create', fileUrn(path));
    return this.usage.maxBytes;
  }

  /**
   * Receives a file: creates it, or replaces its content once all of it is here. Whatever the source throws is thrown
   * on, and nothing has changed then. Throws ForbiddenError, StorageQuotaError.
   * @param saidType the content type that the sender gave it
   */
  async upload(
    principal: Principal,
    path: string,
    saidType: string | null,
    source: AsyncIterable<Buffer>,
  ): Promise<FileView> {
    requirePermission(principal, 'create', fileUrn(path));
    const staged = await this.bytes.stageStream(principal, source);
    return this.writer.write(actorOf(principal), path, contentTypeOf(path, saidType), staged);
  }

  async delete(principal: Principal, fileId: string): Promise<void> {
    const existed = await this.writer.delete(actorOf(principal), async () => {
      const file = await this.files.lock(principal, fileId);
      if (file !== null) requirePermission(principal, 'delete', fileUrn(file.path));
      return file;
    });
    if (!existed) throw new NotFoundError('File');
  }
}

export function fileUrn(path: string): string {
  return `file:${path}`;
}

export function actorOf({ orgId, envId, userId }: EnvScope & { readonly userId: string }): FileActor {
  return { orgId, envId, userId, run: null };
}

/** Opens what `find` finds, and asks it again when the content was replaced meanwhile. Null when it finds nothing. */
export async function openFile(
  bytes: FileBytes,
  files: FileRepository,
  find: () => Promise<StoredFile | null>,
): Promise<OpenFile | null> {
  for (let attempt = 1; ; attempt += 1) {
    const file = await find();
    if (file === null) return null;
    const parts = await files.partsOf(file.contentId);
    try {
      const isWhole = parts.reduce((sum, part) => sum + part.size, 0) === file.size;
      if (!isWhole) throw new BytesMissingError(file.contentId);
      return { file, stream: await bytes.read(parts) };
    } catch (error) {
      if (!(error instanceof BytesMissingError) || attempt >= READ_ATTEMPTS) throw error;
    }
  }
}
