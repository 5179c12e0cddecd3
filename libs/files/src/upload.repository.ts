/** Tables: file_upload, file_part (read). */
import { Injectable } from '@nestjs/common';
import type { EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';

export interface Upload {
  readonly uploadId: string;
  readonly orgId: string;
  readonly envId: string;
  readonly path: string;
  readonly contentType: string | null;
  readonly expectedSize: number | null;
  readonly partSize: number;
  readonly partsExpected: number | null;
  readonly reservedBytes: number;
  readonly status: 'pending' | 'completed' | 'aborted';
  readonly expiresAt: Date;
  /** Pending, and its time is not over. */
  readonly isOpen: boolean;
}

export interface UploadPart {
  readonly partNumber: number;
  readonly size: number;
  readonly etag: string;
}

export interface NewUpload {
  readonly uploadId: string;
  readonly path: string;
  readonly contentType: string | null;
  readonly expectedSize: number | null;
  readonly partSize: number;
  readonly partsExpected: number | null;
  readonly reservedBytes: number;
  readonly userId: string;
}

const COLUMNS = `u.upload_id AS "uploadId", u.org_id AS "orgId", u.env_id AS "envId", u.path,
  u.content_type AS "contentType", u.expected_size AS "expectedSize", u.part_size AS "partSize",
  u.parts_expected AS "partsExpected", u.reserved_bytes AS "reservedBytes", u.status, u.expires_at AS "expiresAt",
  (u.status = 'pending' AND u.expires_at > now()) AS "isOpen"`;

const INSERT = `
  INSERT INTO hot.file_upload AS u (upload_id, org_id, env_id, path, content_type, expected_size, part_size,
    parts_expected, reserved_bytes, created_by_user_id, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now() + interval '24 hours') RETURNING ${COLUMNS}`;
const FIND = `SELECT ${COLUMNS} FROM hot.file_upload u WHERE u.env_id = $1 AND u.upload_id = $2`;
// Parts come in parallel, and none of them after the end.
const LOCK = `${FIND} FOR UPDATE`;
const COUNT = `SELECT count(*) AS n FROM hot.file_upload WHERE org_id = $1 AND env_id = $2 AND status = 'pending'
   AND expires_at > now()`;
const LOCK_ENV = `SELECT pg_advisory_xact_lock(hashtextextended('file_upload:' || $1, 0))`;
const RESERVE = `UPDATE hot.file_upload SET reserved_bytes = $3 WHERE env_id = $1 AND upload_id = $2`;
const END = `UPDATE hot.file_upload SET status = $3, ended_at = now() WHERE env_id = $1 AND upload_id = $2`;
const PARTS = `SELECT part_number AS "partNumber", size, etag FROM hot.file_part WHERE content_id = $1 ORDER BY part_number`;
const BYTES = `SELECT coalesce(sum(size), 0)::bigint AS bytes FROM hot.file_part WHERE content_id = $1 AND part_number <> $2`;

@Injectable()
export class UploadRepository {
  constructor(private readonly db: Db) {}

  /** Unfinished uploads of the environment; nobody begins another until the end of the transaction. */
  async countPending({ orgId, envId }: EnvScope): Promise<number> {
    await this.db.query(LOCK_ENV, [envId]);
    return (await this.db.queryOne<{ n: number }>(COUNT, [orgId, envId]))?.n ?? 0;
  }

  async insert({ orgId, envId }: EnvScope, upload: NewUpload): Promise<Upload> {
    const { uploadId, path, contentType, expectedSize, partSize, partsExpected, reservedBytes, userId } =
      upload;
    const values = [uploadId, orgId, envId, path, contentType, expectedSize, partSize, partsExpected];
    const row = await this.db.queryOne<Upload & Record<string, unknown>>(INSERT, [
      ...values,
      reservedBytes,
      userId,
    ]);
    if (row === undefined) throw new Error('An inserted upload did not come back');
    return row;
  }

  async find({ envId }: EnvScope, uploadId: string): Promise<Upload | null> {
    return (await this.db.queryOne<Upload & Record<string, unknown>>(FIND, [envId, uploadId])) ?? null;
  }

  /** Nobody else adds to it or ends it until the end of the transaction. */
  async lock({ envId }: EnvScope, uploadId: string): Promise<Upload | null> {
    return (await this.db.queryOne<Upload & Record<string, unknown>>(LOCK, [envId, uploadId])) ?? null;
  }

  async reserve({ envId }: EnvScope, uploadId: string, bytes: number): Promise<void> {
    await this.db.execute(RESERVE, [envId, uploadId, bytes]);
  }

  async end({ envId }: EnvScope, uploadId: string, status: 'completed' | 'aborted'): Promise<void> {
    await this.db.execute(END, [envId, uploadId, status]);
  }

  parts(uploadId: string): Promise<readonly UploadPart[]> {
    return this.db.query<UploadPart & Record<string, unknown>>(PARTS, [uploadId]);
  }

  /** What its other parts have together. */
  async bytesBesides(uploadId: string, partNumber: number): Promise<number> {
    return (await this.db.queryOne<{ bytes: number }>(BYTES, [uploadId, partNumber]))?.bytes ?? 0;
  }
}
