/** The one place where a path gets other content: create, replace, delete, each in one transaction. */
import { Injectable } from '@nestjs/common';
import { newId, NotOurRunError } from '@app/kernel';
import { Db } from '@app/platform/database';
import { FileBytes, type StagedBytes } from './file-bytes';
import { FileUsage } from './file-usage';
import { FileChangedError } from './file.errors';
import { FileRepository, type NewContent, type StoredFile } from './file.repository';
import type { FileActor, FileView } from './file.view';
import { Leftovers } from './leftovers';

/** Somebody may be in the middle of reading it, part after part. A single part that is open stays readable without. */
const READ_ON_SECONDS = 3_600;

/** What must be there: a file with this etag, no file at all (`null`), or whatever there is (undefined). */
export type ExpectedFile = { readonly etag: string | null } | undefined;

@Injectable()
export class FileWriter {
  constructor(
    private readonly db: Db,
    private readonly files: FileRepository,
    private readonly leftovers: Leftovers,
    private readonly usage: FileUsage,
    private readonly bytes: FileBytes,
  ) {}

  /**
   * Makes staged bytes the content of the path; when that is refused, they are gone. Throws FileTooLargeError,
   * StorageQuotaError, FileChangedError, NotOurRunError.
   */
  async write(
    actor: FileActor,
    path: string,
    contentType: string | null,
    staged: StagedBytes,
    expected?: ExpectedFile,
  ): Promise<FileView> {
    const { size, md5: etag, storagePath } = staged;
    const content = { contentId: newId(), size, etag, contentType, storageBackend: this.bytes.backend };
    try {
      return await this.db.tx(async () => {
        const file = await this.put(actor, path, content, expected);
        await this.leftovers.keep(content.contentId, { number: 1, size, etag, storagePath });
        return file;
      });
    } catch (error) {
      await this.bytes.discard([storagePath]).catch(() => undefined); // then the sweep does it
      throw error;
    }
  }

  /** Inside a transaction: the path gets the content, whose parts are kept already or will be. */
  async put(
    actor: FileActor,
    path: string,
    content: NewContent,
    expected?: ExpectedFile,
    reservedBytes = 0,
  ): Promise<FileView> {
    await this.requireOurs(actor);
    this.usage.checkSize(content.size);
    await this.usage.takeTurn(actor);
    for (;;) {
      const before = await this.files.lockAt(actor, path);
      if (expected !== undefined && expected.etag !== (before?.etag ?? null))
        throw new FileChangedError(path);
      await this.usage.require(actor, content.size - (before?.size ?? 0) - reservedBytes);
      const after =
        before === null
          ? await this.files.insert(actor, newId(), path, content)
          : await this.files.replace(actor, before.fileId, content);
      // Created by somebody else between the two statements: now it is there to be replaced.
      if (after === null) continue;
      if (before !== null) await this.release(before);
      await this.usage.add(actor, content.size - (before?.size ?? 0), before === null ? 1 : 0);
      return after;
    }
  }
  /** Whether there was such a file. Its bytes stay in storage for a day. Throws NotOurRunError. */
  async delete(actor: FileActor, find: () => Promise<StoredFile | null>): Promise<boolean> {
    return this.db.tx(async () => {
      await this.requireOurs(actor);
      const file = await find();
      if (file === null) return false;
      await this.files.delete(actor, file.fileId);
      await this.usage.add(actor, -file.size, -1);
      return true;
    });
  }

  private async requireOurs({ run }: FileActor): Promise<void> {
    if (run !== null && !(await this.files.isOurs(run))) throw new NotOurRunError();
  }

  private async release({ contentId }: StoredFile): Promise<void> {
    const keys = await this.leftovers.letGo(contentId, READ_ON_SECONDS);
    // Whoever has it open reads on; whoever comes a moment later looks the file up again.
    if (keys.length === 1) this.db.afterCommit(() => this.bytes.discard(keys));
  }
}
