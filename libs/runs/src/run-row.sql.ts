/** One shape for runs of history and of live work, so that lists and lookups are one statement over both. */
import { runStatusName, runTypeName } from '@app/dispatch';
import type { RunView } from './run.view';

export interface RunRow {
  readonly run_id: string;
  readonly env_id: string;
  readonly stream_id: string;
  readonly build_id: string | null;
  readonly run_type: number;
  readonly status: number;
  readonly start_ms: number;
  readonly stop_ms: number | null;
  readonly origin_run_id: string | null;
  readonly event_id: string | null;
  readonly result: string | null;
  readonly project_id: string | null;
  readonly project_name: string | null;
  readonly retry_attempt: number;
  readonly next_retry_ms: number | null;
  readonly function_name: string | null;
  readonly stream_data_count: number;
}

const ms = (column: string) => `extract(epoch FROM ${column})::float8 * 1000`;

/** Columns of a finished run with alias r. */
export const FINISHED_COLUMNS = `r.run_id, r.env_id, r.stream_id, r.build_id, r.run_type::int AS run_type,
  r.status::int AS status, ${ms('r.start_time')} AS start_ms, ${ms('r.stop_time')} AS stop_ms,
  coalesce(r.retry_of_run_id, r.origin_run_id) AS origin_run_id, r.event_id, r.result, r.project_id,
  r.retry_attempt::int AS retry_attempt, NULL::float8 AS next_retry_ms, r.function_name, r.stream_data_count`;

/** Columns of a live run with alias d. */
export const LIVE_COLUMNS = `d.run_id, d.env_id, d.stream_id, d.build_id, coalesce(d.run_type, 2)::int AS run_type,
  (CASE d.state WHEN 2 THEN 1 ELSE 5 END)::int AS status, ${ms('d.started_at')} AS start_ms,
  ${ms('d.stopped_at')} AS stop_ms, coalesce(d.retry_of_run_id, d.origin_run_id) AS origin_run_id, d.event_id,
  d.last_result AS result, d.project_id, d.attempt::int AS retry_attempt,
  CASE d.state WHEN 3 THEN ${ms('d.due_at')} END AS next_retry_ms, d.function_name, 0 AS stream_data_count`;

/** Live rows that are runs: claimed and routed, or waiting for their retry. */
export const IS_LIVE_RUN = `d.run_id IS NOT NULL AND d.kind = 2 AND d.state IN (2, 3)`;

export function toRunView(row: RunRow): RunView {
  return {
    runId: row.run_id,
    envId: row.env_id,
    streamId: row.stream_id,
    buildId: row.build_id,
    runType: runTypeName(row.run_type),
    status: runStatusName(row.status),
    startTimeMs: row.start_ms,
    stopTimeMs: row.status === 1 ? null : row.stop_ms,
    originRunId: row.origin_run_id,
    eventId: row.event_id,
    result: row.status === 1 ? null : row.result,
    projectId: row.project_id,
    projectName: row.project_name,
    retryAttempt: row.retry_attempt,
    nextRetryAtMs: row.next_retry_ms,
    functionName: row.function_name,
    streamDataCount: row.stream_data_count,
  };
}
