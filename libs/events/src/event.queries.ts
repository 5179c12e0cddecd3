/** Tables: event, event_bucket, event_unhandled, dispatch. Reads only. */
import { LargeValues } from '@app/blobs';
import { idFloor, NotFoundError, pageOf, type EnvScope, type Page, type Paging } from '@app/kernel';
import { Db, statement } from '@app/platform/database';
import { Injectable } from '@nestjs/common';
import type { EventView } from './event.view';

interface EventRow {
  readonly event_id: string;
  readonly env_id: string;
  readonly stream_id: string;
  readonly event_type: string;
  readonly event_data: string;
  readonly event_time: Date;
  readonly sealed: string | null;
}

const COLUMNS = 'event_id, env_id, stream_id, event_type, event_data, event_time, sealed';

const BY_ID = statement(
  'events_by_id',
  `SELECT ${COLUMNS} FROM hot.event WHERE event_id = $1 AND env_id = $2 LIMIT 1`,
);

const TOTAL = statement(
  'events_total',
  `SELECT coalesce(sum(count), 0)::bigint AS total FROM hot.event_bucket
   WHERE env_id = $1 AND granularity = 0 AND state = 1`,
);

/** Ids first: rows that are skipped over are not fetched with their data. */
const PAGE = statement(
  'events_page',
  `SELECT ${COLUMNS} FROM hot.event e
   WHERE e.env_id = $1 AND e.event_id = ANY(ARRAY(
     SELECT event_id FROM hot.event WHERE env_id = $1 AND event_id < $2 ORDER BY event_id DESC LIMIT $3 OFFSET $4))
   ORDER BY e.event_id DESC`,
);

/**
 * The newest bucket below which the wanted offset begins, and how many events are newer than it: a deep page starts
 * there instead of walking over everything before it.
 */
const BUCKET_AT = statement(
  'events_bucket_at',
  `WITH b AS (
     SELECT bucket_start, max(granularity) AS granularity, sum(count) AS n FROM hot.event_bucket
     WHERE env_id = $1 AND granularity IN (1, 2) AND state = 1 GROUP BY bucket_start),
   w AS (SELECT *, sum(n) OVER (ORDER BY bucket_start DESC) AS upto FROM b)
   SELECT extract(epoch FROM bucket_start)::float8 * 1000 AS start_ms, granularity, (upto - n)::bigint AS before
   FROM w WHERE upto > $2 ORDER BY bucket_start DESC LIMIT 1`,
);

const HIGHEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const WALK_FROM_OFFSET = 2_000;
const MINUTE_MS = 60_000;

@Injectable()
export class EventReads {
  constructor(
    private readonly db: Db,
    private readonly values: LargeValues,
  ) {}

  /** Throws NotFoundError, also for events of other envs. */
  async get(scope: EnvScope, eventId: string): Promise<EventView> {
    const stored = await this.stored(scope, eventId);
    const [event = stored] = await this.filled(scope, [stored]);
    return event;
  }

  /** The same, for what is executed again: throws LargeValueLostError rather than leaving a value out. */
  async whole(scope: EnvScope, eventId: string): Promise<EventView> {
    const event = await this.stored(scope, eventId);
    if (!this.values.holdsReferences(event.eventData)) return event;
    const held = { ownerId: eventId, text: event.eventData };
    return { ...event, eventData: await this.values.whole(scope, held) };
  }

  /** Newest first. */
  async list(scope: EnvScope, paging: Paging): Promise<Page<EventView>> {
    const counted = await this.db.queryOne<{ total: number }>(TOTAL, [scope.envId]);
    const total = counted?.total ?? 0;
    if (paging.offset >= total) return pageOf([], total, paging);
    const from = paging.offset < WALK_FROM_OFFSET ? null : await this.walk(scope, paging.offset);
    const rows = await this.db.query<EventRow>(PAGE, [
      scope.envId,
      from?.below ?? HIGHEST_ID,
      paging.limit,
      paging.offset - (from?.before ?? 0),
    ]);
    return pageOf(await this.filled(scope, rows.map(toView)), total, paging);
  }

  private async stored(scope: EnvScope, eventId: string): Promise<EventView> {
    const row = await this.db.queryOne<EventRow>(BY_ID, [eventId, scope.envId]);
    if (row === undefined) throw new NotFoundError('Event');
    return toView(row);
  }

  /** With the large values of their data put back. */
  private filled(scope: EnvScope, events: readonly EventView[]): Promise<readonly EventView[]> {
    return this.values.fill(
      scope,
      events,
      ({ eventId, eventData }) => ({ ownerId: eventId, text: eventData }),
      (event, eventData) => ({ ...event, eventData }),
    );
  }

  private async walk(
    scope: EnvScope,
    offset: number,
  ): Promise<{ readonly below: string; readonly before: number } | null> {
    const bucket = await this.db.queryOne<{ start_ms: number; granularity: number; before: number }>(
      BUCKET_AT,
      [scope.envId, offset],
    );
    if (bucket === undefined) return null;
    const lengthMs = bucket.granularity === 2 ? 60 * MINUTE_MS : MINUTE_MS;
    return { below: idFloor(bucket.start_ms + lengthMs), before: bucket.before };
  }
}

function toView(row: EventRow): EventView {
  return {
    eventId: row.event_id,
    envId: row.env_id,
    streamId: row.stream_id,
    eventType: row.event_type,
    eventData: row.event_data,
    sealed: row.sealed,
    eventTimeMs: row.event_time.getTime(),
  };
}
