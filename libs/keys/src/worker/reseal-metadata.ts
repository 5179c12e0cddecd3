/** After a change of the master key: metadata of service keys is sealed again, so that the former one can go. */
import { ServiceKeyMetadata, ServiceKeyRepository } from '@app/keys';
import { SecretUnreadableError } from '@app/platform/crypto';
import { Db } from '@app/platform/database';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

const BATCH = 100;
const LOWEST_ID = '00000000-0000-0000-0000-000000000000';

export interface ResealOutcome {
  readonly resealed: number;
  /** Left as they were, because no configured key opens them. */
  readonly unreadable: number;
}

interface BatchOutcome extends ResealOutcome {
  readonly lastId: string | null;
}

@Injectable()
export class ResealMetadata implements OnApplicationBootstrap {
  private readonly log = new Logger(ResealMetadata.name);

  constructor(
    private readonly db: Db,
    private readonly keys: ServiceKeyRepository,
    private readonly metadata: ServiceKeyMetadata,
  ) {}

  /** Nobody waits for it: both master keys open what is there until it is done, and the next start goes on. */
  onApplicationBootstrap(): void {
    void this.all().then(
      ({ resealed, unreadable }) => {
        if (resealed > 0) this.log.log({ event: 'service_keys.resealed', resealed });
        if (unreadable > 0) this.log.error({ event: 'service_keys.unreadable', keys: unreadable });
      },
      (error: unknown) => {
        this.log.warn({
          event: 'service_keys.not_resealed',
          error: error instanceof Error ? error.message : error,
        });
      },
    );
  }

  /** Safe to run in several processes at once: each takes rows that no other holds. */
  async all(): Promise<ResealOutcome> {
    const version = this.metadata.currentVersion;
    if (version === null) return { resealed: 0, unreadable: 0 };
    const outcome = { resealed: 0, unreadable: 0 };
    for (let afterId: string | null = LOWEST_ID; afterId !== null;) {
      const done: BatchOutcome = await this.batch(version, afterId);
      outcome.resealed += done.resealed;
      outcome.unreadable += done.unreadable;
      afterId = done.lastId;
    }
    return outcome;
  }

  private batch(version: string, afterId: string): Promise<BatchOutcome> {
    return this.db.tx(async () => {
      const stale = await this.keys.staleAcrossTenants(version, afterId, BATCH);
      let unreadable = 0;
      for (const { service_key_id: id, org_id: orgId, env_id: envId, metadata } of stale) {
        const scope = { orgId, envId };
        try {
          const json = this.metadata.open(scope, id, metadata);
          await this.keys.reseal(id, this.metadata.seal(scope, id, json));
        } catch (error) {
          if (!(error instanceof SecretUnreadableError)) throw error;
          unreadable += 1;
        }
      }
      const lastId = stale.length < BATCH ? null : (stale.at(-1)?.service_key_id ?? null);
      return { resealed: stale.length - unreadable, unreadable, lastId };
    });
  }
}
