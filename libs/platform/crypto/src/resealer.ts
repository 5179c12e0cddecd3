import type { Db } from '@app/platform/database';
import { Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { SecretUnreadableError } from './keyring';

const BATCH = 100;
const LOWEST_ID = '00000000-0000-0000-0000-000000000000';

export interface ResealOutcome {
  readonly resealed: number;
  /** Left as they were, because no configured key opens them. */
  readonly unreadable: number;
}

/**
 * After a change of the master key: what the former one sealed is sealed again, row by row, so that it can be thrown away.
 * Begins with its process. Nobody waits for it: both keys open what is there until it is done, and the next start goes on.
 */
export abstract class Resealer<Row> implements OnApplicationBootstrap {
  private readonly log = new Logger(this.constructor.name);

  protected constructor(
    private readonly db: Db,
    /** For the log: `context`, `service_keys`. */
    private readonly what: string,
  ) {}

  /** Null when there is no master key, and so nothing sealed. */
  protected abstract currentVersion(): string | null;

  /** Rows of all tenants that another version sealed, by id, locked and without those that others hold. */
  protected abstract stale(version: string, afterId: string, limit: number): Promise<readonly Row[]>;

  protected abstract idOf(row: Row): string;

  /** Throws SecretUnreadableError when no configured key opens it. */
  protected abstract reseal(row: Row): Promise<void>;

  onApplicationBootstrap(): void {
    void this.all().then(
      ({ resealed, unreadable }) => {
        if (resealed > 0) this.log.log({ event: `${this.what}.resealed`, resealed });
        if (unreadable > 0) this.log.error({ event: `${this.what}.unreadable`, unreadable });
      },
      (error: unknown) => {
        this.log.warn({
          event: `${this.what}.not_resealed`,
          error: error instanceof Error ? error.message : error,
        });
      },
    );
  }

  /** Safe to run in several processes at once: each takes rows that no other holds. */
  async all(): Promise<ResealOutcome> {
    const version = this.currentVersion();
    const outcome = { resealed: 0, unreadable: 0 };
    if (version === null) return outcome;
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
      const rows = await this.stale(version, afterId, BATCH);
      let unreadable = 0;
      for (const row of rows) {
        try {
          await this.reseal(row);
        } catch (error) {
          if (!(error instanceof SecretUnreadableError)) throw error;
          unreadable += 1;
        }
      }
      const last = rows.length < BATCH ? undefined : rows.at(-1);
      return {
        resealed: rows.length - unreadable,
        unreadable,
        lastId: last === undefined ? null : this.idOf(last),
      };
    });
  }
}

interface BatchOutcome extends ResealOutcome {
  readonly lastId: string | null;
}
