/**
 * Tables: blob_ref (delete), blob_object (update, delete), blob_usage (insert, update). All tenants. What nobody refers
 * to any more goes after a day; so do the bytes that a crash left before their row was written.
 */
import { Db } from '@app/platform/database';
import type { BlobStore } from '@app/platform/storage';
import { Inject, Injectable } from '@nestjs/common';
import { BLOB_STORE } from './blob-objects';

const BATCH = 200;
const GRACE = `interval '24 hours'`;

const FORGET_REFS = `
  DELETE FROM hot.blob_ref WHERE blob_ref_id IN (
    SELECT blob_ref_id FROM hot.blob_ref WHERE deactivated_at < now() - ${GRACE} LIMIT ${BATCH})`;

// What another sweep, or a row that is being written, holds is not taken.
const UNUSED = `
  SELECT o.blob_object_id FROM hot.blob_object o
   WHERE o.status IN ('pending', 'available') AND o.last_referenced_at < now() - ${GRACE}
     AND NOT EXISTS (SELECT 1 FROM hot.blob_ref r WHERE r.blob_object_id = o.blob_object_id)
   ORDER BY o.last_referenced_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`;

// Looked at again now that they are locked: a reference may have been committed between the look and the lock.
const CONDEMN = `
  WITH gone AS (
    UPDATE hot.blob_object o SET status = 'deleting' FROM hot.blob_object before
     WHERE o.blob_object_id = ANY($1::uuid[]) AND before.blob_object_id = o.blob_object_id
       AND o.last_referenced_at < now() - ${GRACE}
       AND NOT EXISTS (SELECT 1 FROM hot.blob_ref r WHERE r.blob_object_id = o.blob_object_id)
    RETURNING o.org_id, o.size, before.status AS was)
  INSERT INTO hot.blob_usage AS u (org_id, slot, bytes, objects)
  SELECT org_id, 0, -sum(size), -count(*) FROM gone WHERE was = 'available' GROUP BY org_id ORDER BY org_id
  ON CONFLICT (org_id, slot) DO UPDATE SET bytes = u.bytes + excluded.bytes, objects = u.objects + excluded.objects`;

const CONDEMNED = `
  SELECT blob_object_id AS "objectId", storage_path AS "storagePath" FROM hot.blob_object WHERE status = 'deleting' LIMIT ${BATCH}`;

const REMOVED = `DELETE FROM hot.blob_object WHERE blob_object_id = ANY($1::uuid[]) AND status = 'deleting'`;

@Injectable()
export class BlobSweep {
  constructor(
    private readonly db: Db,
    @Inject(BLOB_STORE) private readonly store: BlobStore,
  ) {}

  /** May be broken off anywhere and run in several processes at once. Answers how many objects it removed. */
  async sweep(): Promise<number> {
    while ((await this.db.execute(FORGET_REFS)) === BATCH);
    while ((await this.condemn()) === BATCH);
    for (let removed = 0; ;) {
      const batch = await this.removeCondemned();
      removed += batch;
      if (batch < BATCH) return removed;
    }
  }

  private condemn(): Promise<number> {
    return this.db.tx(async () => {
      const unused = await this.db.query<{ blob_object_id: string }>(UNUSED);
      if (unused.length > 0) await this.db.execute(CONDEMN, [unused.map((row) => row.blob_object_id)]);
      return unused.length;
    });
  }

  /** The bytes first: what is removed twice is removed. Nobody else ever has this path. */
  private async removeCondemned(): Promise<number> {
    const rows = await this.db.query<{ objectId: string; storagePath: string }>(CONDEMNED);
    for (const { storagePath } of rows) await this.store.remove(storagePath);
    if (rows.length > 0) await this.db.execute(REMOVED, [rows.map(({ objectId }) => objectId)]);
    return rows.length;
  }
}
