/** After a change of the master key: what the former one sealed is sealed again, so that it can be thrown away. */
import { ContextRepository, ContextSecrets } from '@app/context';
import { Db } from '@app/platform/database';
import { SecretUnreadableError } from '@app/platform/crypto';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';

const BATCH = 100;
const LOWEST_ID = '00000000-0000-0000-0000-000000000000';

export interface ResealOutcome {
  readonly resealed: number;
  /** Left as they were, because no configured key opens them. */
  readonly unreadable: number;
}

@Injectable()
export class Reseal implements OnApplicationBootstrap {
  private readonly log = new Logger(Reseal.name);

  constructor(
    private readonly db: Db,
    private readonly rows: ContextRepository,
    private readonly secrets: ContextSecrets,
  ) {}

  /** Nobody waits for it: both keys open what is there until it is done, and the next start goes on. */
  onApplicationBootstrap(): void {
    void this.all().then(
      ({ resealed, unreadable }) => {
        if (resealed > 0) this.log.log({ event: 'context.resealed', resealed });
        if (unreadable > 0) this.log.error({ event: 'context.unreadable', variables: unreadable });
      },
      (error: unknown) => {
        this.log.warn({
          event: 'context.not_resealed',
          error: error instanceof Error ? error.message : error,
        });
      },
    );
  }

  /** Safe to run in several processes at once: each takes rows that no other holds. */
  async all(): Promise<ResealOutcome> {
    const version = this.secrets.currentVersion;
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
      const stale = await this.rows.staleAcrossTenants(version, afterId, BATCH);
      let unreadable = 0;
      for (const { context_id: contextId, org_id: orgId, env_id: envId, value } of stale) {
        try {
          const json = this.secrets.openJson({ orgId, envId }, contextId, value);
          await this.rows.reseal(contextId, this.secrets.sealJson({ orgId, envId }, contextId, json));
        } catch (error) {
          if (!(error instanceof SecretUnreadableError)) throw error;
          unreadable += 1;
        }
      }
      const lastId = stale.length < BATCH ? null : (stale.at(-1)?.context_id ?? null);
      return { resealed: stale.length - unreadable, unreadable, lastId };
    });
  }
}

interface BatchOutcome extends ResealOutcome {
  readonly lastId: string | null;
}
