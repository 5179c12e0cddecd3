/**
 * Tables: dispatch, run, project, build, event, event_handler. Read-only.
 *
 * One run with everything its page shows at once; values and trace are asked for apart.
 */
import { LargeValues } from '@app/blobs';
import { Injectable } from '@nestjs/common';
import type { EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import { FINISHED_RUN_COLUMNS, IS_LIVE_RUN, LIVE_RUN_COLUMNS, withNames, type RunRecord } from './run-record';

export interface RunDetailRecord extends RunRecord {
  readonly retention_class: number;
  readonly live: boolean;
  readonly delivery: number;
  readonly cancel_requested: boolean;
  readonly handler_key: string;
  readonly by_user_id: string | null;
  readonly access_id: string | null;
  readonly failure_kind: string | null;
  readonly failure: string | null;
  readonly has_result: boolean;
  readonly call_count: number;
  readonly trace_bytes: number;
  readonly stream_data_count: number;
  readonly event_time: Date | null;
  readonly event_source: number | null;
  readonly event_routing: string | null;
  readonly handler_meta: unknown;
  readonly handler_serves: boolean;
  readonly has_live_successor: boolean;
}

export interface HierarchyRecord {
  readonly run_id: string;
  readonly parent_run_id: string | null;
  readonly retry_of_run_id: string | null;
  readonly function_name: string | null;
  readonly run_type: number;
  readonly event_type: string | null;
  readonly status: number;
  readonly attempt: number;
  readonly started_at: Date;
  readonly duration_us: number | null;
}

/** Failures are small; one whose text is huge is shown by its beginning, and whole under its value. */
const FAILURE_BYTES = 65_536;

const DETAIL = `
SELECT y.*, ev.event_time, ev.source AS event_source, ev.routing AS event_routing, h.meta AS handler_meta,
       s.project_id IS NOT NULL AS handler_serves,
       EXISTS (SELECT 1 FROM hot.dispatch n WHERE n.event_id = y.event_id AND n.handler_key = y.handler_key
                 AND n.env_id = $1 AND n.kind = 2 AND n.project_id IS NOT DISTINCT FROM y.project_id
                 AND n.state <> 4 AND n.run_id IS DISTINCT FROM y.run_id) AS has_live_successor
  FROM (${withNames('SELECT * FROM one', 'x.run_id')}) z
  JOIN one o ON o.run_id = z.run_id
  CROSS JOIN LATERAL (SELECT z.*, o.retention_class, o.live, o.delivery, o.cancel_requested, o.handler_key, o.by_user_id,
    o.access_id, o.failure_kind, o.failure, o.has_result, o.call_count, o.trace_bytes, o.stream_data_count) y
  LEFT JOIN LATERAL (SELECT e.event_time, e.source, e.routing FROM hot.event e
                      WHERE e.event_id = y.event_id AND e.retention_class = y.retention_class LIMIT 1) ev ON true
  LEFT JOIN hot.project s ON s.project_id = y.project_id AND s.deleted_at IS NULL AND s.serving_build_id IS NOT NULL
  LEFT JOIN LATERAL (SELECT eh.meta FROM hot.event_handler eh
                      WHERE eh.build_id = y.build_id AND eh.ns || '/' || eh.var = y.handler_key LIMIT 1) h ON true`;

const ONE = `
WITH one AS MATERIALIZED (
  SELECT ${LIVE_RUN_COLUMNS}, true AS live, d.delivery, d.cancel_requested = 1 AS cancel_requested, d.handler_key,
         d.by_user_id, d.access_id, CASE WHEN d.state = 3 THEN d.last_meta::jsonb ->> 'failureKind' END AS failure_kind,
         CASE WHEN d.state = 3 THEN left(d.last_result, ${FAILURE_BYTES}) END AS failure,
         d.state = 3 AND d.last_result IS NOT NULL AS has_result,
         CASE WHEN d.state = 3 THEN coalesce((d.last_meta::jsonb ->> 'callCount')::int, 0) ELSE 0 END AS call_count,
         CASE WHEN d.state = 3 THEN coalesce((d.last_meta::jsonb ->> 'traceBytes')::bigint, 0) ELSE 0 END AS trace_bytes,
         CASE WHEN d.state = 3 THEN coalesce((d.last_meta::jsonb ->> 'streamDataCount')::int, 0) ELSE 0 END
           AS stream_data_count
    FROM hot.dispatch d WHERE d.run_id = $2 AND d.env_id = $1 AND ${IS_LIVE_RUN}
  UNION ALL
  SELECT ${FINISHED_RUN_COLUMNS}, false, r.delivery, false, r.handler_key, r.by_user_id, r.access_id, r.failure_kind,
         CASE WHEN r.status <> 2 THEN left(r.result, ${FAILURE_BYTES}) END, r.result IS NOT NULL, r.call_count,
         r.trace_bytes, r.stream_data_count
    FROM hot.run r WHERE r.run_id = $2 AND r.env_id = $1)`;

@Injectable()
export class RunDetailQueries {
  constructor(
    private readonly db: Db,
    private readonly values: LargeValues,
  ) {}

  find(scope: EnvScope, runId: string): Promise<RunDetailRecord | undefined> {
    return this.db.queryOne<RunDetailRecord>(`${ONE} ${DETAIL}`, [scope.envId, runId]);
  }

  /** What the run was called with: its event's type and data. */
  async input(
    scope: EnvScope,
    runId: string,
  ): Promise<{ readonly run_type: number; readonly event_data: string } | undefined> {
    const row = await this.db.queryOne<{ run_type: number; event_id: string; event_data: string }>(
      `SELECT o.run_type::int AS run_type, o.event_id, e.event_data
         FROM (SELECT event_id, retention_class, coalesce(run_type, 2::smallint) AS run_type
                 FROM hot.dispatch d WHERE d.run_id = $2 AND d.env_id = $1 AND ${IS_LIVE_RUN}
               UNION ALL
               SELECT event_id, retention_class, run_type FROM hot.run WHERE run_id = $2 AND env_id = $1) o
         CROSS JOIN LATERAL (SELECT e.event_data FROM hot.event e
                              WHERE e.event_id = o.event_id AND e.retention_class = o.retention_class
                                AND e.env_id = $1 LIMIT 1) e`,
      [scope.envId, runId],
    );
    if (row === undefined) return undefined;
    const held = { ownerId: row.event_id, text: row.event_data };
    return { run_type: row.run_type, event_data: await this.values.shownOne(scope, held) };
  }

  /** Result, failure or cancellation as JSON text. */
  async result(scope: EnvScope, runId: string): Promise<{ readonly result: string | null } | undefined> {
    const row = await this.db.queryOne<{ result: string | null }>(
      `SELECT CASE WHEN d.state = 3 THEN d.last_result END AS result
         FROM hot.dispatch d WHERE d.run_id = $2 AND d.env_id = $1 AND ${IS_LIVE_RUN}
       UNION ALL
       SELECT result FROM hot.run WHERE run_id = $2 AND env_id = $1`,
      [scope.envId, runId],
    );
    const text = row?.result ?? null;
    return text === null ? row : { result: await this.values.shownOne(scope, { ownerId: runId, text }) };
  }

  /**
   * The run, what it came from, and everything that came of it. Upwards along origins and earlier attempts, then
   * downwards along runs whose event was sent by one of them, and later attempts.
   */
  hierarchy(scope: EnvScope, runId: string, limit: number): Promise<readonly HierarchyRecord[]> {
    return this.db.query<HierarchyRecord>(
      `WITH RECURSIVE
       up(run_id, hops) AS (
         SELECT $2::uuid, 0
         UNION
         SELECT p.id, up.hops + 1
           FROM up
           CROSS JOIN LATERAL (
             SELECT d.origin_run_id, d.retry_of_run_id FROM hot.dispatch d
              WHERE d.run_id = up.run_id AND d.env_id = $1
             UNION ALL
             SELECT r.origin_run_id, r.retry_of_run_id FROM hot.run r WHERE r.run_id = up.run_id AND r.env_id = $1) f
           CROSS JOIN LATERAL (VALUES (f.origin_run_id), (f.retry_of_run_id)) AS p(id)
          WHERE p.id IS NOT NULL AND up.hops < 100),
       down(run_id, hops) AS (
         SELECT run_id, 0 FROM up
         UNION
         SELECT c.run_id, down.hops + 1
           FROM down
           CROSS JOIN LATERAL (
             (SELECT d.run_id FROM hot.dispatch d
               WHERE d.env_id = $1 AND d.origin_run_id = down.run_id AND ${IS_LIVE_RUN} LIMIT $3)
             UNION ALL
             (SELECT r.run_id FROM hot.run r WHERE r.env_id = $1 AND r.origin_run_id = down.run_id LIMIT $3)
             UNION ALL
             (SELECT d.run_id FROM hot.dispatch d
               WHERE d.env_id = $1 AND d.retry_of_run_id = down.run_id AND ${IS_LIVE_RUN} LIMIT $3)
             UNION ALL
             (SELECT n.run_id FROM hot.run t
                JOIN hot.run n ON n.event_id = t.event_id AND n.retry_of_run_id = t.run_id AND n.env_id = $1
               WHERE t.run_id = down.run_id AND t.env_id = $1 LIMIT $3)) c
          WHERE down.hops < 100),
       chosen AS (SELECT DISTINCT run_id FROM (SELECT run_id FROM up UNION ALL SELECT run_id FROM down) a LIMIT $3)
       SELECT x.run_id, x.origin_run_id AS parent_run_id, x.retry_of_run_id, x.function_name, x.run_type::int AS run_type,
              coalesce(x.event_type, ev.event_type) AS event_type, x.status, x.attempt::int AS attempt, x.started_at,
              x.duration_us
         FROM chosen
         CROSS JOIN LATERAL (
           SELECT ${LIVE_RUN_COLUMNS} FROM hot.dispatch d
            WHERE d.run_id = chosen.run_id AND d.env_id = $1 AND ${IS_LIVE_RUN}
           UNION ALL
           SELECT ${FINISHED_RUN_COLUMNS} FROM hot.run r WHERE r.run_id = chosen.run_id AND r.env_id = $1) x
         LEFT JOIN LATERAL (SELECT e.event_type FROM hot.event e
                             WHERE e.event_id = x.event_id AND e.retention_class = x.retention_class LIMIT 1) ev ON true
        ORDER BY x.run_id`,
      [scope.envId, runId, limit],
    );
  }
}
