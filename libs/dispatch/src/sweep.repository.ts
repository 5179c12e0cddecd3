/**
 * Tables: dispatch (update), worker_lease (delete), run, run_bucket, usage_daily (insert), build, schedule (read).
 *
 * Finds what nobody else will come back to. One sweep at a time in the whole installation: the statement takes an
 * advisory lock for its own transaction and does nothing without it.
 */
import { statement } from '@app/platform/database';
import type { HotSql } from './hot-sql';
import { countRuns, countUsage, endedAttempt, restartsAsInfo, RUN_COLUMNS } from './history.sql';
import { MAX_DELIVERIES, MAX_TASK_DELIVERIES, RUN_TYPES } from './states';

/** Rows taken up by one sweep at most; a full one is followed by the next at once. */
export const SWEEP_LIMIT = 2_000;

const SWEEP_LOCK = 7_226_010_452;
const LOST_RESULT = `'{"$type":"::hot::run/Failure","$val":{"msg":"Worker crashed during event processing - event will be retried","err":null}}'`;
const LOST_FOR_GOOD = `'{"$type":"::hot::run/Failure","$val":{"msg":"Worker crashed during event processing","err":null}}'`;
const CANCELLED_RESULT = `'{"$type":"::hot::run/Cancellation","$val":{"msg":"Cancelled"}}'`;
/** Programs tell what became of a task by types of its own. */
const ofKind = (row: string, result: string): string =>
  `CASE WHEN ${row}.run_type = ${RUN_TYPES.task} THEN ${result.replace('::hot::run/', '::hot::task/')} ELSE ${result} END`;

/**
 * `due`: rows that need a ticket now. Each ticket doubles the wait for the next, so that a backlog that is merely long
 * is not given out every second, and one whose tickets were lost still is. A waiting attempt that has had its ticket
 * may be claimed from then on, whatever its due_at says by now.
 * `orphans`: rows of incarnations whose lease ended, by what becomes of them.
 */
const SWEEP = statement(
  'dispatch_sweep',
  `
WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(${SWEEP_LOCK}) AS mine),
due AS (
  UPDATE hot.dispatch d SET
    tickets = least(d.tickets + 1, 5),
    due_at = now() + interval '2 seconds' * (2 ^ least(d.tickets, 5))
  FROM (
    SELECT dispatch_id FROM hot.dispatch
    WHERE state IN (1, 3) AND due_at <= now() - $3::float8 * interval '1 millisecond' AND (SELECT mine FROM turn)
    ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED) s
  WHERE d.dispatch_id = s.dispatch_id
  RETURNING d.dispatch_id, d.state, d.kind, d.env_id, d.event_type, d.run_type),
dead AS MATERIALIZED (
  SELECT incarnation FROM hot.worker_lease WHERE expires_at <= now() AND (SELECT mine FROM turn)),
orphans AS MATERIALIZED (
  SELECT d.*, CASE
      WHEN d.kind = 1 THEN 'queued'
      WHEN d.cancel_requested = 1 THEN 'cancelled'
      WHEN d.delivery >= CASE WHEN d.run_type = ${RUN_TYPES.task} THEN ${MAX_TASK_DELIVERIES} ELSE ${MAX_DELIVERIES} END THEN 'dead'
      ELSE 'again' END AS fate
  FROM dead JOIN hot.dispatch d ON d.incarnation = dead.incarnation AND d.state = 2
  LIMIT 500
  FOR UPDATE OF d SKIP LOCKED),
requeued AS (
  UPDATE hot.dispatch d SET state = 1, incarnation = NULL, run_id = NULL, started_at = NULL, tickets = 1,
    due_at = now() + interval '2 seconds'
  FROM orphans o WHERE d.dispatch_id = o.dispatch_id AND o.fate = 'queued'
  RETURNING d.dispatch_id, d.state, d.kind, d.env_id, d.event_type, d.run_type),
again AS (
  UPDATE hot.dispatch d SET state = 3, incarnation = NULL, due_at = now() + interval '2 seconds', tickets = 1, stopped_at = now(),
    quarantine = d.quarantine OR d.delivery >= 2, last_result = ${ofKind('d', LOST_RESULT)},
    last_meta = jsonb_build_object('next', 'delivery', 'failureKind', 'worker-lost', 'info', ${restartsAsInfo('o')},
      'durationUs', (extract(epoch FROM now() - d.started_at) * 1000000)::bigint)::text
  FROM orphans o WHERE d.dispatch_id = o.dispatch_id AND o.fate = 'again'
  RETURNING d.dispatch_id, d.state, d.kind, d.env_id, d.event_type, d.run_type),
buried AS (
  UPDATE hot.dispatch d SET state = 4, incarnation = NULL, retry_of_run_id = o.run_id, run_id = NULL, tickets = 0,
    stopped_at = now(), last_result = ${LOST_FOR_GOOD}, last_meta = '{"reason":"worker-lost"}'
  FROM orphans o WHERE d.dispatch_id = o.dispatch_id AND o.fate = 'dead'
  RETURNING d.dispatch_id),
gone AS (
  DELETE FROM hot.dispatch d USING orphans o WHERE d.dispatch_id = o.dispatch_id AND o.fate = 'cancelled'
  RETURNING d.dispatch_id),
ended AS MATERIALIZED (
  SELECT o.run_id, o.retention_class, o.org_id, o.env_id, o.stream_id, o.project_id, o.build_id, o.event_id,
    coalesce(o.run_type, 2::smallint) AS run_type, (CASE o.fate WHEN 'dead' THEN 3 ELSE 4 END)::smallint AS status,
    o.handler_key, o.function_name, o.started_at, now() AS stopped_at, o.attempt, o.delivery, o.origin_run_id,
    o.retry_of_run_id, o.by_user_id, o.access_id, o.started_at AS start_time, now() AS stop_time,
    (extract(epoch FROM now() - o.started_at) * 1000000)::bigint AS duration_us, 0 AS call_count,
    0::bigint AS trace_bytes,
    CASE o.fate WHEN 'dead' THEN ${ofKind('o', LOST_FOR_GOOD)} ELSE ${ofKind('o', CANCELLED_RESULT)} END AS last_result,
    jsonb_build_object('failureKind', CASE o.fate WHEN 'dead' THEN 'worker-lost' END, 'info', ${restartsAsInfo('o')},
      'durationUs', (extract(epoch FROM now() - o.started_at) * 1000000)::bigint)::text AS last_meta
  FROM orphans o WHERE o.fate IN ('dead', 'cancelled')),
ins AS (
  INSERT INTO hot.run (${RUN_COLUMNS}) SELECT ${endedAttempt('ended', 'ended.status')} FROM ended),
rb AS (${countRuns('ended', '$2::smallint')}),
us AS (${countUsage('ended', '$2::smallint')}),
buried_leases AS (
  DELETE FROM hot.worker_lease l USING dead
  WHERE l.incarnation = dead.incarnation AND l.expires_at <= now()
    AND NOT EXISTS (SELECT 1 FROM hot.dispatch d WHERE d.incarnation = l.incarnation AND d.state = 2)
    AND NOT EXISTS (SELECT 1 FROM hot.build b WHERE b.loading_incarnation = l.incarnation
                      AND b.deployed AND b.runtime_status IN ('pending', 'loading'))
  RETURNING l.incarnation)
SELECT 'ticket' AS what, dispatch_id AS id, state::int AS state, kind::int AS kind, env_id, event_type,
       NULL::uuid AS stream_id, NULL::uuid AS project_id, NULL::text AS function_name, run_type::int AS run_type,
       NULL::uuid AS event_id
FROM (SELECT * FROM due UNION ALL SELECT * FROM requeued UNION ALL SELECT * FROM again) t
UNION ALL
SELECT CASE status WHEN 3 THEN 'failed' ELSE 'cancelled' END, run_id, status::int, 2, env_id, NULL, stream_id,
       project_id, function_name, run_type::int, event_id
FROM ended
UNION ALL
SELECT 'build', b.build_id, NULL, NULL, NULL, NULL, NULL, b.project_id, NULL, NULL, NULL
FROM hot.build b
WHERE b.deployed AND b.runtime_status IN ('pending', 'loading') AND (SELECT mine FROM turn)
  AND NOT EXISTS (SELECT 1 FROM hot.worker_lease l WHERE l.incarnation = b.loading_incarnation AND l.expires_at > now())
  AND b.updated_at < now() - interval '2 seconds'
UNION ALL
SELECT 'next', NULL, (SELECT mine FROM turn)::int,
       (extract(epoch FROM (SELECT min(due_at) FROM hot.dispatch WHERE state IN (1, 3) AND due_at > now()) - now())
         * 1000)::int, NULL, NULL, NULL, NULL, NULL,
       (SELECT greatest(-1e9, least(1e9, extract(epoch FROM min(s.next_fire_at) - now()) * 1000))
        FROM hot.schedule s WHERE s.active AND NOT s.paused)::int, NULL`,
);

export interface SweepTicket {
  readonly dispatchId: string;
  readonly isRetry: boolean;
  readonly isEvent: boolean;
  /** For the workers of tasks. */
  readonly isTask: boolean;
  readonly envId: string;
  readonly eventType: string;
}

/** A run that the sweep itself had to end. */
export interface SweptRun {
  readonly runId: string;
  /** Of a task: its id. */
  readonly eventId: string | null;
  readonly envId: string;
  readonly streamId: string;
  readonly projectId: string | null;
  readonly functionName: string | null;
  readonly runType: number;
  readonly status: 3 | 4;
}

export interface Sweep {
  /** Whether it was this process's turn; if not, nothing was looked at. */
  readonly mine: boolean;
  readonly tickets: readonly SweepTicket[];
  readonly ended: readonly SweptRun[];
  /** Builds that nobody is loading though somebody should. */
  readonly builds: readonly string[];
  /** Milliseconds until the next row is due, null when none waits. */
  readonly nextDueInMs: number | null;
  /** Milliseconds until the next schedule is due, negative when one is; null when there is none. */
  readonly nextFireInMs: number | null;
}

interface SweepRow {
  readonly what: 'ticket' | 'failed' | 'cancelled' | 'build' | 'next';
  readonly id: string;
  readonly state: number | null;
  readonly kind: number | null;
  readonly env_id: string;
  readonly event_type: string;
  readonly stream_id: string;
  readonly project_id: string | null;
  readonly function_name: string | null;
  readonly run_type: number | null;
  readonly event_id: string | null;
}

export class SweepRepository {
  constructor(private readonly sql: HotSql) {}

  /**
   * @param slot counter slot that no concurrent writer uses
   * @param patienceMs how long beyond its time a row is left to the ticket that it has
   */
  async sweep(slot: number, patienceMs: number): Promise<Sweep> {
    const rows = await this.sql.rows<SweepRow>(SWEEP, [SWEEP_LIMIT, slot, patienceMs]);
    const next = rows.find((row) => row.what === 'next');
    return {
      mine: next?.state === 1,
      nextDueInMs: next?.kind ?? null,
      nextFireInMs: next?.run_type ?? null,
      builds: rows.filter((row) => row.what === 'build').map((row) => row.id),
      tickets: rows
        .filter((row) => row.what === 'ticket')
        .map((row) => ({
          dispatchId: row.id,
          isRetry: row.state === 3,
          isEvent: row.kind === 1,
          isTask: row.run_type === RUN_TYPES.task,
          envId: row.env_id,
          eventType: row.event_type,
        })),
      ended: rows
        .filter((row) => row.what === 'failed' || row.what === 'cancelled')
        .map((row) => ({
          runId: row.id,
          eventId: row.event_id,
          envId: row.env_id,
          streamId: row.stream_id,
          projectId: row.project_id,
          functionName: row.function_name,
          runType: row.run_type ?? 0,
          status: row.what === 'failed' ? 3 : 4,
        })),
    };
  }
}
