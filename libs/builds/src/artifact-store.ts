import { Inject, Injectable } from '@nestjs/common';
import type { EnvScope } from '@app/kernel';
import { type Keyring, VOUCH_BYTES } from '@app/platform/crypto';
import { hasEngineCode, withoutEngineCode } from '@app/platform/engine-code';
import { BlobStore } from '@app/platform/storage';
import { LRUCache } from 'lru-cache';
import { buildConfig, type BuildConfig } from './build.config';

/** Keys that vouch for what is stored. */
export const ARTIFACT_KEYS = Symbol('ArtifactKeys');

/**
 * Compiled builds, kept beside the archives under their own hash: equal ones are one file. Their engine code is trusted
 * by the engine as a part of this platform, and a store may be written by others: it is kept with a code that only we
 * can make, and without the right one it is dropped. The rest of an artifact can do no more than any program.
 */
@Injectable()
export class ArtifactStore {
  private readonly cached: LRUCache<string, Buffer>;
  private readonly loading = new Map<string, Promise<Buffer | null>>();

  constructor(
    private readonly store: BlobStore,
    @Inject(buildConfig.token) config: BuildConfig,
    @Inject(ARTIFACT_KEYS) private readonly keyring: Keyring,
  ) {
    this.cached = new LRUCache({
      maxSize: config.cachedArtifactBytes,
      sizeCalculation: (bytes) => Math.max(1, bytes.length),
    });
  }

  async put(scope: EnvScope, artifactHash: string, bytes: Buffer): Promise<void> {
    const key = keyOf(scope, artifactHash);
    await this.store.putBytes(key, this.sealed(key, bytes));
    this.cached.set(key, bytes);
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
    const stored = await this.store.readBytes(key);
    const bytes = stored === null ? null : this.opened(key, stored);
    if (bytes !== null) this.cached.set(key, bytes);
    return bytes;
  }

  private sealed(key: string, bytes: Buffer): Buffer {
    if (!hasEngineCode(bytes)) return bytes;
    const seal = this.keyring.vouch(key, bytes);
    return seal === null ? withoutEngineCode(bytes) : Buffer.concat([bytes, seal]);
  }

  private opened(key: string, stored: Buffer): Buffer {
    const end = Math.max(0, stored.length - VOUCH_BYTES);
    const bytes = stored.subarray(0, end);
    if (!hasEngineCode(bytes)) return withoutEngineCode(stored);
    const isOurs = this.keyring.isVouched(key, bytes, stored.subarray(end));
    return isOurs ? bytes : withoutEngineCode(bytes);
  }
}

function keyOf({ orgId, envId }: EnvScope, artifactHash: string): string {
  return `${orgId}/${envId}/artifacts/${artifactHash}.json`;
}
