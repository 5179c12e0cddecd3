/**
 * Tables: dispatch (delete, update, insert), run, trace_segment, event_unhandled, run_bucket, event_bucket,
 * usage_daily, blob_ref (insert), worker_lease (read).
 *
 * What becomes of a claimed row. Every statement names the incarnation, the state and the run it expects, so that a
 * second outcome, or one of a worker that lost its lease, changes nothing.
 */
import { insertRefs, KIND_OF_RESULT, refColumns, type NewRef } from '@app/blobs';
import { countRuns, countUsage, LEASE_LIVES, RUN_COLUMNS } from './history.sql';
import { statement, type Statement } from '@app/platform/database';
import { bigints, booleans, byteas, doubles, ints, smallints, texts, uuids } from './array-params';
import type { HotSql } from './hot-sql';

export interface TraceSegment {
  readonly seq: number;
  /** First byte the format: 1 raw UTF-8, 2 zstd. */
  readonly data: Buffer;
}

/** How an attempt ended, whatever comes next. */
export interface EndedRun {
  readonly dispatchId: string;
  readonly runId: string;
  readonly retentionClass: number;
  readonly stopMs: number;
  readonly durationUs: number;
  /** JSON text. */
  readonly result: string | null;
  /** To large values of the result that are kept apart. */
  readonly refs?: readonly NewRef[];
  /** JSON text. */
  readonly info: string | null;
  readonly failureKind: string | null;
  readonly agentType: string | null;
  readonly callCount: number;
  readonly traceBytes: number;
  readonly streamDataCount: number;
  /** Whole trace when it is small, else in segments. */
  readonly trace: string | null;
  readonly segments: readonly TraceSegment[];
}

export interface FinishedRun extends EndedRun {
  readonly status: 2 | 3 | 4;
}

export interface WaitingRun extends EndedRun {
  readonly dueMs: number;
  /** `attempt`: the handler's own retry. `delivery`: the same attempt again, because what ran it died. */
  readonly next: 'attempt' | 'delivery';
  readonly quarantine: boolean;
}

export interface StartedRow {
  readonly dispatchId: string;
  readonly runId: string;
  readonly projectId: string | null;
  readonly buildId: string | null;
  readonly handlerKey: string;
  readonly functionName: string;
  readonly runType: number;
}

/** A row that is given back. */
export interface ReturnedRow {
  readonly dispatchId: string;
  readonly runId: string;
  readonly dueMs: number;
  /** JSON text of all restarts so far, when its run had begun; null leaves what is recorded. */
  readonly restarts: string | null;
  /** Whether this was one of its deliveries. */
  readonly counts?: true;
}

/** A further handler of the same event: a live row of its own, running from the start. */
export interface SiblingRow extends StartedRow {
  readonly ofDispatchId: string;
}

const SEGMENTS = (
  at: number,
  kept: string,
): string => `INSERT INTO hot.trace_segment (run_id, retention_class, seq, data)
    SELECT s.run_id, s.retention_class, s.seq, s.data
    FROM unnest($${at}::uuid[], $${at + 1}::smallint[], $${at + 2}::int[], $${at + 3}::bytea[])
      AS s(run_id, retention_class, seq, data)
    WHERE s.run_id IN (SELECT run_id FROM ${kept})
    ON CONFLICT DO NOTHING`;

// `state + 0` and `IS NOT DISTINCT FROM`: the partial indexes must look useless, only the ids may lead to rows.
const GUARD = `d.dispatch_id = i.dispatch_id AND d.dispatch_id = ANY($2::uuid[]) AND d.state + 0 = 2 AND d.incarnation = $1 AND d.run_id IS NOT DISTINCT FROM i.run_id
    AND ${LEASE_LIVES}`;

const withRefs = (at: number, rows: string): string =>
  `,\nrf AS (${insertRefs(at, rows, 'run_id', KIND_OF_RESULT)})`;

const finishing = (name: string, refs: string): Statement =>
  statement(
    name,
    `
WITH done AS (
  DELETE FROM hot.dispatch d
  USING unnest($2::uuid[], $3::uuid[], $4::smallint[], $5::float8[], $6::bigint[], $7::text[], $8::text[], $9::text[],
               $10::text[], $11::int[], $12::bigint[], $13::int[], $14::text[])
    AS i(dispatch_id, run_id, status, stop_ms, duration_us, result, info, failure_kind, agent_type, call_count,
         trace_bytes, stream_data_count, trace)
  WHERE ${GUARD}
  RETURNING d.run_id, d.retention_class, d.org_id, d.env_id, d.stream_id, d.project_id, d.build_id, d.event_id,
    coalesce(d.run_type, 2::smallint) AS run_type, i.status, d.handler_key, d.function_name, d.started_at AS start_time,
    greatest(to_timestamp(i.stop_ms / 1000), d.started_at) AS stop_time, i.duration_us, d.attempt, d.delivery,
    d.origin_run_id, d.retry_of_run_id, d.by_user_id, d.access_id, i.agent_type, i.failure_kind, i.result, i.info,
    i.call_count, i.trace_bytes, i.stream_data_count, i.trace),
ins AS (
  INSERT INTO hot.run (${RUN_COLUMNS})
  SELECT run_id, retention_class, env_id, stream_id, project_id, build_id, event_id, run_type, status, handler_key,
    function_name, start_time, stop_time, duration_us, attempt, delivery, origin_run_id, retry_of_run_id, by_user_id,
    access_id, agent_type, failure_kind, result, info, call_count, trace_bytes, stream_data_count, trace
  FROM done),
seg AS (${SEGMENTS(16, 'done')}),
rb AS (${countRuns('done', '$15::smallint')}),
us AS (${countUsage('done', '$15::smallint')})${refs}
SELECT run_id FROM done`,
  );
const FINISH = finishing('dispatch_finish', '');
const FINISH_WITH_REFS = finishing('dispatch_finish_refs', withRefs(20, 'done'));

const retryingLater = (name: string, refs: string): Statement =>
  statement(
    name,
    `
WITH kept AS (
  UPDATE hot.dispatch d SET
    state = 3, incarnation = NULL, due_at = to_timestamp(i.due_ms / 1000), tickets = 0,
    quarantine = d.quarantine OR i.quarantine, stopped_at = greatest(to_timestamp(i.stop_ms / 1000), d.started_at),
    last_result = i.result, last_meta = i.meta
  FROM unnest($2::uuid[], $3::uuid[], $4::float8[], $5::float8[], $6::bool[], $7::text[], $8::text[])
    AS i(dispatch_id, run_id, stop_ms, due_ms, quarantine, result, meta)
  WHERE ${GUARD}
  RETURNING d.run_id, d.org_id, d.env_id, d.retention_class, coalesce(d.run_type, 2::smallint) AS run_type,
    3::smallint AS status),
seg AS (${SEGMENTS(9, 'kept')})${refs}
SELECT run_id FROM kept`,
  );
const RETRY_LATER = retryingLater('dispatch_retry_later', '');
const RETRY_LATER_WITH_REFS = retryingLater('dispatch_retry_later_refs', withRefs(13, 'kept'));

const DEAD_LETTER = statement(
  'dispatch_dead_letter',
  `
WITH kept AS (
  UPDATE hot.dispatch d SET
    state = 4, incarnation = NULL, run_id = NULL, retry_of_run_id = d.run_id, tickets = 0,
    stopped_at = to_timestamp(i.stop_ms / 1000), last_result = i.result, last_meta = i.meta
  FROM unnest($2::uuid[], $3::uuid[], $4::float8[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[])
    AS i(dispatch_id, run_id, stop_ms, duration_us, result, info, failure_kind, meta),
    hot.dispatch o
  WHERE ${GUARD} AND o.dispatch_id = d.dispatch_id AND o.dispatch_id = ANY($2::uuid[])
  RETURNING i.run_id, d.retention_class, d.org_id, d.env_id, d.stream_id, d.project_id, d.build_id, d.event_id,
    coalesce(d.run_type, 2::smallint) AS run_type, 3::smallint AS status, d.handler_key, d.function_name,
    d.started_at AS start_time, d.stopped_at AS stop_time, i.duration_us, d.attempt, d.delivery, d.origin_run_id,
    o.retry_of_run_id, d.by_user_id, d.access_id, i.failure_kind, i.result, i.info),
ins AS (
  INSERT INTO hot.run (${RUN_COLUMNS})
  SELECT run_id, retention_class, env_id, stream_id, project_id, build_id, event_id, run_type, status, handler_key,
    function_name, start_time, stop_time, duration_us, attempt, delivery, origin_run_id, retry_of_run_id, by_user_id,
    access_id, NULL, failure_kind, result, info, 0, 0, 0, NULL
  FROM kept),
rb AS (${countRuns('kept', '$10::smallint')}),
us AS (${countUsage('(SELECT kept.*, 0 AS call_count, 0::bigint AS trace_bytes FROM kept)', '$10::smallint')})
SELECT run_id FROM kept`,
);

const START = statement(
  'dispatch_start',
  `
WITH own AS (
  UPDATE hot.dispatch d SET
    kind = 2, project_id = i.project_id, build_id = i.build_id, handler_key = i.handler_key,
    function_name = i.function_name, run_type = i.run_type
  FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::smallint[])
    AS i(dispatch_id, run_id, project_id, build_id, handler_key, function_name, run_type)
  WHERE ${GUARD}
  RETURNING d.*),
more AS (
  INSERT INTO hot.dispatch (dispatch_id, kind, state, org_id, env_id, retention_class, event_id, stream_id, event_type,
    project_id, build_id, handler_key, function_name, run_type, run_id, origin_run_id, due_at, incarnation, started_at,
    by_user_id, access_id, created_at)
  SELECT s.dispatch_id, 2, 2, own.org_id, own.env_id, own.retention_class, own.event_id, own.stream_id, own.event_type,
    s.project_id, s.build_id, s.handler_key, s.function_name, s.run_type, s.run_id, own.origin_run_id, own.due_at,
    own.incarnation, own.started_at, own.by_user_id, own.access_id, own.created_at
  FROM unnest($9::uuid[], $10::uuid[], $11::uuid[], $12::uuid[], $13::uuid[], $14::text[], $15::text[], $16::smallint[])
    AS s(of_dispatch_id, dispatch_id, run_id, project_id, build_id, handler_key, function_name, run_type)
  JOIN own ON own.dispatch_id = s.of_dispatch_id
  RETURNING run_id)
SELECT run_id FROM own UNION ALL SELECT run_id FROM more`,
);

const UNHANDLED = statement(
  'dispatch_unhandled',
  `
WITH done AS (
  DELETE FROM hot.dispatch d USING unnest($2::uuid[], $3::uuid[]) AS i(dispatch_id, run_id)
  WHERE ${GUARD} RETURNING d.event_id, d.retention_class, d.env_id, d.event_type, d.started_at),
un AS (
  INSERT INTO hot.event_unhandled (event_id, retention_class, env_id, event_type, created_at)
  SELECT event_id, retention_class, env_id, event_type, started_at FROM done ON CONFLICT DO NOTHING),
eb AS (
  INSERT INTO hot.event_bucket (env_id, granularity, bucket_start, state, slot, count)
  SELECT env_id, g.granularity,
         CASE g.granularity WHEN 0 THEN to_timestamp(0) ELSE date_trunc('minute', started_at, 'UTC') END,
         3, $4::smallint, count(*)
  FROM done CROSS JOIN (VALUES (0::smallint), (1::smallint)) AS g(granularity)
  GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT (env_id, granularity, bucket_start, state, slot)
  DO UPDATE SET count = hot.event_bucket.count + excluded.count)
SELECT event_id AS run_id FROM done`,
);

const DISCARD = statement(
  'dispatch_discard',
  `
DELETE FROM hot.dispatch d USING unnest($2::uuid[], $3::uuid[]) AS i(dispatch_id, run_id)
WHERE ${GUARD} RETURNING d.dispatch_id AS run_id`,
);

const PUT_BACK = statement(
  'dispatch_put_back',
  `
UPDATE hot.dispatch d SET state = 1, incarnation = NULL, run_id = NULL, started_at = NULL, tickets = 0,
  due_at = to_timestamp(i.due_ms / 1000), restarts = coalesce(i.restarts, d.restarts),
  delivery = d.delivery + i.counts::int
FROM unnest($2::uuid[], $3::uuid[], $4::float8[], $5::text[], $6::bool[])
  AS i(dispatch_id, run_id, due_ms, restarts, counts)
WHERE ${GUARD} RETURNING d.dispatch_id AS run_id`,
);

const BURY = statement(
  'dispatch_bury',
  `
UPDATE hot.dispatch d SET state = 4, incarnation = NULL, run_id = NULL, tickets = 0, stopped_at = now(),
  last_result = i.result, last_meta = '{"reason":"unrecordable"}'
FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS i(dispatch_id, run_id, result)
WHERE ${GUARD} RETURNING i.run_id`,
);

/** `tickets`: given out by the sweeper at least twice. Answers what is to be told of the attempt that waited, if one did. */
const BURY_UNCLAIMABLE = statement(
  'dispatch_bury_unclaimable',
  `
WITH old AS MATERIALIZED (
  SELECT d.dispatch_id, d.run_id FROM hot.dispatch d
  WHERE d.dispatch_id = $2::uuid AND d.state + 0 IN (1, 3) AND d.tickets >= 2 AND ${LEASE_LIVES}
  FOR UPDATE)
UPDATE hot.dispatch d SET state = 4, incarnation = NULL, run_id = NULL, tickets = 0,
  stopped_at = coalesce(d.stopped_at, now()), last_result = $3::text, last_meta = '{"reason":"unrecordable"}'
FROM old WHERE d.dispatch_id = old.dispatch_id
RETURNING old.run_id, d.env_id, d.stream_id, d.event_id, d.run_type, d.project_id, d.function_name`,
);

const RESTARTED = statement(
  'dispatch_restarted',
  `
UPDATE hot.dispatch d SET restarts = i.restarts
FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS i(dispatch_id, run_id, restarts)
WHERE ${GUARD} RETURNING d.run_id`,
);

const LATE_SEGMENTS = statement(
  'dispatch_late_segments',
  `
INSERT INTO hot.trace_segment (run_id, retention_class, seq, data)
SELECT s.run_id, s.retention_class, s.seq, s.data
FROM unnest($2::uuid[], $3::smallint[], $4::int[], $5::bytea[]) AS s(run_id, retention_class, seq, data)
WHERE ${LEASE_LIVES} ON CONFLICT DO NOTHING`,
);

/** A waiting attempt whose row became a dead letter. */
export interface BuriedRow {
  readonly run_id: string | null;
  readonly env_id: string;
  readonly stream_id: string;
  readonly event_id: string;
  readonly run_type: number | null;
  readonly project_id: string | null;
  readonly function_name: string | null;
}

type RunIdRow = { readonly run_id: string };

export class SettleRepository {
  constructor(private readonly sql: HotSql) {}

  /** Ends runs for good. Answers the ids of the runs that this call ended. */
  async finish(
    incarnation: string,
    runs: readonly FinishedRun[],
    slot: number,
  ): Promise<ReadonlySet<string>> {
    const pick = <T>(of: (run: FinishedRun) => T): T[] => runs.map(of);
    return this.endedIds(FINISH, FINISH_WITH_REFS, runs, [
      incarnation,
      uuids(pick((r) => r.dispatchId)),
      uuids(pick((r) => r.runId)),
      smallints(pick((r) => r.status)),
      doubles(pick((r) => r.stopMs)),
      bigints(pick((r) => r.durationUs)),
      texts(pick((r) => r.result)),
      texts(pick((r) => r.info)),
      texts(pick((r) => r.failureKind)),
      texts(pick((r) => r.agentType)),
      ints(pick((r) => r.callCount)),
      bigints(pick((r) => r.traceBytes)),
      ints(pick((r) => r.streamDataCount)),
      texts(pick((r) => r.trace)),
      slot,
      ...segmentColumns(runs),
    ]);
  }

  /** Keeps ended attempts on their rows until another one is due. */
  async retryLater(incarnation: string, runs: readonly WaitingRun[]): Promise<ReadonlySet<string>> {
    const pick = <T>(of: (run: WaitingRun) => T): T[] => runs.map(of);
    return this.endedIds(RETRY_LATER, RETRY_LATER_WITH_REFS, runs, [
      incarnation,
      uuids(pick((r) => r.dispatchId)),
      uuids(pick((r) => r.runId)),
      doubles(pick((r) => r.stopMs)),
      doubles(pick((r) => r.dueMs)),
      booleans(pick((r) => r.quarantine)),
      texts(pick((r) => r.result)),
      texts(
        pick((r) =>
          JSON.stringify({
            next: r.next,
            durationUs: r.durationUs,
            failureKind: r.failureKind,
            agentType: r.agentType,
            callCount: r.callCount,
            traceBytes: r.traceBytes,
            streamDataCount: r.streamDataCount,
            info: r.info,
            trace: r.trace,
          }),
        ),
      ),
      ...segmentColumns(runs),
    ]);
  }

  /** Ends runs that used up their deliveries; their rows stay as dead letters. */
  async deadLetter(
    incarnation: string,
    runs: readonly EndedRun[],
    slot: number,
  ): Promise<ReadonlySet<string>> {
    const pick = <T>(of: (run: EndedRun) => T): T[] => runs.map(of);
    return this.ids(DEAD_LETTER, [
      incarnation,
      uuids(pick((r) => r.dispatchId)),
      uuids(pick((r) => r.runId)),
      doubles(pick((r) => r.stopMs)),
      bigints(pick((r) => r.durationUs)),
      texts(pick((r) => r.result)),
      texts(pick((r) => r.info)),
      texts(pick((r) => r.failureKind)),
      texts(pick((r) => JSON.stringify({ reason: r.failureKind }))),
      slot,
    ]);
  }

  /** Writes down what claimed events turned into: their own rows and those of further handlers. */
  async start(
    incarnation: string,
    rows: readonly StartedRow[],
    siblings: readonly SiblingRow[],
  ): Promise<ReadonlySet<string>> {
    return this.ids(START, [
      incarnation,
      ...startColumns(rows),
      uuids(siblings.map((s) => s.ofDispatchId)),
      ...startColumns(siblings),
    ]);
  }

  /** Events that nobody listens to. Answers event ids. */
  async unhandled(
    incarnation: string,
    rows: readonly { readonly dispatchId: string; readonly runId: string }[],
    slot: number,
  ): Promise<ReadonlySet<string>> {
    return this.ids(UNHANDLED, [
      incarnation,
      uuids(rows.map((row) => row.dispatchId)),
      uuids(rows.map((row) => row.runId)),
      slot,
    ]);
  }

  /** Takes rows away whose event was dealt with without a run. Answers dispatch ids. */
  async discard(
    incarnation: string,
    rows: readonly { readonly dispatchId: string; readonly runId: string }[],
  ): Promise<ReadonlySet<string>> {
    return this.ids(DISCARD, [
      incarnation,
      uuids(rows.map((row) => row.dispatchId)),
      uuids(rows.map((row) => row.runId)),
    ]);
  }

  /** Gives rows back to be claimed again, uncounted. Answers dispatch ids. */
  async putBack(incarnation: string, rows: readonly ReturnedRow[]): Promise<ReadonlySet<string>> {
    return this.ids(PUT_BACK, [
      incarnation,
      uuids(rows.map((row) => row.dispatchId)),
      uuids(rows.map((row) => row.runId)),
      doubles(rows.map((row) => row.dueMs)),
      rows.map((row) => row.restarts),
      booleans(rows.map((row) => row.counts === true)),
    ]);
  }

  /** Makes dead letters of rows whose runs can't be recorded at all. Answers run ids. */
  async bury(
    incarnation: string,
    rows: readonly { readonly dispatchId: string; readonly runId: string; readonly result: string }[],
  ): Promise<ReadonlySet<string>> {
    return this.ids(BURY, [
      incarnation,
      uuids(rows.map((row) => row.dispatchId)),
      uuids(rows.map((row) => row.runId)),
      texts(rows.map((row) => row.result)),
    ]);
  }

  /** Makes a dead letter of a row that can't be claimed, if that has been tried a few times. */
  async buryUnclaimable(
    incarnation: string,
    dispatchId: string,
    result: string,
  ): Promise<BuriedRow | undefined> {
    const [row] = await this.sql.rows<BuriedRow>(BURY_UNCLAIMABLE, [incarnation, dispatchId, result]);
    return row;
  }

  /** Notes that runs begin again in place. `restarts` is JSON text of all of them, so that writing it twice adds none. */
  async restarted(
    incarnation: string,
    rows: readonly { readonly dispatchId: string; readonly runId: string; readonly restarts: string }[],
  ): Promise<ReadonlySet<string>> {
    return this.ids(RESTARTED, [
      incarnation,
      uuids(rows.map((row) => row.dispatchId)),
      uuids(rows.map((row) => row.runId)),
      rows.map((row) => row.restarts),
    ]);
  }

  /** Segments of runs that go on: a long trace does not wait in memory for the end. */
  async appendSegments(
    incarnation: string,
    runs: readonly Pick<EndedRun, 'runId' | 'retentionClass' | 'segments'>[],
  ): Promise<void> {
    await this.sql.rows(LATE_SEGMENTS, [incarnation, ...segmentColumns(runs)]);
  }

  private endedIds(
    plain: Statement,
    withReferences: Statement,
    runs: readonly EndedRun[],
    values: unknown[],
  ): Promise<ReadonlySet<string>> {
    if (!runs.some((run) => run.refs !== undefined && run.refs.length > 0)) return this.ids(plain, values);
    const refs = refColumns(runs.map((run) => ({ rowId: run.runId, refs: run.refs ?? [] })));
    return this.ids(withReferences, [...values, ...refs]);
  }

  private async ids(query: Statement, values: unknown[]): Promise<ReadonlySet<string>> {
    const rows = await this.sql.rows<RunIdRow>(query, values);
    return new Set(rows.map((row) => row.run_id));
  }
}

function segmentColumns(runs: readonly Pick<EndedRun, 'runId' | 'retentionClass' | 'segments'>[]): unknown[] {
  const all = runs.flatMap((run) => run.segments.map((segment) => ({ run, segment })));
  return [
    uuids(all.map(({ run }) => run.runId)),
    smallints(all.map(({ run }) => run.retentionClass)),
    ints(all.map(({ segment }) => segment.seq)),
    byteas(all.map(({ segment }) => segment.data)),
  ];
}

function startColumns(rows: readonly StartedRow[]): unknown[] {
  return [
    uuids(rows.map((row) => row.dispatchId)),
    uuids(rows.map((row) => row.runId)),
    uuids(rows.map((row) => row.projectId)),
    uuids(rows.map((row) => row.buildId)),
    texts(rows.map((row) => row.handlerKey)),
    texts(rows.map((row) => row.functionName)),
    smallints(rows.map((row) => row.runType)),
  ];
}
