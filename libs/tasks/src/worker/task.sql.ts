/**
 * Tables: task, task_message, event, dispatch, event_bucket, blob_ref (insert, update, delete), worker_lease (read).
 *
 * What running programs do with tasks. Every write counts only while the run's incarnation has its dispatch row.
 */
import { insertRefs } from '@app/blobs';
import { LEASE_LIVES } from '@app/dispatch';
import { statement, type Statement } from '@app/platform/database';

/** $1 incarnation, $2 dispatch id. */
const OURS = `EXISTS (SELECT 1 FROM hot.dispatch d
    WHERE d.dispatch_id = $2 AND d.incarnation = $1 AND d.state = 2 AND ${LEASE_LIVES})`;

/** A task is an event that orders it, a row of live work, and what people see: one id for all three. */
const starting = (name: string, refs: string): Statement =>
  statement(
    name,
    `
WITH i AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::smallint[], $6::uuid[], $7::uuid[],
      $8::uuid[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bigint[], $14::text[], $15::uuid[],
      $16::uuid[], $17::uuid[], $20::smallint[], $21::text[], $22::text[])
      AS i(task_id, guard_id, org_id, env_id, retention_class, stream_id, project_id, build_id, function_name,
           event_data, sealed, start_data, timeout_ms, retry, origin_run_id, by_user_id, access_id, task_type, size,
           container)),
  ok AS MATERIALIZED (
    SELECT i.* FROM i WHERE EXISTS (
      SELECT 1 FROM hot.dispatch d
      WHERE d.dispatch_id = i.guard_id AND d.incarnation = $18 AND d.state = 2
        AND EXISTS (SELECT 1 FROM hot.worker_lease l WHERE l.incarnation = $18 AND l.expires_at > now()))),
  ev AS (
    INSERT INTO hot.event (event_id, retention_class, env_id, stream_id, event_type, event_data, event_time, source,
                           created_by_user_id, access_id, origin_run_id, sealed)
    SELECT task_id, retention_class, env_id, stream_id, 'hot:task', event_data, now(), 2, by_user_id, access_id,
           origin_run_id, sealed FROM ok),
  di AS (
    INSERT INTO hot.dispatch (dispatch_id, kind, org_id, env_id, retention_class, event_id, stream_id, event_type,
                              project_id, build_id, handler_key, function_name, run_type, origin_run_id, start_data,
                              by_user_id, access_id, due_at)
    SELECT task_id, 2, org_id, env_id, retention_class, task_id, stream_id, 'hot:task', project_id, build_id,
           function_name, function_name, 7, origin_run_id, start_data, by_user_id, access_id,
           now() + interval '2 seconds'
    FROM ok),
  eb AS (
    INSERT INTO hot.event_bucket (env_id, granularity, bucket_start, state, slot, count)
    SELECT env_id, g.granularity,
           CASE g.granularity WHEN 0 THEN to_timestamp(0) ELSE date_trunc('minute', now(), 'UTC') END,
           1, $19::smallint, count(*)
    FROM ok CROSS JOIN (VALUES (0::smallint), (1::smallint)) AS g(granularity)
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (env_id, granularity, bucket_start, state, slot)
    DO UPDATE SET count = hot.event_bucket.count + excluded.count),
  tk AS (
    INSERT INTO hot.task (task_id, org_id, env_id, retention_class, stream_id, project_id, build_id, origin_run_id,
                          function_name, timeout_ms, retry, by_user_id, access_id, task_type, size, container)
    SELECT task_id, org_id, env_id, retention_class, stream_id, project_id, build_id, origin_run_id, function_name,
           timeout_ms, retry, by_user_id, access_id, task_type, size, container FROM ok)${refs}
SELECT task_id FROM ok`,
  );
export const START = starting('task_start', '');
export const START_WITH_REFS = starting(
  'task_start_refs',
  `,\n  rf AS (${insertRefs(23, 'ok', 'task_id', `'task_args'`)})`,
);

/** Until the end of the transaction nobody else starts a container for the organization. */
export const LOCK_CONTAINERS = statement(
  'task_lock_containers',
  `SELECT pg_advisory_xact_lock(hashtextextended('containers ' || $1::text, 0))`,
);

export const CONTAINERS_OF = statement(
  'task_containers_of',
  `SELECT count(*)::int AS count FROM hot.task WHERE org_id = $1 AND task_type = 2 AND status IN (1, 2)`,
);

/** The oldest message that was not taken, unless the task is cancelled. No row: the run is not ours. */
export const RECEIVE = statement(
  'task_receive',
  `
WITH d AS MATERIALIZED (
  SELECT d.cancel_requested FROM hot.dispatch d
  WHERE d.dispatch_id = $2 AND d.incarnation = $1 AND d.state = 2 AND ${LEASE_LIVES}),
m AS (
  UPDATE hot.task_message m SET delivered_at = now()
  WHERE m.task_id = $2 AND m.seq = (
    SELECT n.seq FROM hot.task_message n
    WHERE n.task_id = $2 AND n.delivered_at IS NULL AND EXISTS (SELECT 1 FROM d WHERE cancel_requested = 0)
    ORDER BY n.seq LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING m.payload, m.sealed)
SELECT d.cancel_requested::int AS cancel, m.payload, m.sealed FROM d LEFT JOIN m ON true`,
);

/** Messages that wait at most, and all that are kept for an attempt that would have to begin again. */
export const MAX_WAITING = 256;
export const MAX_KEPT = 10_000;

/**
 * $3 task, $4 env, $5 payload, $6 its secrets. No message to a task that has ended; `full` when it has too many. A task may end while
 * this waits for its row: `known` and `full` are of before, and a message that was not sent for another reason met that end.
 */
export const SEND = statement(
  'task_send',
  `
WITH ours AS MATERIALIZED (SELECT ${OURS} AS yes),
box AS MATERIALIZED (
  SELECT t.status IN (1, 2) AND (
    (SELECT count(*) FROM (SELECT 1 FROM hot.task_message m
       WHERE m.task_id = $3 AND m.delivered_at IS NULL LIMIT ${MAX_WAITING}) w) >= ${MAX_WAITING}
    OR coalesce(t.message_seq - (SELECT min(m.seq) FROM hot.task_message m WHERE m.task_id = $3), 0) >= ${MAX_KEPT}
  ) AS is_full
  FROM hot.task t WHERE t.task_id = $3 AND t.env_id = $4),
t AS (
  UPDATE hot.task t SET message_seq = t.message_seq + 1
  WHERE t.task_id = $3 AND t.env_id = $4 AND t.status IN (1, 2) AND (SELECT yes FROM ours)
    AND NOT (SELECT is_full FROM box)
  RETURNING t.message_seq),
m AS (
  INSERT INTO hot.task_message (task_id, seq, payload, sealed) SELECT $3, message_seq, $5, $6 FROM t RETURNING seq)
SELECT (SELECT yes FROM ours) AS ours, EXISTS (SELECT 1 FROM m) AS sent,
       EXISTS (SELECT 1 FROM box) AS known, coalesce((SELECT is_full FROM box), false) AS "full"`,
);

/** $3 value, $4 its secrets. What was taken before is done with: it will not come again. */
export const CHECKPOINT = statement(
  'task_checkpoint',
  `
WITH t AS (
  UPDATE hot.task SET checkpoint = $3, checkpoint_sealed = $4, checkpoint_at = now() WHERE task_id = $2 AND status = 2 AND ${OURS}
  RETURNING task_id),
done AS (
  DELETE FROM hot.task_message m USING t WHERE m.task_id = t.task_id AND m.delivered_at IS NOT NULL)
SELECT task_id FROM t`,
);

export const RESTORE = statement(
  'task_restore',
  `SELECT checkpoint, checkpoint_sealed AS sealed FROM hot.task WHERE env_id = $1 AND task_id = $2`,
);
