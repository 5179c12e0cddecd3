/** Pieces of SQL that more than one statement needs: how a live row becomes a row of history, and what is counted then. */

export const RUN_COLUMNS = `run_id, retention_class, env_id, stream_id, project_id, build_id, event_id, run_type, status,
  handler_key, function_name, start_time, stop_time, duration_us, retry_attempt, delivery, origin_run_id,
  retry_of_run_id, by_user_id, access_id, agent_type, failure_kind, result, info, call_count, trace_bytes,
  stream_data_count, trace`;

/**
 * Moves the ended attempt kept on a live row (alias `d`, state 3, or made up to look like one) to history.
 * @param status SQL expression of the final status
 */
export function endedAttempt(d: string, status: string): string {
  const meta = `${d}.last_meta::jsonb`;
  return `${d}.run_id, ${d}.retention_class, ${d}.env_id, ${d}.stream_id, ${d}.project_id, ${d}.build_id, ${d}.event_id,
  coalesce(${d}.run_type, 2::smallint), ${status}, ${d}.handler_key, ${d}.function_name, ${d}.started_at,
  ${d}.stopped_at, coalesce((${meta} ->> 'durationUs')::bigint, 0), ${d}.attempt, ${d}.delivery, ${d}.origin_run_id,
  ${d}.retry_of_run_id, ${d}.by_user_id, ${d}.access_id, ${meta} ->> 'agentType', ${meta} ->> 'failureKind',
  ${d}.last_result, ${meta} ->> 'info', coalesce((${meta} ->> 'callCount')::int, 0),
  coalesce((${meta} ->> 'traceBytes')::bigint, 0), coalesce((${meta} ->> 'streamDataCount')::int, 0),
  ${meta} ->> 'trace'`;
}

/** What a live row tells of restarts, as the `info` that its run leaves; NULL when there were none. */
export function restartsAsInfo(d: string): string {
  return `CASE WHEN ${d}.restarts IS NOT NULL THEN '{"restarts":' || ${d}.restarts || '}' END`;
}

const NOBODY = `'00000000-0000-0000-0000-000000000000'::uuid`;

/**
 * Counts finished runs: all time and the minute they started in. Sorted, because two writers that lock the same rows
 * in different orders would wait for each other for ever.
 * @param from relation with env_id, project_id, run_type, status, start_time, duration_us
 */
export function countRuns(from: string, slot: string): string {
  return `INSERT INTO hot.run_bucket (env_id, granularity, bucket_start, project_id, run_type, status, slot, count, sum_us)
    SELECT r.env_id, g.granularity,
           CASE g.granularity WHEN 0 THEN to_timestamp(0) ELSE date_trunc('minute', r.start_time, 'UTC') END,
           coalesce(r.project_id, ${NOBODY}), r.run_type, r.status, ${slot}, count(*), sum(r.duration_us)
    FROM ${from} r CROSS JOIN (VALUES (0::smallint), (1::smallint)) AS g(granularity)
    GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (env_id, granularity, bucket_start, project_id, run_type, status, slot)
    DO UPDATE SET count = hot.run_bucket.count + excluded.count, sum_us = hot.run_bucket.sum_us + excluded.sum_us`;
}

/**
 * Counts what is billed per day: runs (tasks aside), recorded calls and their bytes.
 * @param from relation with org_id, env_id, run_type, stop_time, call_count, trace_bytes
 */
export function countUsage(from: string, slot: string): string {
  return `INSERT INTO hot.usage_daily (org_id, env_id, day, metric, slot, value)
    SELECT r.org_id, r.env_id, (r.stop_time AT TIME ZONE 'UTC')::date, m.metric, ${slot},
           sum(CASE m.metric WHEN 'runs' THEN (r.run_type <> 7)::int WHEN 'calls' THEN r.call_count ELSE r.trace_bytes END)
    FROM ${from} r CROSS JOIN (VALUES ('call_bytes'), ('calls'), ('runs')) AS m(metric)
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (org_id, env_id, day, metric, slot) DO UPDATE SET value = hot.usage_daily.value + excluded.value`;
}

/** Whether incarnation $1 still has its lease. */
export const LEASE_LIVES = `EXISTS (SELECT 1 FROM hot.worker_lease l WHERE l.incarnation = $1 AND l.expires_at > now())`;

/**
 * An attempt that waits for its retry has no worker: its row ends here, as a cancelled run. Answers `run_id`.
 * @param where which rows, of hot.dispatch, besides being runs that wait
 * @param result SQL expression of the cancellation's JSON text
 */
export function cancelWaiting(where: string, slot: string, result: string): string {
  return `WITH gone AS (
  DELETE FROM hot.dispatch WHERE ${where} AND kind = 2 AND state = 3 RETURNING *),
ended AS (
  INSERT INTO hot.run (${RUN_COLUMNS})
  SELECT ${endedAttempt('g', '4::smallint')}
  FROM (SELECT run_id, retention_class, env_id, stream_id, project_id, build_id, event_id, run_type, handler_key,
               function_name, started_at, stopped_at, attempt, delivery, origin_run_id, retry_of_run_id, by_user_id,
               access_id, last_meta, ${result} AS last_result FROM gone) g
  RETURNING run_id, env_id, project_id, run_type, status, start_time, stop_time, duration_us, call_count, trace_bytes),
rb AS (${countRuns('ended', slot)}),
us AS (${countUsage('(SELECT ended.*, gone.org_id FROM ended JOIN gone ON gone.run_id = ended.run_id)', slot)})
SELECT run_id FROM ended`;
}
