/** Contents in storage: once per environment and hash, durable before anything refers to them. */
import { hash as digest } from 'node:crypto';
import { newId, type EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import type { BlobStore } from '@app/platform/storage';
import { Inject, Injectable } from '@nestjs/common';
import { blobConfig, type BlobConfig } from './blob.config';
import { BlobRepository } from './blob.repository';

export const BLOB_STORE = Symbol('BLOB_STORE');

/** Writes and reads at a time, of one text or answer. */
const AT_ONCE = 8;

export const hashOf = (bytes: Uint8Array): string => digest('sha256', bytes, 'hex');

@Injectable()
export class BlobObjects {
  constructor(
    private readonly db: Db,
    private readonly repository: BlobRepository,
    @Inject(BLOB_STORE) private readonly store: BlobStore,
    @Inject(blobConfig.token) private readonly config: BlobConfig,
  ) {}

  /**
   * Object ids by hash. The bytes of all of them are durable when it resolves, and stay for a day without a reference.
   * Outside of whatever transaction surrounds it: that may be undone, and the bytes would be there without a row.
   */
  async keep(scope: EnvScope, contents: ReadonlyMap<string, Buffer>): Promise<ReadonlyMap<string, string>> {
    return this.db.outside(async () => {
      const kept = await this.repository.announce(
        scope,
        this.store.backend,
        [...contents].map(([hash, bytes]) => {
          const objectId = newId();
          return { objectId, hash, size: bytes.length, storagePath: this.pathOf(scope, objectId) };
        }),
      );
      const missing = kept.filter(({ available }) => !available);
      await inTurns(missing, async ({ hash, storagePath }) => {
        await this.store.putBytes(storagePath, contents.get(hash) ?? Buffer.alloc(0));
      });
      if (missing.length > 0) await this.repository.arrived(missing.map(({ objectId }) => objectId));
      return new Map(kept.map(({ hash, objectId }) => [hash, objectId]));
    });
  }

  /** Null when the bytes are not there, or are not those that were put there. */
  async read(object: {
    readonly storagePath: string;
    readonly hash: string;
    readonly size: number;
  }): Promise<Buffer | null> {
    const bytes = await this.store.readBytes(object.storagePath);
    if (bytes === null || bytes.length !== object.size || hashOf(bytes) !== object.hash) return null;
    return bytes;
  }

  /** Never used again: another object of the same content has another path. */
  private pathOf({ envId }: EnvScope, objectId: string): string {
    return `${this.config.prefix}/${envId}/${objectId.slice(-2)}/${objectId}`;
  }
}

/** A few at a time, in order. */
export async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const turn = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, turn));
}
