/**
 * Tables: file_leftover, file_part. Bytes in storage that no file refers to: announced before they are written, taken
 * off the list in the transaction that makes a file refer to them, put back on it when nothing does any more. So whatever
 * a crash leaves behind has a row here, and the storage need never be searched.
 */
import { Injectable } from '@nestjs/common';
import { Db } from '@app/platform/database';

/** How long bytes may lie in storage before the transaction that refers to them must have been made. */
const ANNOUNCED_FOR = '24 hours';

const ANNOUNCE = `INSERT INTO hot.file_leftover (storage_path, remove_at) VALUES ($1, now() + interval '${ANNOUNCED_FOR}')`;
const CLAIM = `DELETE FROM hot.file_leftover WHERE storage_path = $1`;
const ADD_PART = `INSERT INTO hot.file_part (content_id, part_number, size, etag, storage_path) VALUES ($1, $2, $3, $4, $5)`;
const LET_GO = `
  WITH gone AS (DELETE FROM hot.file_part WHERE content_id = $1 AND ($2::int IS NULL OR part_number = $2)
                RETURNING storage_path)
  INSERT INTO hot.file_leftover (storage_path, remove_at)
  SELECT storage_path, now() + $3::int * interval '1 second' FROM gone RETURNING storage_path`;
// A row that a removal holds, or that is being claimed, is somebody else's business.
const DUE = `SELECT storage_path FROM hot.file_leftover WHERE remove_at <= now()
   ORDER BY remove_at LIMIT $1 FOR UPDATE SKIP LOCKED`;
const TAKE = `SELECT storage_path FROM hot.file_leftover WHERE storage_path = ANY($1::text[]) FOR UPDATE SKIP LOCKED`;
const FORGET = `DELETE FROM hot.file_leftover WHERE storage_path = ANY($1::text[])`;

@Injectable()
export class Leftovers {
  constructor(private readonly db: Db) {}

  /** Before a byte is put under the key. */
  async announce(storagePath: string): Promise<void> {
    await this.db.execute(ANNOUNCE, [storagePath]);
  }

  /** Makes announced bytes a part of a content. Throws when they have been removed meanwhile. */
  async keep(
    contentId: string,
    part: {
      readonly number: number;
      readonly size: number;
      readonly etag: string;
      readonly storagePath: string;
    },
  ): Promise<void> {
    if ((await this.db.execute(CLAIM, [part.storagePath])) === 0) {
      throw new Error(`${part.storagePath} has been removed before anything referred to it`);
    }
    await this.db.execute(ADD_PART, [contentId, part.number, part.size, part.etag, part.storagePath]);
  }

  /** The content, or one part of it, is not needed any more; its bytes go after so many seconds. Answers their keys. */
  async letGo(
    contentId: string,
    afterSeconds: number,
    partNumber: number | null = null,
  ): Promise<readonly string[]> {
    return this.paths(LET_GO, contentId, partNumber, afterSeconds);
  }

  /** Those of them that nothing refers to, held until the end of the transaction. */
  async take(storagePaths: readonly string[]): Promise<readonly string[]> {
    return this.paths(TAKE, storagePaths);
  }

  /** Due ones, held until the end of the transaction. */
  async takeDue(limit: number): Promise<readonly string[]> {
    return this.paths(DUE, limit);
  }

  async forget(storagePaths: readonly string[]): Promise<void> {
    await this.db.execute(FORGET, [storagePaths]);
  }

  private async paths(sql: string, ...values: readonly unknown[]): Promise<readonly string[]> {
    const rows = await this.db.query<{ storage_path: string }>(sql, values);
    return rows.map((row) => row.storage_path);
  }
}
