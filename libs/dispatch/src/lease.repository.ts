/** Tables: worker_lease (all), dispatch (read, for what was asked to be cancelled). */
import { statement } from '@app/platform/database';
import type { HotSql } from './hot-sql';

/** How long a lease lasts without renewal, and how often it is renewed. */
export const LEASE_SECONDS = 20;
export const LEASE_RENEWAL_MS = 5_000;

export interface LeaseHolder {
  readonly incarnation: string;
  readonly workerId: string;
  readonly roles: readonly string[];
  readonly host: string;
  readonly pid: number;
}

const TAKE = statement(
  'dispatch_lease_take',
  `INSERT INTO hot.worker_lease (incarnation, worker_id, roles, host, pid, expires_at)
   VALUES ($1, $2, $3, $4, $5, now() + interval '${LEASE_SECONDS} seconds')`,
);

// One statement for both: an idle platform has few statements per second to spend.
const RENEW = statement(
  'dispatch_lease_renew',
  `WITH l AS (
     UPDATE hot.worker_lease SET expires_at = now() + interval '${LEASE_SECONDS} seconds'
     WHERE incarnation = $1 AND expires_at > now() RETURNING incarnation)
   SELECT l.incarnation, array_remove(array_agg(d.run_id), NULL) AS cancelled
   FROM l LEFT JOIN hot.dispatch d ON d.incarnation = l.incarnation AND d.state = 2 AND d.cancel_requested = 1
   GROUP BY l.incarnation`,
);

const GIVE_UP = statement(
  'dispatch_lease_give_up',
  `UPDATE hot.worker_lease SET expires_at = now() WHERE incarnation = $1 AND expires_at > now()`,
);

export class LeaseRepository {
  constructor(private readonly sql: HotSql) {}

  async take(holder: LeaseHolder): Promise<void> {
    const { incarnation, workerId, roles, host, pid } = holder;
    await this.sql.rows(TAKE, [incarnation, workerId, roles, host, pid]);
  }

  /** Runs of this incarnation that somebody asked to cancel; null when the lease is lost. */
  async renew(incarnation: string): Promise<readonly string[] | null> {
    const [row] = await this.sql.rows<{ cancelled: string[] }>(RENEW, [incarnation]);
    return row?.cancelled ?? null;
  }

  /** Ends the lease at once: whatever is still running is up for others. */
  async giveUp(incarnation: string): Promise<void> {
    await this.sql.rows(GIVE_UP, [incarnation]);
  }
}
