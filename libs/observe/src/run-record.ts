/** A run as lists know it, live or finished. */
export interface RunRecord {
  readonly run_id: string;
  /** 1 running, 2 succeeded, 3 failed, 4 cancelled, 5 waiting for another attempt. */
  readonly status: number;
  readonly run_type: number;
  readonly function_name: string | null;
  readonly project_id: string | null;
  readonly project: string | null;
  readonly build_id: string | null;
  readonly build_hash: string | null;
  readonly build_deployed: boolean | null;
  readonly stream_id: string;
  readonly event_id: string | null;
  readonly event_type: string | null;
  readonly origin_run_id: string | null;
  readonly retry_of_run_id: string | null;
  readonly started_at: Date;
  readonly stopped_at: Date | null;
  readonly duration_us: number | null;
  readonly attempt: number;
  readonly next_attempt_at: Date | null;
  /** Beginning of the result, of those that failed. */
  readonly result_head: string | null;
  readonly info: string | null;
  /** From acceptance to start, of live first attempts; finished ones have it in `info`. */
  readonly waited_us: number | null;
}

const HEAD = 2000;

// Both lists give the same columns, so that one statement can put live and finished runs together.
export const LIVE_RUN_COLUMNS = `d.run_id, d.retention_class, CASE d.state WHEN 3 THEN 5 ELSE 1 END AS status,
  coalesce(d.run_type, 2::smallint) AS run_type, d.function_name, d.project_id, d.build_id, d.stream_id, d.event_id,
  d.event_type, d.origin_run_id, d.retry_of_run_id, d.started_at, d.stopped_at,
  CASE WHEN d.state = 3 THEN (d.last_meta::jsonb ->> 'durationUs')::bigint END AS duration_us,
  d.attempt, CASE WHEN d.state = 3 THEN d.due_at END AS next_attempt_at,
  CASE WHEN d.state = 3 THEN left(d.last_result, ${HEAD}) END AS result_head,
  CASE WHEN d.state = 3 THEN d.last_meta::jsonb ->> 'info' ELSE '{"restarts":' || d.restarts || '}' END AS info,
  CASE WHEN d.attempt = 0 AND d.delivery = 1 AND d.started_at IS NOT NULL
       THEN greatest(0, extract(epoch FROM d.started_at - d.created_at) * 1000000)::bigint END AS waited_us`;

export const FINISHED_RUN_COLUMNS = `r.run_id, r.retention_class, r.status::int AS status, r.run_type, r.function_name,
  r.project_id, r.build_id, r.stream_id, r.event_id, NULL::text AS event_type, r.origin_run_id, r.retry_of_run_id,
  r.start_time AS started_at, r.stop_time AS stopped_at, r.duration_us, r.retry_attempt AS attempt,
  NULL::timestamptz AS next_attempt_at, CASE WHEN r.status = 3 THEN left(r.result, ${HEAD}) END AS result_head,
  r.info, NULL::bigint AS waited_us`;

/** Live rows that are runs: being executed, or waiting for another attempt. */
export const IS_LIVE_RUN = `d.kind = 2 AND d.run_id IS NOT NULL AND d.state IN (2, 3)`;

/** Adds the names that lists show to a page of runs `x`. Only after the page was cut: 25 lookups, not 25,000. */
export function withNames(page: string, orderBy: string): string {
  return `
SELECT x.run_id, x.status, x.run_type, x.function_name, x.project_id, p.name AS project, x.build_id,
       b.hash AS build_hash, b.deployed AS build_deployed, x.stream_id, x.event_id,
       coalesce(x.event_type, ev.event_type) AS event_type, x.origin_run_id, x.retry_of_run_id, x.started_at,
       x.stopped_at, x.duration_us, x.attempt, x.next_attempt_at, x.result_head, x.info, x.waited_us
  FROM (${page}) x
  LEFT JOIN hot.project p ON p.project_id = x.project_id
  LEFT JOIN hot.build b ON b.build_id = x.build_id
  LEFT JOIN LATERAL (
    SELECT e.event_type FROM hot.event e
     WHERE e.event_id = x.event_id AND e.retention_class = x.retention_class AND x.event_type IS NULL
     LIMIT 1) ev ON true
 ORDER BY ${orderBy}`;
}
