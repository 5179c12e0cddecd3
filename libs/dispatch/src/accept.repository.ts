/**
 * Tables: event, dispatch, stream, event_bucket, idempotency_key, blob_ref (insert); dispatch (read, for the guard).
 *
 * One statement accepts a group of events: the event, its row of live work, its stream when that is new, its counter.
 * All or nothing for the group; durable when it returns.
 */
import { insertRefs, refColumns, type NewRef } from '@app/blobs';
import { statement, type Statement } from '@app/platform/database';
import { doubles, smallints, texts, uuids } from './array-params';
import type { HotSql } from './hot-sql';
import type { CalledFunction } from './ticket';

/** `known`: the stream's row exists in this env. `fresh`: id made here, cannot exist. `given`: to be found out. */
export const STREAM_MODES = { known: 0, fresh: 1, given: 2 } as const;
export type StreamMode = keyof typeof STREAM_MODES;

export interface AcceptRow {
  readonly orgId: string;
  readonly envId: string;
  readonly retentionClass: number;
  readonly eventId: string;
  readonly streamId: string;
  readonly streamMode: StreamMode;
  readonly eventType: string;
  /** JSON text, kept to the letter. */
  readonly eventData: string;
  /** To large values of the data that are kept apart. */
  readonly refs?: readonly NewRef[];
  readonly eventTimeMs: number;
  readonly source: number;
  readonly byUserId: string | null;
  readonly accessId: string | null;
  readonly originRunId: string | null;
  readonly routing: string | null;
  /** Not stored: for its ticket. */
  readonly call: CalledFunction | null;
  readonly sealed: string | null;
  /** Only while this incarnation still holds this running row may the event be written. */
  readonly guard: { readonly dispatchId: string; readonly incarnation: string } | null;
  readonly idempotency: { readonly key: string; readonly requestHash: string } | null;
}

/** `duplicate`: the key was used before. `foreign-stream`: the stream belongs to another env. `not-ours`: the guard failed. */
export type AcceptResult =
  | { readonly outcome: 'accepted'; readonly streamCreated: boolean }
  | { readonly outcome: 'duplicate' | 'foreign-stream' | 'not-ours' };

const COLUMNS = `unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::uuid[], $5::uuid[], $6::smallint[], $7::text[],
    $8::text[], $9::float8[], $10::smallint[], $11::uuid[], $12::uuid[], $13::uuid[], $14::text[], $15::text[],
    $16::uuid[], $17::uuid[]) WITH ORDINALITY
    AS i(org_id, env_id, retention_class, event_id, stream_id, stream_mode, event_type, event_data, time_ms, source,
         by_user_id, access_id, origin_run_id, routing, sealed, guard_id, guard_incarnation, ord)`;

const WRITES = `
  ev AS (
    INSERT INTO hot.event (event_id, retention_class, env_id, stream_id, event_type, event_data, event_time, source,
                           created_by_user_id, access_id, origin_run_id, routing, sealed)
    SELECT event_id, retention_class, env_id, stream_id, event_type, event_data, to_timestamp(time_ms / 1000), source,
           by_user_id, access_id, origin_run_id, routing, sealed
    FROM ok),
  di AS (
    INSERT INTO hot.dispatch (dispatch_id, kind, org_id, env_id, retention_class, event_id, stream_id, event_type,
                              origin_run_id, by_user_id, access_id, due_at)
    SELECT event_id, 1, org_id, env_id, retention_class, event_id, stream_id, event_type,
           origin_run_id, by_user_id, access_id, now() + interval '2 seconds'
    FROM ok),
  eb AS (
    INSERT INTO hot.event_bucket (env_id, granularity, bucket_start, state, slot, count)
    SELECT env_id, g.granularity,
           CASE g.granularity WHEN 0 THEN to_timestamp(0) ELSE to_timestamp(floor(time_ms / 60000) * 60) END,
           1, $18::smallint, count(*)
    FROM ok CROSS JOIN (VALUES (0::smallint), (1::smallint)) AS g(granularity)
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (env_id, granularity, bucket_start, state, slot)
    DO UPDATE SET count = hot.event_bucket.count + excluded.count)`;

const writesWithRefs = (at: number): string =>
  `${WRITES},
  rf AS (${insertRefs(at, 'ok', 'event_id', `'event_data'`)})`;

/** Streams are fresh or known: nothing to look up. */
const acceptPlain = (name: string, writes: string): Statement =>
  statement(
    name,
    `
WITH ok AS MATERIALIZED (SELECT * FROM ${COLUMNS}),
  st AS (
    INSERT INTO hot.stream (stream_id, env_id, root_label, total_events)
    SELECT stream_id, env_id, event_type, 1 FROM ok WHERE stream_mode = 1),${writes}
SELECT count(*)::int AS accepted FROM ok`,
  );
const ACCEPT_PLAIN = acceptPlain('dispatch_accept_plain', WRITES);
const ACCEPT_PLAIN_WITH_REFS = acceptPlain('dispatch_accept_plain_refs', writesWithRefs(19));

/**
 * Streams of unknown owner, guards, idempotency keys. A stream row that exists is "updated" to its own values: that
 * waits for a concurrent inserter and gives the row back only when it belongs to this env. Keys are taken before
 * streams are made, so that a repeated request leaves no empty stream behind.
 */
const acceptChecked = (name: string, writes: string): Statement =>
  statement(
    name,
    `
WITH input AS MATERIALIZED (
    SELECT i.*, ($19::text[])[i.ord] AS idem_key, ($20::text[])[i.ord] AS request_hash FROM ${COLUMNS}),
  ours AS MATERIALIZED (
    SELECT i.* FROM input i
    WHERE i.guard_id IS NULL OR EXISTS (
      SELECT 1 FROM hot.dispatch d
      WHERE d.dispatch_id = i.guard_id AND d.incarnation = i.guard_incarnation AND d.state = 2
        AND EXISTS (SELECT 1 FROM hot.worker_lease l
                    WHERE l.incarnation = i.guard_incarnation AND l.expires_at > now()))),
  free AS MATERIALIZED (
    SELECT o.* FROM ours o
    WHERE o.stream_mode < 2
       OR NOT EXISTS (SELECT 1 FROM hot.stream s WHERE s.stream_id = o.stream_id AND s.env_id <> o.env_id)),
  idem AS (
    INSERT INTO hot.idempotency_key AS k (env_id, key, event_id, request_hash, expires_at)
    SELECT DISTINCT ON (env_id, idem_key) env_id, idem_key, event_id, request_hash, now() + interval '24 hours'
    FROM free WHERE idem_key IS NOT NULL ORDER BY env_id, idem_key, ord
    ON CONFLICT (env_id, key) DO UPDATE
      SET event_id = excluded.event_id, request_hash = excluded.request_hash, expires_at = excluded.expires_at
      WHERE k.expires_at < now()
    RETURNING k.event_id),
  first_time AS MATERIALIZED (
    SELECT f.* FROM free f
    WHERE f.idem_key IS NULL OR EXISTS (SELECT 1 FROM idem WHERE idem.event_id = f.event_id)),
  st AS (
    INSERT INTO hot.stream AS s (stream_id, env_id, root_label, total_events)
    SELECT DISTINCT ON (stream_id) stream_id, env_id, event_type, 1 FROM first_time
    WHERE stream_mode > 0 ORDER BY stream_id, ord
    ON CONFLICT (stream_id) DO UPDATE SET env_id = s.env_id WHERE s.env_id = excluded.env_id
    RETURNING s.stream_id, s.env_id, (xmax = 0) AS created),
  ok AS MATERIALIZED (
    SELECT f.*, coalesce(st.created, false) AS created
    FROM first_time f LEFT JOIN st ON st.stream_id = f.stream_id
    WHERE f.stream_mode = 0 OR st.env_id = f.env_id),${writes}
SELECT i.ord::int AS ord,
       CASE WHEN ok.ord IS NOT NULL THEN 'accepted'
            WHEN t.ord IS NULL AND f.ord IS NOT NULL THEN 'duplicate'
            WHEN o.ord IS NOT NULL THEN 'foreign-stream'
            ELSE 'not-ours' END AS outcome,
       coalesce(ok.created, false) AS created
FROM input i
LEFT JOIN ours o ON o.ord = i.ord
LEFT JOIN free f ON f.ord = i.ord
LEFT JOIN first_time t ON t.ord = i.ord
LEFT JOIN ok ON ok.ord = i.ord
ORDER BY i.ord`,
  );
const ACCEPT_CHECKED = acceptChecked('dispatch_accept_checked', WRITES);
const ACCEPT_CHECKED_WITH_REFS = acceptChecked('dispatch_accept_checked_refs', writesWithRefs(21));

const IDEMPOTENT_EVENT = statement(
  'dispatch_idempotent_event',
  `SELECT k.event_id, k.request_hash, e.stream_id, extract(epoch FROM e.event_time)::float8 * 1000 AS time_ms
   FROM hot.idempotency_key k CROSS JOIN LATERAL (
     SELECT stream_id, event_time FROM hot.event WHERE event_id = k.event_id LIMIT 1) e
   WHERE k.env_id = $1 AND k.key = $2 AND k.expires_at > now()`,
);

/** The event that an idempotency key was used for. */
export interface IdempotentEvent {
  readonly eventId: string;
  readonly requestHash: string;
  readonly streamId: string;
  readonly eventTimeMs: number;
}

interface CheckedRow {
  readonly ord: number;
  readonly outcome: AcceptResult['outcome'];
  readonly created: boolean;
}

export class AcceptRepository {
  constructor(private readonly sql: Pick<HotSql, 'rows'>) {}

  /** @param slot counter slot that no concurrent writer uses */
  async insert(rows: readonly AcceptRow[], slot: number): Promise<readonly AcceptResult[]> {
    const values = columns(rows, slot);
    const refs = rows.some((row) => row.refs !== undefined)
      ? refColumns(rows.map((row) => ({ rowId: row.eventId, refs: row.refs ?? [] })))
      : null;
    if (!rows.some(needsChecks)) {
      if (refs === null) await this.sql.rows(ACCEPT_PLAIN, values);
      else await this.sql.rows(ACCEPT_PLAIN_WITH_REFS, [...values, ...refs]);
      return rows.map(({ streamMode }) => ({ outcome: 'accepted', streamCreated: streamMode === 'fresh' }));
    }
    values.push(
      texts(rows.map((row) => row.idempotency?.key ?? null)),
      texts(rows.map((row) => row.idempotency?.requestHash ?? null)),
    );
    const stored =
      refs === null
        ? await this.sql.rows<CheckedRow>(ACCEPT_CHECKED, values)
        : await this.sql.rows<CheckedRow>(ACCEPT_CHECKED_WITH_REFS, [...values, ...refs]);
    // Two rows of one group may name the same new stream: only the first one made it.
    const made = new Set<string>();
    return stored.map(({ ord, outcome, created }) => {
      if (outcome !== 'accepted') return { outcome };
      const streamId = rows[ord - 1]?.streamId ?? '';
      const first = created && !made.has(streamId);
      if (first) made.add(streamId);
      return { outcome, streamCreated: first };
    });
  }

  async findByIdempotencyKey(envId: string, key: string): Promise<IdempotentEvent | null> {
    const [row] = await this.sql.rows<{
      event_id: string;
      request_hash: string;
      stream_id: string;
      time_ms: number;
    }>(IDEMPOTENT_EVENT, [envId, key]);
    if (row === undefined) return null;
    return {
      eventId: row.event_id,
      requestHash: row.request_hash,
      streamId: row.stream_id,
      eventTimeMs: row.time_ms,
    };
  }
}

function needsChecks(row: AcceptRow): boolean {
  return row.streamMode === 'given' || row.guard !== null || row.idempotency !== null;
}

function columns(rows: readonly AcceptRow[], slot: number): unknown[] {
  const pick = <T>(of: (row: AcceptRow) => T): T[] => rows.map(of);
  return [
    uuids(pick((row) => row.orgId)),
    uuids(pick((row) => row.envId)),
    smallints(pick((row) => row.retentionClass)),
    uuids(pick((row) => row.eventId)),
    uuids(pick((row) => row.streamId)),
    smallints(pick((row) => STREAM_MODES[row.streamMode])),
    texts(pick((row) => row.eventType)),
    texts(pick((row) => row.eventData)),
    doubles(pick((row) => row.eventTimeMs)),
    smallints(pick((row) => row.source)),
    uuids(pick((row) => row.byUserId)),
    uuids(pick((row) => row.accessId)),
    uuids(pick((row) => row.originRunId)),
    texts(pick((row) => row.routing)),
    texts(pick((row) => row.sealed)),
    uuids(pick((row) => row.guard?.dispatchId ?? null)),
    uuids(pick((row) => row.guard?.incarnation ?? null)),
    slot,
  ];
}
