import { readManifest, readResource } from '@app/bundle';
import type { EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import { BlobStore } from '@app/platform/storage';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ProgramCompiler } from './program-compiler';

export interface ResourceRef {
  /** Below the resource folders of the project and its packages. */
  readonly path: string;
  /** BLAKE3, hexadecimal. */
  readonly hash: string;
  /** In bytes. */
  readonly size: number;
}

const LISTS = 100;
const CACHED_BYTES = 32 * 1024 * 1024;
const LARGEST_CACHED = 4 * 1024 * 1024;

const STORAGE_PATH = `
  SELECT b.storage_path FROM hot.build b JOIN hot.project p ON p.project_id = b.project_id
   WHERE b.build_id = $2 AND p.env_id = $1`;

/**
 * Table: build, project (read). Files that came with a build. A build never changes, so what was read once is kept, as far
 * as memory goes.
 */
@Injectable()
export class BuildResources {
  private readonly lists = new LRUCache<string, readonly ResourceRef[]>({ max: LISTS });
  private readonly contents = new LRUCache<string, Buffer>({
    maxSize: CACHED_BYTES,
    maxEntrySize: LARGEST_CACHED,
    sizeCalculation: (bytes) => bytes.length + 200,
  });

  constructor(
    private readonly db: Db,
    private readonly store: BlobStore,
    private readonly compiler: ProgramCompiler,
  ) {}

  /** Sorted by path; null when the archive is gone. */
  async list(scope: EnvScope, buildId: string): Promise<readonly ResourceRef[] | null> {
    const key = `${scope.envId}/${buildId}`;
    const known = this.lists.get(key);
    if (known !== undefined) return known;
    const manifest = await this.withArchive(scope, buildId, (path) =>
      readManifest(path, (text) => this.compiler.parseManifest(text)),
    );
    if (manifest === null) return null;
    const refs = manifest.resources
      .map(({ path, hash, size }) => ({ path, hash, size }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
    this.lists.set(key, refs);
    return refs;
  }

  /** Null when there is none of that path, or the archive is gone. */
  async read(scope: EnvScope, buildId: string, path: string): Promise<Buffer | null> {
    const key = `${scope.envId}/${buildId}/${path}`;
    const known = this.contents.get(key);
    if (known !== undefined) return known;
    const bytes = await this.withArchive(scope, buildId, (archive) => readResource(archive, path));
    if (bytes !== null) this.contents.set(key, bytes);
    return bytes;
  }

  private async withArchive<T>(
    { envId }: EnvScope,
    buildId: string,
    work: (path: string) => Promise<T>,
  ): Promise<T | null> {
    const row = await this.db.queryOne<{ storage_path: string | null }>(STORAGE_PATH, [envId, buildId]);
    if (row?.storage_path == null) return null;
    return this.store.withFile(row.storage_path, work);
  }
}
