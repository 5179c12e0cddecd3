/**
 * Tables: run_bucket, event_bucket, dispatch, task. Read-only.
 *
 * Figures over time, from counters and live work, never from runs or events themselves. Every answer is one statement,
 * so that its numbers are of one moment.
 */
import { Injectable } from '@nestjs/common';
import type { EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import { COUNT_CAP, type TimeRange } from '@app/platform/lists';
import { idBounds, TASK_RUN_TYPE } from './run-counters.queries';
import { IS_LIVE_RUN } from './run-record';
import { conjunction, SqlParams } from './sql-params';

/** Bar 0 holds what lies before the first edge: the period to compare with. */
export interface RunBar {
  readonly bar: number;
  readonly run_type: number;
  readonly status: number;
  readonly count: number;
  readonly sum_us: number;
}

export interface EventBar {
  readonly bar: number;
  /** 1 accepted, 2 waiting to be routed, 3 found without a handler. */
  readonly state: number;
  readonly count: number;
}

const PENDING_EVENT = 2;

@Injectable()
export class SeriesQueries {
  constructor(private readonly db: Db) {}

  /** When the first counted thing happened here, in milliseconds; null when nothing ever did. */
  async firstMs(scope: EnvScope): Promise<number | null> {
    const oldest = (table: string, granularity: number): string =>
      `(SELECT bucket_start FROM hot.${table} WHERE env_id = $1 AND granularity = ${granularity}
         ORDER BY bucket_start LIMIT 1)`;
    const row = await this.db.queryOne<{ ms: number | null }>(
      `SELECT extract(epoch FROM least(${oldest('run_bucket', 1)}, ${oldest('run_bucket', 2)},
         ${oldest('event_bucket', 1)}, ${oldest('event_bucket', 2)}))::float8 * 1000 AS ms`,
      [scope.envId],
    );
    return row?.ms ?? null;
  }

  runs(
    scope: EnvScope,
    fromMs: number,
    edges: readonly number[],
    projectIds: readonly string[] | undefined,
  ): Promise<readonly RunBar[]> {
    return this.db.query<RunBar>(
      `SELECT bar, run_type, status, sum(count)::bigint AS count, sum(sum_us)::bigint AS sum_us FROM (
         SELECT width_bucket(bucket_start, $3::timestamptz[]) AS bar, run_type, status, count, sum_us
           FROM hot.run_bucket
          WHERE env_id = $1 AND granularity = ANY ('{1,2}'::smallint[]) AND bucket_start >= $2 AND bucket_start < $4
            AND run_type <> ${TASK_RUN_TYPE} AND ($5::uuid[] IS NULL OR project_id = ANY ($5))
         UNION ALL
         SELECT width_bucket(d.started_at, $3::timestamptz[]), coalesce(d.run_type, 2::smallint),
                CASE d.state WHEN 3 THEN 5 ELSE 1 END, 1, 0
           FROM hot.dispatch d
          WHERE d.env_id = $1 AND ${IS_LIVE_RUN} AND d.started_at >= $2 AND d.started_at < $4
            AND coalesce(d.run_type, 2::smallint) <> ${TASK_RUN_TYPE}
            AND ($5::uuid[] IS NULL OR d.project_id = ANY ($5))) u
        GROUP BY 1, 2, 3`,
      [scope.envId, new Date(fromMs), ...dates(edges), projectIds ?? null],
    );
  }

  events(scope: EnvScope, fromMs: number, edges: readonly number[]): Promise<readonly EventBar[]> {
    return this.db.query<EventBar>(
      `SELECT bar, state, sum(count)::bigint AS count FROM (
         SELECT width_bucket(bucket_start, $3::timestamptz[]) AS bar, state, count
           FROM hot.event_bucket
          WHERE env_id = $1 AND granularity = ANY ('{1,2}'::smallint[]) AND bucket_start >= $2 AND bucket_start < $4
         UNION ALL
         SELECT width_bucket(d.created_at, $3::timestamptz[]), ${PENDING_EVENT}::smallint, 1
           FROM hot.dispatch d
          WHERE d.env_id = $1 AND d.kind = 1 AND d.state <> 4 AND d.created_at >= $2 AND d.created_at < $4) u
        GROUP BY 1, 2`,
      [scope.envId, new Date(fromMs), ...dates(edges)],
    );
  }

  /** Work that waits for a worker now. */
  /** By status, of the newest that were started in the range. */
  async tasks(
    scope: EnvScope,
    range: TimeRange,
    projectIds: readonly string[] | undefined,
  ): Promise<ReadonlyMap<number, number>> {
    const p = new SqlParams();
    const where = conjunction([
      `t.env_id = ${p.add(scope.envId)}`,
      idBounds(p, 't.task_id', range),
      projectIds === undefined ? undefined : `t.project_id = ANY (${p.add(projectIds)}::uuid[])`,
    ]);
    const rows = await this.db.query<{ status: number; count: number }>(
      `SELECT status::int AS status, count(*)::int AS count FROM (
         SELECT t.status FROM hot.task t WHERE ${where} ORDER BY t.task_id DESC LIMIT ${COUNT_CAP + 1}) s GROUP BY 1`,
      p.values,
    );
    return new Map(rows.map(({ status, count }) => [status, count]));
  }

  async queued(scope: EnvScope): Promise<number> {
    const row = await this.db.queryOne<{ count: number }>(
      `SELECT count(*)::int AS count FROM hot.dispatch WHERE env_id = $1 AND state = 1`,
      [scope.envId],
    );
    return row?.count ?? 0;
  }

  /** When something last happened, in milliseconds. */
  async lastIds(
    scope: EnvScope,
  ): Promise<{ readonly run_id: string | null; readonly event_id: string | null }> {
    const row = await this.db.queryOne<{ run_id: string | null; event_id: string | null }>(
      `SELECT (SELECT run_id FROM hot.run WHERE env_id = $1 ORDER BY run_id DESC LIMIT 1) AS run_id,
              (SELECT event_id FROM hot.event WHERE env_id = $1 ORDER BY event_id DESC LIMIT 1) AS event_id`,
      [scope.envId],
    );
    return row ?? { run_id: null, event_id: null };
  }
}

/** The inner edges, and the end of the last bar. */
const dates = (edges: readonly number[]): readonly [readonly Date[], Date] => [
  edges.slice(0, -1).map((ms) => new Date(ms)),
  new Date(edges.at(-1) ?? 0),
];
