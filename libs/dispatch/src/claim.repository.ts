/**
 * Tables: dispatch (claim), event (read), run (insert, for the attempt that a claimed retry replaces), worker_lease (read).
 *
 * A claim takes rows for one incarnation and brings everything their runs need, in one statement. Losing a claim in a
 * crash of the database only means that the rows are given out again, so the connection may commit lazily.
 */
import { statement } from '@app/platform/database';
import { doubles, smallints, texts, uuids } from './array-params';
import type { HotSql } from './hot-sql';
import type { RunTypeId } from './states';
import { countRuns, countUsage, endedAttempt, LEASE_LIVES, RUN_COLUMNS } from './history.sql';

export interface ClaimRequest {
  readonly dispatchId: string;
  /** Id of the run this row becomes. */
  readonly runId: string;
  /** What the event's type means here, when the ticket told the type and exactly one handler listens. */
  readonly route: ClaimRoute | null;
}

export interface ClaimRoute {
  readonly runType: RunTypeId;
  readonly envId: string;
  readonly eventType: string;
  readonly projectId: string;
  readonly buildId: string;
  readonly handlerKey: string;
  readonly functionName: string;
}

export interface ClaimedRow {
  readonly dispatch_id: string;
  readonly kind: number;
  readonly org_id: string;
  readonly env_id: string;
  readonly retention_class: number;
  readonly event_id: string;
  readonly stream_id: string;
  readonly event_type: string;
  readonly project_id: string | null;
  readonly build_id: string | null;
  readonly handler_key: string;
  readonly function_name: string | null;
  readonly run_type: number | null;
  readonly run_id: string;
  readonly retry_of_run_id: string | null;
  readonly origin_run_id: string | null;
  readonly attempt: number;
  readonly delivery: number;
  readonly quarantine: boolean;
  readonly cancel_requested: number;
  readonly by_user_id: string | null;
  readonly access_id: string | null;
  readonly start_data: string | null;
  /** JSON text; see readRestarts. */
  readonly restarts: string | null;
  readonly started_ms: number;
  readonly created_ms: number;
  readonly event_data: string;
  readonly event_ms: number;
  readonly source: number;
  readonly routing: string | null;
  readonly sealed: string | null;
}

const RETURNED = `d.dispatch_id, d.kind, d.org_id, d.env_id, d.retention_class, d.event_id, d.stream_id, d.event_type,
    d.project_id, d.build_id, d.handler_key, d.function_name, d.run_type, d.run_id, d.retry_of_run_id, d.origin_run_id,
    d.attempt, d.delivery, d.quarantine, d.cancel_requested, d.by_user_id, d.access_id, d.start_data, d.restarts,
    extract(epoch FROM d.started_at)::float8 * 1000 AS started_ms,
    extract(epoch FROM d.created_at)::float8 * 1000 AS created_ms`;

/** Limit 1 keeps the planner from turning the lookup of each event into a join over a partition. */
const EVENT_OF = `CROSS JOIN LATERAL (
  SELECT e.event_data, extract(epoch FROM e.event_time)::float8 * 1000 AS event_ms, e.source, e.routing, e.sealed
  FROM hot.event e WHERE e.event_id = c.event_id AND e.retention_class = c.retention_class LIMIT 1) ev`;

const CLAIM = statement(
  'dispatch_claim',
  `
WITH c AS (
  UPDATE hot.dispatch d SET
    state = 2, incarnation = $1, run_id = i.run_id, started_at = to_timestamp(i.started_ms / 1000),
    kind = CASE WHEN i.handler_key IS NULL THEN d.kind ELSE 2 END,
    project_id = coalesce(i.project_id, d.project_id), build_id = coalesce(i.build_id, d.build_id),
    handler_key = coalesce(i.handler_key, d.handler_key),
    function_name = coalesce(i.function_name, d.function_name),
    run_type = coalesce(i.run_type, d.run_type)
  FROM unnest($2::uuid[], $3::uuid[], $4::float8[], $5::uuid[], $6::text[], $7::uuid[], $8::uuid[], $9::text[], $10::text[],
      $11::smallint[])
    AS i(dispatch_id, run_id, started_ms, env_id, event_type, project_id, build_id, handler_key, function_name, run_type)
  WHERE d.dispatch_id = i.dispatch_id AND d.dispatch_id = ANY($2::uuid[]) AND d.state + 0 = 1 AND ${LEASE_LIVES}
    AND (i.handler_key IS NULL OR (d.kind = 1 AND d.env_id = i.env_id AND d.event_type = i.event_type))
  RETURNING ${RETURNED})
SELECT c.*, ev.* FROM c ${EVENT_OF}`,
);

/**
 * A waiting attempt and its successor change places: the ended run goes to history as failed, its row becomes the next
 * attempt (or the next delivery of the same one). The row lock makes the successor unique.
 */
const CLAIM_RETRY = statement(
  'dispatch_claim_retry',
  `
WITH old AS MATERIALIZED (
  SELECT d.*, i.run_id AS next_run_id, i.started_ms
  FROM unnest($2::uuid[], $3::uuid[], $4::float8[]) AS i(dispatch_id, run_id, started_ms)
  JOIN hot.dispatch d ON d.dispatch_id = i.dispatch_id
  WHERE d.dispatch_id = ANY($2::uuid[]) AND d.state + 0 = 3 AND (d.tickets > 0 OR d.due_at <= now() + interval '20 milliseconds') AND ${LEASE_LIVES}
  FOR UPDATE OF d SKIP LOCKED),
c AS (
  UPDATE hot.dispatch d SET
    state = 2, incarnation = $1, run_id = old.next_run_id, started_at = to_timestamp(old.started_ms / 1000),
    retry_of_run_id = old.run_id,
    attempt = d.attempt + CASE WHEN old.last_meta::jsonb ->> 'next' = 'delivery' THEN 0 ELSE 1 END,
    delivery = CASE WHEN old.last_meta::jsonb ->> 'next' = 'delivery' THEN d.delivery + 1 ELSE 1 END,
    last_result = NULL, last_meta = NULL, stopped_at = NULL, restarts = NULL
  FROM old WHERE d.dispatch_id = old.dispatch_id AND d.dispatch_id = ANY($2::uuid[])
  RETURNING ${RETURNED}),
ended AS (
  INSERT INTO hot.run (${RUN_COLUMNS}) SELECT ${endedAttempt('old', '3::smallint')} FROM old
  RETURNING run_id, env_id, project_id, run_type, status, start_time, stop_time, duration_us, call_count, trace_bytes),
rb AS (${countRuns('ended', '$5::smallint')}),
us AS (${countUsage('(SELECT ended.*, old.org_id FROM ended JOIN old ON old.run_id = ended.run_id)', '$5::smallint')})
SELECT c.*, ev.* FROM c ${EVENT_OF}`,
);

export class ClaimRepository {
  constructor(private readonly sql: HotSql) {}

  async claim(
    incarnation: string,
    requests: readonly ClaimRequest[],
    nowMs: number,
  ): Promise<readonly ClaimedRow[]> {
    const route = <T>(of: (route: ClaimRoute) => T): (T | null)[] =>
      requests.map((request) => (request.route === null ? null : of(request.route)));
    return this.sql.rows<ClaimedRow>(CLAIM, [
      incarnation,
      uuids(requests.map((request) => request.dispatchId)),
      uuids(requests.map((request) => request.runId)),
      doubles(requests.map(() => nowMs)),
      uuids(route((r) => r.envId)),
      texts(route((r) => r.eventType)),
      uuids(route((r) => r.projectId)),
      uuids(route((r) => r.buildId)),
      texts(route((r) => r.handlerKey)),
      texts(route((r) => r.functionName)),
      smallints(route((r) => r.runType)),
    ]);
  }

  /**
   * Takes waiting attempts that are due. `retry_of_run_id` of a returned row is the run that has just become failed.
   * @param slot counter slot that no concurrent writer uses
   */
  async claimRetries(
    incarnation: string,
    requests: readonly Pick<ClaimRequest, 'dispatchId' | 'runId'>[],
    nowMs: number,
    slot: number,
  ): Promise<readonly ClaimedRow[]> {
    return this.sql.rows<ClaimedRow>(CLAIM_RETRY, [
      incarnation,
      uuids(requests.map((request) => request.dispatchId)),
      uuids(requests.map((request) => request.runId)),
      doubles(requests.map(() => nowMs)),
      slot,
    ]);
  }
}
