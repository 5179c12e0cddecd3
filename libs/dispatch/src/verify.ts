/**
 * Tables: event, event_unhandled, dispatch, run, run_bucket, event_bucket, worker_lease, task. Reads only, all tenants.
 *
 * Counts again what the platform promises: every accepted event is handled, unhandled, a dead letter or outstanding;
 * counters equal the facts; nothing waits for somebody who will not come. One snapshot, so that it may run beside work.
 */
import { Db } from '@app/platform/database';
import { Injectable } from '@nestjs/common';

export interface EventBalance {
  readonly accepted: number;
  readonly handled: number;
  readonly unhandled: number;
  readonly deadLettered: number;
  readonly outstanding: number;
  /** Commands to the platform, which leave no run behind. */
  readonly commands: number;
  /** Events of which nothing tells what became of them. There must be none. */
  readonly missing: number;
}

export interface CounterDifference {
  /** `tasks live`: those that people see as open, and the work that stands for them. `tasks done`: ended well, and how often. */
  readonly counter: 'runs' | 'events' | 'events unhandled' | 'tasks live' | 'tasks done';
  readonly envId: string;
  readonly counted: number;
  readonly facts: number;
}

export interface Verification {
  readonly ok: boolean;
  readonly events: EventBalance;
  /** Some of the missing ones. */
  readonly missingEventIds: readonly string[];
  readonly differences: readonly CounterDifference[];
  /** Rows that nobody will come back to: late for longer than the patience, or held by a dead incarnation. */
  readonly limbo: number;
  readonly limboDispatchIds: readonly string[];
}

const EXAMPLES = 10;

/** An event that is in several places counts for the first: what is still to be done comes before what was done. */
const FATES = `
  SELECT e.event_id, CASE
    WHEN d.live THEN 'outstanding'
    WHEN d.live IS NOT NULL THEN 'deadLettered'
    WHEN EXISTS (SELECT 1 FROM hot.event_unhandled u WHERE u.event_id = e.event_id) THEN 'unhandled'
    WHEN EXISTS (SELECT 1 FROM hot.run r WHERE r.event_id = e.event_id) THEN 'handled'
    WHEN e.source <> 1 AND e.event_type LIKE 'hot:%' THEN 'commands'
    ELSE 'missing' END AS fate
  FROM hot.event e
  LEFT JOIN (SELECT event_id, bool_or(state < 4) AS live FROM hot.dispatch GROUP BY event_id) d USING (event_id)`;

const BALANCE = `
  SELECT fate, count(*)::float8 AS n, (array_agg(event_id) FILTER (WHERE fate = 'missing'))[1:${EXAMPLES}] AS examples
  FROM (${FATES}) f GROUP BY fate`;

const NOBODY = `'00000000-0000-0000-0000-000000000000'::uuid`;

const DIFFERENCES = `
  SELECT 'runs' AS counter, env_id, sum(counted)::float8 AS counted, sum(facts)::float8 AS facts FROM (
    SELECT coalesce(b.env_id, r.env_id) AS env_id, coalesce(b.n, 0) AS counted, coalesce(r.n, 0) AS facts
    FROM (SELECT env_id, project_id, run_type, status, sum(count) AS n FROM hot.run_bucket WHERE granularity = 0
          GROUP BY 1, 2, 3, 4) b
    FULL JOIN (SELECT env_id, coalesce(project_id, ${NOBODY}) AS project_id, run_type, status, count(*) AS n
               FROM hot.run GROUP BY 1, 2, 3, 4) r USING (env_id, project_id, run_type, status)) x
  WHERE counted <> facts GROUP BY env_id
  UNION ALL
  SELECT CASE state WHEN 1 THEN 'events' ELSE 'events unhandled' END, env_id, coalesce(b.n, 0)::float8,
         coalesce(f.n, 0)::float8
  FROM (SELECT env_id, state, sum(count) AS n FROM hot.event_bucket WHERE granularity = 0 GROUP BY 1, 2) b
  FULL JOIN (SELECT env_id, 1::smallint AS state, count(*) AS n FROM hot.event GROUP BY 1
             UNION ALL SELECT env_id, 3::smallint, count(*) FROM hot.event_unhandled GROUP BY 1) f
    USING (env_id, state)
  WHERE coalesce(b.n, 0) <> coalesce(f.n, 0)
  UNION ALL
  SELECT 'tasks live', coalesce(t.env_id, d.env_id), count(t.task_id)::float8, count(d.dispatch_id)::float8
  FROM (SELECT task_id, env_id, status FROM hot.task WHERE status IN (1, 2)) t
  FULL JOIN (SELECT dispatch_id, env_id, event_id, state FROM hot.dispatch WHERE run_type = 7) d ON d.event_id = t.task_id
  WHERE t.task_id IS NULL OR d.dispatch_id IS NULL OR (t.status = 2) <> (d.state = 2)
  GROUP BY 2
  UNION ALL
  SELECT 'tasks done', r.env_id, count(*)::float8, count(DISTINCT r.event_id)::float8
  FROM hot.run r WHERE r.run_type = 7 AND r.status = 2 GROUP BY 2 HAVING count(*) <> count(DISTINCT r.event_id)`;

const LIMBO = `
  SELECT count(*)::float8 AS n, (array_agg(dispatch_id))[1:${EXAMPLES}] AS examples
  FROM hot.dispatch d
  WHERE (d.state IN (1, 3) AND d.due_at < now() - $1::float8 * interval '1 second')
     OR (d.state = 2 AND d.started_at < now() - $1::float8 * interval '1 second' AND NOT EXISTS (
           SELECT 1 FROM hot.worker_lease l
           WHERE l.incarnation = d.incarnation AND l.expires_at > now() - $1::float8 * interval '1 second'))`;

@Injectable()
export class Verifier {
  constructor(private readonly db: Db) {}

  /** @param patienceSeconds how late a row may be before it counts as forgotten; a sweep comes by every second */
  async verify(patienceSeconds: number): Promise<Verification> {
    return this.db.tx(async () => {
      await this.db.execute('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      // As long as it takes: nobody waits for it but whoever asked.
      await this.db.execute('SET LOCAL statement_timeout = 0');
      const fates = await this.db.query<{ fate: keyof EventBalance; n: number; examples: string[] | null }>(
        BALANCE,
      );
      const differences = await this.db.query<{
        counter: CounterDifference['counter'];
        env_id: string;
        counted: number;
        facts: number;
      }>(DIFFERENCES);
      const limbo = await this.db.queryOne<{ n: number; examples: string[] | null }>(LIMBO, [
        patienceSeconds,
      ]);
      const of = (fate: keyof EventBalance): number => fates.find((each) => each.fate === fate)?.n ?? 0;
      const events: EventBalance = {
        accepted: fates.reduce((sum, { n }) => sum + n, 0),
        handled: of('handled'),
        unhandled: of('unhandled'),
        deadLettered: of('deadLettered'),
        outstanding: of('outstanding'),
        commands: of('commands'),
        missing: of('missing'),
      };
      return {
        ok: events.missing === 0 && differences.length === 0 && (limbo?.n ?? 0) === 0,
        events,
        missingEventIds: fates.find(({ fate }) => fate === 'missing')?.examples ?? [],
        differences: differences.map(({ counter, env_id: envId, counted, facts }) => ({
          counter,
          envId,
          counted,
          facts,
        })),
        limbo: limbo?.n ?? 0,
        limboDispatchIds: limbo?.examples ?? [],
      };
    });
  }
}
