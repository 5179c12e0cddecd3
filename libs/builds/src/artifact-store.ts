import { Inject, Injectable } from '@nestjs/common';
import type { EnvScope } from '@app/kernel';
import { BlobStore } from '@app/platform/storage';
import { LRUCache } from 'lru-cache';
import { buildConfig, type BuildConfig } from './build.config';

/** Compiled builds, kept beside the archives under their own hash: equal ones are one file. */
@Injectable()
export class ArtifactStore {
  private readonly cached: LRUCache<string, Buffer>;
  private readonly loading = new Map<string, Promise<Buffer | null>>();

  constructor(
    private readonly store: BlobStore,
    @Inject(buildConfig.token) config: BuildConfig,
  ) {
    this.cached = new LRUCache({
      maxSize: config.cachedArtifactBytes,
      sizeCalculation: (bytes) => Math.max(1, bytes.length),
    });
  }

  async put(scope: EnvScope, artifactHash: string, bytes: Buffer): Promise<void> {
    await this.store.putBytes(keyOf(scope, artifactHash), bytes);
    this.cached.set(keyOf(scope, artifactHash), bytes);
  }

  /** Null when it is not there. */
  find(scope: EnvScope, artifactHash: string): Promise<Buffer | null> {
    const key = keyOf(scope, artifactHash);
    const known = this.cached.get(key);
    if (known !== undefined) return Promise.resolve(known);
    const underWay = this.loading.get(key);
    if (underWay !== undefined) return underWay;
    const loading = this.read(key).finally(() => this.loading.delete(key));
    this.loading.set(key, loading);
    return loading;
  }

  private async read(key: string): Promise<Buffer | null> {
    const bytes = await this.store.readBytes(key);
    if (bytes !== null) this.cached.set(key, bytes);
    return bytes;
  }
}

function keyOf({ orgId, envId }: EnvScope, artifactHash: string): string {
  return `${orgId}/${envId}/artifacts/${artifactHash}.json`;
}
