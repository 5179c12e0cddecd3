/** Tables: file. Read-only. Files as somebody walks through them: by the parts of their paths. */
import { Injectable } from '@nestjs/common';
import type { FILE_SORTS } from '@app/contracts';
import type { EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import { escapeLike } from '@app/platform/lists';

export interface FileRecord {
  readonly file_id: string;
  readonly path: string;
  readonly size: number;
  readonly content_type: string | null;
  readonly etag: string | null;
  readonly storage_backend: string;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly created_by_run_id: string | null;
  readonly updated_by_run_id: string | null;
}

export interface FolderRecord {
  /** null: files that are right here. */
  readonly name: string | null;
  readonly files: number;
  readonly bytes: number;
}

export interface FileOrder {
  readonly field: (typeof FILE_SORTS)[number];
  readonly descending: boolean;
}

const MAX_FOLDERS = 500;
const COLUMNS = `f.file_id, f.path, f.size, f.content_type, f.etag, f.storage_backend, f.created_at, f.updated_at,
  f.created_by_run_id, f.updated_by_run_id`;
const BELOW = `f.env_id = $1 AND f.deleted_at IS NULL AND f.path ^@ $2`;
const REST = `substr(f.path, length($2) + 1)`;
const SORTED_BY: Readonly<Record<FileOrder['field'], string>> = {
  created: 'f.created_at',
  updated: 'f.updated_at',
  size: 'f.size',
  path: 'f.path COLLATE "C"',
};

@Injectable()
export class FileBrowserQueries {
  constructor(private readonly db: Db) {}

  /** Right below the prefix; with a text all that are below and have it in what follows the prefix. */
  async list(
    { envId }: EnvScope,
    { prefix, q, order }: { readonly prefix: string; readonly q: string; readonly order: FileOrder },
    page: { readonly limit: number; readonly offset: number },
  ): Promise<{ readonly rows: readonly FileRecord[]; readonly total: number }> {
    const where = `${BELOW} AND CASE WHEN $3 = '' THEN position('/' IN ${REST}) = 0 ELSE ${REST} ILIKE $3 END`;
    const values = [envId, prefix, q === '' ? '' : `%${escapeLike(q)}%`];
    const direction = order.descending ? 'DESC' : 'ASC';
    const [rows, count] = await Promise.all([
      this.db.query<FileRecord & Record<string, unknown>>(
        `SELECT ${COLUMNS} FROM hot.file f WHERE ${where}
          ORDER BY ${SORTED_BY[order.field]} ${direction}, f.file_id ${direction} LIMIT $4 OFFSET $5`,
        [...values, page.limit, page.offset],
      ),
      this.db.queryOne<{ count: number }>(
        `SELECT count(*)::int AS count FROM hot.file f WHERE ${where}`,
        values,
      ),
    ]);
    return { rows, total: count?.count ?? 0 };
  }

  folders({ envId }: EnvScope, prefix: string): Promise<readonly FolderRecord[]> {
    return this.db.query<FolderRecord & Record<string, unknown>>(
      `SELECT CASE WHEN position('/' IN ${REST}) > 0 THEN split_part(${REST}, '/', 1) END AS name,
              count(*)::int AS files, sum(f.size)::bigint AS bytes
         FROM hot.file f WHERE ${BELOW} GROUP BY 1 ORDER BY 1 NULLS FIRST LIMIT ${MAX_FOLDERS}`,
      [envId, prefix],
    );
  }

  find({ envId }: EnvScope, fileId: string): Promise<FileRecord | undefined> {
    return this.db.queryOne<FileRecord & Record<string, unknown>>(
      `SELECT ${COLUMNS} FROM hot.file f WHERE f.env_id = $1 AND f.deleted_at IS NULL AND f.file_id = $2`,
      [envId, fileId],
    );
  }
}
