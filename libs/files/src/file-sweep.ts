/** Tables: file, file_upload. What time does to files: uploads expire, the bytes of deleted files go, leftovers too. */
import { Injectable } from '@nestjs/common';
import { Db } from '@app/platform/database';
import { FileBytes } from './file-bytes';
import { Leftovers } from './leftovers';

const BATCH = 200;
const ABANDONED_AFTER_MS = 24 * 3_600_000;

const EXPIRE = `
  UPDATE hot.file_upload u SET status = 'aborted', ended_at = now()
    FROM (SELECT upload_id FROM hot.file_upload WHERE status = 'pending' AND expires_at <= now()
           ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED) due
   WHERE u.upload_id = due.upload_id RETURNING u.upload_id AS "contentId"`;
// Until then an administrator can bring a file back, and downloads that have begun go on.
const PURGE = `
  DELETE FROM hot.file f
   USING (SELECT file_id FROM hot.file WHERE deleted_at <= now() - interval '24 hours'
           ORDER BY deleted_at LIMIT $1 FOR UPDATE SKIP LOCKED) due
   WHERE f.file_id = due.file_id RETURNING f.content_id AS "contentId"`;
const FORGET = `DELETE FROM hot.file_upload WHERE status <> 'pending' AND ended_at < now() - interval '7 days'`;

@Injectable()
export class FileSweep {
  constructor(
    private readonly db: Db,
    private readonly leftovers: Leftovers,
    private readonly bytes: FileBytes,
  ) {}

  /** Safe to run in several processes at once: each takes rows that no other holds. */
  async sweep(): Promise<void> {
    await this.letGoAll(EXPIRE);
    await this.letGoAll(PURGE);
    while ((await this.bytes.discardDue(BATCH)) === BATCH);
    await this.db.execute(FORGET);
    await this.bytes.removeAbandoned(ABANDONED_AFTER_MS);
  }

  private async letGoAll(ended: string): Promise<void> {
    for (let count = BATCH; count === BATCH;) {
      count = await this.db.tx(async () => {
        const rows = await this.db.query<{ contentId: string }>(ended, [BATCH]);
        for (const { contentId } of rows) await this.leftovers.letGo(contentId, 0);
        return rows.length;
      });
    }
  }
}
