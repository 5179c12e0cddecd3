/** Tables: file, file_part; dispatch and worker_lease (read). */
import { Injectable } from '@nestjs/common';
import { pageOf, type EnvScope, type Page, type Paging } from '@app/kernel';
import { Db, statement } from '@app/platform/database';
import type { FileActor, FileView, WritingRun } from './file.view';

/** A piece of content: a key of the store. */
export interface Part {
  readonly size: number;
  readonly storagePath: string;
}

export interface StoredFile extends FileView {
  readonly contentId: string;
}

export interface NewContent {
  readonly contentId: string;
  readonly size: number;
  readonly etag: string;
  readonly contentType: string | null;
  readonly storageBackend: string;
}

interface FileRow {
  readonly file_id: string;
  readonly path: string;
  readonly content_id: string;
  readonly size: number;
  readonly etag: string | null;
  readonly content_type: string | null;
  readonly storage_backend: string;
  readonly created_by_run_id: string | null;
  readonly updated_by_run_id: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}
type Row = FileRow & Record<string, unknown>;

const COLUMNS = `f.file_id, f.path, f.content_id, f.size, f.etag, f.content_type, f.storage_backend,
  f.created_by_run_id, f.updated_by_run_id, f.created_at, f.updated_at`;
const LIVE = `f.env_id = $1 AND f.deleted_at IS NULL`;

const PAGE = `SELECT ${COLUMNS} FROM hot.file f WHERE ${LIVE} AND f.path ^@ $2
  ORDER BY f.updated_at DESC, f.file_id DESC LIMIT $3 OFFSET $4`;
const TOTAL = `SELECT count(*) AS total FROM hot.file f WHERE ${LIVE} AND f.path ^@ $2`;
const BY_PREFIX = `SELECT ${COLUMNS} FROM hot.file f WHERE ${LIVE} AND f.path ^@ $2 ORDER BY f.path LIMIT $3`;
const FIND = `SELECT ${COLUMNS} FROM hot.file f WHERE ${LIVE} AND f.file_id = $2`;
const FIND_AT = statement('file_find_at', `SELECT ${COLUMNS} FROM hot.file f WHERE ${LIVE} AND f.path = $2`);
const LOCK_AT = `SELECT ${COLUMNS} FROM hot.file f WHERE ${LIVE} AND f.path = $2 FOR UPDATE`;
const LOCK = `SELECT ${COLUMNS} FROM hot.file f WHERE ${LIVE} AND f.file_id = $2 FOR UPDATE`;

const INSERT = `
  INSERT INTO hot.file AS f (file_id, org_id, env_id, path, content_id, size, etag, content_type, storage_backend,
    created_by_user_id, created_by_run_id)
  VALUES ($2, $3, $1, $4, $5, $6, $7, $8, $9, $10, $11)
  ON CONFLICT (env_id, path) WHERE deleted_at IS NULL DO NOTHING RETURNING ${COLUMNS}`;
// Clients compare times of millisecond precision: the new one is always a later one.
const REPLACE = `
  UPDATE hot.file f SET content_id = $3, size = $4, etag = $5, content_type = $6, storage_backend = $7,
    updated_by_user_id = $8, updated_by_run_id = $9,
    updated_at = greatest(now(), f.updated_at + interval '1 millisecond')
   WHERE ${LIVE} AND f.file_id = $2 RETURNING ${COLUMNS}`;
const DELETE = `UPDATE hot.file f SET deleted_at = now(), updated_by_user_id = $3, updated_by_run_id = $4
   WHERE ${LIVE} AND f.file_id = $2`;

const PARTS = statement(
  'file_parts',
  `SELECT size, storage_path AS "storagePath" FROM hot.file_part WHERE content_id = $1 ORDER BY part_number`,
);

// Shared, so that the run can't end in between; whoever ends it waits for us, not the other way round.
const IS_OURS = `SELECT 1 FROM hot.dispatch d JOIN hot.worker_lease l ON l.incarnation = d.incarnation
   WHERE d.dispatch_id = $1 AND d.incarnation = $2 AND d.run_id = $3 AND d.state + 0 = 2 AND l.expires_at > now()
   FOR SHARE OF d`;

@Injectable()
export class FileRepository {
  constructor(private readonly db: Db) {}

  /** Those whose path begins with exactly these characters, the last changed first. */
  async list({ envId }: EnvScope, prefix: string, paging: Paging): Promise<Page<FileView>> {
    const [rows, count] = await Promise.all([
      this.db.query<Row>(PAGE, [envId, prefix, paging.limit, paging.offset]),
      this.db.queryOne<{ total: number }>(TOTAL, [envId, prefix]),
    ]);
    return pageOf(rows.map(toFile), count?.total ?? 0, paging);
  }

  /** By path. */
  async listByPath({ envId }: EnvScope, prefix: string, limit: number): Promise<readonly FileView[]> {
    return (await this.db.query<Row>(BY_PREFIX, [envId, prefix, limit])).map(toFile);
  }

  async find({ envId }: EnvScope, fileId: string): Promise<StoredFile | null> {
    return fileOrNull(await this.db.queryOne<Row>(FIND, [envId, fileId]));
  }

  async findAt({ envId }: EnvScope, path: string): Promise<StoredFile | null> {
    return fileOrNull(await this.db.queryOne<Row>(FIND_AT, [envId, path]));
  }

  /** Nobody else changes it until the end of the transaction. */
  async lock({ envId }: EnvScope, fileId: string): Promise<StoredFile | null> {
    return fileOrNull(await this.db.queryOne<Row>(LOCK, [envId, fileId]));
  }

  async lockAt({ envId }: EnvScope, path: string): Promise<StoredFile | null> {
    return fileOrNull(await this.db.queryOne<Row>(LOCK_AT, [envId, path]));
  }

  /** Null when somebody else has just created a file there. */
  async insert(
    { orgId, envId, userId, run }: FileActor,
    fileId: string,
    path: string,
    content: NewContent,
  ): Promise<StoredFile | null> {
    const { contentId, size, etag, contentType, storageBackend } = content;
    const values = [envId, fileId, orgId, path, contentId, size, etag, contentType, storageBackend];
    return fileOrNull(await this.db.queryOne<Row>(INSERT, [...values, userId, run?.runId ?? null]));
  }

  async replace(
    { envId, userId, run }: FileActor,
    fileId: string,
    content: NewContent,
  ): Promise<StoredFile | null> {
    const { contentId, size, etag, contentType, storageBackend } = content;
    const values = [envId, fileId, contentId, size, etag, contentType, storageBackend];
    return fileOrNull(await this.db.queryOne<Row>(REPLACE, [...values, userId, run?.runId ?? null]));
  }

  async delete({ envId, userId, run }: FileActor, fileId: string): Promise<void> {
    await this.db.execute(DELETE, [envId, fileId, userId, run?.runId ?? null]);
  }

  partsOf(contentId: string): Promise<readonly Part[]> {
    return this.db.query<Part & Record<string, unknown>>(PARTS, [contentId]);
  }

  /** Whether the run is still the incarnation's; stays so until the end of the transaction. */
  async isOurs({ dispatchId, incarnation, runId }: WritingRun): Promise<boolean> {
    return (await this.db.execute(IS_OURS, [dispatchId, incarnation, runId])) > 0;
  }
}

const fileOrNull = (row: FileRow | undefined): StoredFile | null => (row === undefined ? null : toFile(row));

function toFile(row: FileRow): StoredFile {
  return {
    fileId: row.file_id,
    path: row.path,
    contentId: row.content_id,
    size: row.size,
    etag: row.etag,
    contentType: row.content_type,
    storageBackend: row.storage_backend,
    createdByRunId: row.created_by_run_id,
    updatedByRunId: row.updated_by_run_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
