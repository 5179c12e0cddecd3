import type { ListQuery } from './envelope';

export interface FileRow {
  readonly file_id: string;
  readonly path: string;
  readonly size: number;
  readonly content_type: string | null;
  readonly etag: string | null;
  readonly backend: string;
  readonly created_at: string;
  readonly updated_at: string;
  /** null: it came over the API. */
  readonly created_by_run_id: string | null;
  readonly updated_by_run_id: string | null;
}

export interface FileFolder {
  /** Last part of the prefix. */
  readonly name: string;
  readonly prefix: string;
  readonly files: number;
  readonly bytes: number;
}

/** GET {E}/files/folders?prefix → Single<FileFolders>: what is right below, and totals of everything below. */
export interface FileFolders {
  readonly folders: readonly FileFolder[];
  readonly files: number;
  readonly bytes: number;
}

export const FILE_SORTS = ['created', 'updated', 'size', 'path'] as const;

/** GET {E}/files?prefix&q&sort&limit&offset&cursor → Listing<FileRow>: those right below; with `q` all below that match. */
export interface FileListQuery extends Pick<ListQuery, 'q' | 'sort' | 'limit' | 'offset' | 'cursor'> {
  readonly prefix?: string;
}

// GET {E}/files/{id} → Single<FileRow>
// GET {E}/files/{id}/download → the bytes, as an attachment
// DELETE {E}/files/{id} → 204
