/** Files that arrive in parts. An upload is a content under construction: completing it moves no byte. */
import { Inject, Injectable } from '@nestjs/common';
import { newId, NotFoundError, type Principal } from '@app/kernel';
import { requirePermission } from '@app/access';
import { Db } from '@app/platform/database';
import { contentTypeOf } from './content-type';
import { fileConfig, type FileConfig } from './file.config';
import { TooManyPendingUploadsError, UploadNotPendingError } from './file.errors';
import { FileBytes } from './file-bytes';
import { normalisePath } from './file-path';
import { actorOf, fileUrn } from './file.service';
import { FileUsage } from './file-usage';
import { FileWriter } from './file-writer';
import type { FileView } from './file.view';
import { Leftovers } from './leftovers';
import { assemble, checkPart, MAX_PART_BYTES, maxPartBytes, planParts } from './upload-rules';
import { UploadRepository, type Upload, type UploadPart } from './upload.repository';

export interface UploadRequest {
  readonly path: string;
  readonly expectedSize: number | null;
  readonly contentType: string | null;
}

@Injectable()
export class UploadService {
  constructor(
    private readonly db: Db,
    private readonly uploads: UploadRepository,
    private readonly leftovers: Leftovers,
    private readonly bytes: FileBytes,
    private readonly usage: FileUsage,
    private readonly writer: FileWriter,
    @Inject(fileConfig.token) private readonly config: FileConfig,
  ) {}

  /** Throws FilePathError, FileTooLargeError, TooManyPendingUploadsError. */
  async begin(principal: Principal, request: UploadRequest): Promise<Upload> {
    const path = normalisePath(request.path);
    requirePermission(principal, 'create', fileUrn(path));
    const { expectedSize } = request;
    this.usage.checkSize(expectedSize ?? 0);
    const reservedBytes = expectedSize ?? Math.min(this.usage.maxBytes, MAX_PART_BYTES);
    return this.db.tx(async () => {
      const { maxPendingUploads } = this.config;
      if ((await this.uploads.countPending(principal)) >= maxPendingUploads) {
        throw new TooManyPendingUploadsError(
          `An environment may have at most ${maxPendingUploads} unfinished uploads: complete or abort one`,
        );
      }
      await this.usage.takeTurn(principal);
      if (!(await this.usage.fits(principal, reservedBytes))) {
        throw new TooManyPendingUploadsError(
          'Files and unfinished uploads leave no room for another of that size',
        );
      }
      return this.uploads.insert(principal, {
        uploadId: newId(),
        path,
        contentType: contentTypeOf(path, request.contentType),
        expectedSize,
        ...planParts(expectedSize),
        reservedBytes,
        userId: principal.userId,
      });
    });
  }

  /** The most that this part may have: asked before a byte of it is received. Throws as `putPart`. */
  async largestPart(principal: Principal, uploadId: string, partNumber: number): Promise<number> {
    const upload = this.allowed(principal, await this.uploads.find(principal, uploadId));
    const most = maxPartBytes(upload, partNumber);
    requireOpen(upload);
    return most;
  }

  /**
   * Receives a part; one of the same number is replaced. Throws NotFoundError, BadRequestError, UploadNotPendingError,
   * PartTooLargeError, PartTooSmallError, FileTooLargeError, StorageQuotaError, and what the source throws.
   */
  async putPart(
    principal: Principal,
    uploadId: string,
    partNumber: number,
    source: AsyncIterable<Buffer>,
  ): Promise<UploadPart> {
    const staged = await this.bytes.stageStream(principal, source);
    const { size, md5: etag, storagePath } = staged;
    try {
      await this.db.tx(async () => {
        const upload = this.allowed(principal, await this.uploads.lock(principal, uploadId));
        requireOpen(upload);
        checkPart(upload, partNumber, size);
        await this.makeRoom(upload, partNumber, size);
        await this.leftovers.letGo(uploadId, 0, partNumber);
        await this.leftovers.keep(uploadId, { number: partNumber, size, etag, storagePath });
      });
    } catch (error) {
      await this.bytes.discard([storagePath]).catch(() => undefined); // then the sweep does it
      throw error;
    }
    return { partNumber, size, etag };
  }

  /** Throws UploadIncompleteError and leaves the upload open when parts or bytes are missing. */
  async complete(principal: Principal, uploadId: string): Promise<FileView> {
    return this.db.tx(async () => {
      const upload = this.allowed(principal, await this.uploads.lock(principal, uploadId));
      requireOpen(upload);
      const { size, etag } = assemble(upload, await this.uploads.parts(uploadId));
      const { path, contentType, reservedBytes } = upload;
      const content = { contentId: uploadId, size, etag, contentType, storageBackend: this.bytes.backend };
      const file = await this.writer.put(actorOf(principal), path, content, undefined, reservedBytes);
      await this.uploads.end(principal, uploadId, 'completed');
      return file;
    });
  }

  /** Once more is fine; a completed one stays. Throws UploadNotPendingError. */
  async abort(principal: Principal, uploadId: string): Promise<void> {
    await this.db.tx(async () => {
      const upload = this.allowed(principal, await this.uploads.lock(principal, uploadId));
      if (upload.status === 'completed') throw new UploadNotPendingError();
      if (upload.status === 'aborted') return;
      await this.uploads.end(principal, uploadId, 'aborted');
      const keys = await this.leftovers.letGo(uploadId, 0);
      this.db.afterCommit(() => this.bytes.discard(keys));
    });
  }

  private allowed(principal: Principal, upload: Upload | null): Upload {
    if (upload === null) throw new NotFoundError('Upload');
    requirePermission(principal, 'create', fileUrn(upload.path));
    return upload;
  }

  /** Nobody said how much would come, or more comes than was said: it counts as it arrives. */
  private async makeRoom(upload: Upload, partNumber: number, size: number): Promise<void> {
    const bytes = size + (await this.uploads.bytesBesides(upload.uploadId, partNumber));
    this.usage.checkSize(bytes);
    if (bytes <= upload.reservedBytes) return;
    await this.usage.takeTurn(upload);
    await this.usage.require(upload, bytes - upload.reservedBytes);
    await this.uploads.reserve(upload, upload.uploadId, bytes);
  }
}

function requireOpen({ isOpen }: Upload): void {
  if (!isOpen) throw new UploadNotPendingError();
}
