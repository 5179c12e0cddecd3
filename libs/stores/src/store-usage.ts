/** How much the stores of an organization hold, for the limit: read every few seconds, and what is written since added. */
import { Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { StoreRefusedError } from './store.errors';
import { StoreRepository } from './store.repository';
import { storesConfig, type StoresConfig } from './stores.config';

const TRUST_MS = 5_000;

interface Known {
  readonly readAtMs: number;
  bytes: number;
}

@Injectable()
export class StoreUsage {
  private readonly orgs = new LRUCache<string, Known>({ max: 10_000 });

  constructor(
    private readonly rows: StoreRepository,
    private readonly clock: Clock,
    @Inject(storesConfig.token) private readonly config: StoresConfig,
  ) {}

  /** Throws StoreRefusedError when the bytes would be too many. Other workers may be writing: a limit, not a wall. */
  async require(orgId: string, bytes: number): Promise<void> {
    const max = this.config.maxBytesPerOrg;
    if (max < 0) return;
    const known = this.orgs.get(orgId);
    const isFresh = known !== undefined && this.clock.nowMs() - known.readAtMs < TRUST_MS;
    const usage = isFresh
      ? known
      : { readAtMs: this.clock.nowMs(), bytes: await this.rows.bytesOfOrg(orgId) };
    if (!isFresh) this.orgs.set(orgId, usage);
    if (usage.bytes + bytes > max) {
      throw new StoreRefusedError(
        'quota',
        `the stores of the organization are full: ${usage.bytes} of ${max} bytes are taken`,
      );
    }
    usage.bytes += bytes;
  }
}
