/** Tables: blob_object, blob_usage (insert, update); blob_ref (read). The objects and references of an environment. */
import type { EnvScope } from '@app/kernel';
import { Db, statement } from '@app/platform/database';
import { Injectable } from '@nestjs/common';

export interface Content {
  readonly objectId: string;
  /** Hexadecimal SHA-256. */
  readonly hash: string;
  readonly size: number;
  readonly storagePath: string;
}

/** The object of a content, which may be an older one. */
export interface KeptContent {
  readonly objectId: string;
  readonly hash: string;
  readonly storagePath: string;
  /** Whether the bytes are known to be there. */
  readonly available: boolean;
}

export interface RefRow {
  readonly refId: string;
  readonly sourceId: string;
  readonly active: boolean;
  readonly form: number;
  readonly size: number;
  readonly hash: string;
  readonly storagePath: string;
}

/**
 * Sorted: two that keep the same contents lock them in the same order. An object that is being deleted is none: the
 * content gets another one.
 */
const ANNOUNCE = statement(
  'blobs_announce',
  `
INSERT INTO hot.blob_object AS o (blob_object_id, org_id, env_id, hash, size, storage_backend, storage_path)
SELECT i.object_id, $1, $2, i.hash, i.size, $3, i.path
FROM unnest($4::uuid[], $5::text[], $6::bigint[], $7::text[]) AS i(object_id, hash, size, path) ORDER BY i.hash
ON CONFLICT (org_id, env_id, hash_alg, hash) WHERE status <> 'deleting' DO UPDATE SET last_referenced_at = now()
RETURNING blob_object_id AS "objectId", hash, storage_path AS "storagePath", status = 'available' AS available`,
);

/** Counted where it becomes true, so once. */
const ARRIVED = statement(
  'blobs_arrived',
  `
WITH came AS (
  UPDATE hot.blob_object SET status = 'available'
  WHERE blob_object_id = ANY($1::uuid[]) AND status = 'pending' RETURNING org_id, size)
INSERT INTO hot.blob_usage AS u (org_id, slot, bytes, objects)
SELECT org_id, $2::smallint, sum(size), count(*) FROM came GROUP BY org_id
ON CONFLICT (org_id, slot) DO UPDATE SET bytes = u.bytes + excluded.bytes, objects = u.objects + excluded.objects`,
);

const AVAILABLE = statement(
  'blobs_available',
  `SELECT count(*)::int AS n FROM hot.blob_object WHERE blob_object_id = ANY($1::uuid[]) AND status = 'available'`,
);

const REFS = statement(
  'blobs_refs',
  `
SELECT r.blob_ref_id AS "refId", r.source_id AS "sourceId", r.active, r.form::int AS form, o.size::float8 AS size, o.hash,
  o.storage_path AS "storagePath"
FROM hot.blob_ref r JOIN hot.blob_object o USING (blob_object_id)
WHERE r.blob_ref_id = ANY($3::uuid[]) AND r.org_id = $1 AND r.env_id = $2`,
);

const SLOTS = 16;

@Injectable()
export class BlobRepository {
  constructor(private readonly db: Db) {}

  /** Before a byte is written: what is written and never referred to has a row. */
  announce(scope: EnvScope, backend: string, contents: readonly Content[]): Promise<readonly KeptContent[]> {
    return this.db.query<KeptContent & Record<string, unknown>>(ANNOUNCE, [
      scope.orgId,
      scope.envId,
      backend,
      contents.map(({ objectId }) => objectId),
      contents.map(({ hash }) => hash),
      contents.map(({ size }) => size),
      contents.map(({ storagePath }) => storagePath),
    ]);
  }

  /** The bytes of the objects are there. Throws when one of them has been deleted meanwhile. */
  async arrived(objectIds: readonly string[]): Promise<void> {
    await this.db.execute(ARRIVED, [objectIds, Math.floor(Math.random() * SLOTS)]);
    const found = await this.db.queryOne<{ n: number }>(AVAILABLE, [objectIds]);
    if (found?.n !== objectIds.length) throw new Error('Bytes were removed while they arrived');
  }

  /** Those of them that are the environment's own. */
  refs(scope: EnvScope, refIds: readonly string[]): Promise<readonly RefRow[]> {
    return this.db.query<RefRow & Record<string, unknown>>(REFS, [scope.orgId, scope.envId, refIds]);
  }
}
