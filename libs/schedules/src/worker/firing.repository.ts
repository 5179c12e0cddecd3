/** Tables: schedule, schedule_log, scheduler_state; env, org, dispatch (read). What happens when schedules are due. */
import { Injectable } from '@nestjs/common';
import { Db, statement } from '@app/platform/database';

/** A schedule whose time has come; its row is locked until the end of the transaction. */
export interface DueRow extends Record<string, unknown> {
  readonly schedule_id: string;
  readonly kind: 1 | 2;
  readonly org_id: string;
  readonly env_id: string;
  readonly retention_class: number;
  readonly project_id: string;
  readonly cron: string;
  readonly timezone: string;
  readonly ns: string;
  readonly var: string;
  readonly args: string | null;
  readonly sealed: string | null;
  readonly backfill: boolean | null;
  /** Asked not to overlap, and the former occurrence still goes on. */
  readonly busy: boolean;
  /** Asked not to overlap. */
  readonly single: boolean;
  readonly created_by_user_id: string | null;
  readonly due_ms: number;
  readonly now_ms: number;
}

export interface LogEntry {
  readonly scheduleId: string;
  readonly atMs: number;
  /** Null: it did not happen. */
  readonly eventId: string | null;
  readonly isBackfill: boolean;
  readonly skippedCount: number;
}

export interface Advance {
  readonly scheduleId: string;
  /** Null: it has ended. */
  readonly nextMs: number | null;
  readonly firedMs: number | null;
  readonly eventId: string | null;
}

const BATCH = 100;
const KEPT = `interval '30 days'`;
const PURGED_AT_ONCE = 10_000;

// Rows that another scheduler holds are its business: it fires them, or dies and leaves them due.
const TAKE = statement(
  'schedules_take_due',
  `SELECT s.schedule_id, s.kind, s.env_id, s.project_id, s.cron, s.timezone, s.ns, s.var, s.args, s.sealed, s.created_by_user_id,
          e.org_id, o.retention_class, (s.meta ->> 'backfill')::boolean AS backfill,
          coalesce(s.meta ->> 'overlap' = 'skip', false) AS single,
          coalesce(s.meta ->> 'overlap' = 'skip', false) AND EXISTS (
            SELECT 1 FROM hot.dispatch d WHERE d.event_id = s.last_event_id AND d.state <> 4) AS busy,
          extract(epoch FROM s.next_fire_at)::float8 * 1000 AS due_ms, extract(epoch FROM now())::float8 * 1000 AS now_ms
     FROM hot.schedule s JOIN hot.env e ON e.env_id = s.env_id JOIN hot.org o ON o.org_id = e.org_id
    WHERE s.active AND NOT s.paused AND s.next_fire_at <= now()
    ORDER BY s.next_fire_at LIMIT ${BATCH}
      FOR UPDATE OF s SKIP LOCKED`,
);

const LOG = statement(
  'schedules_log',
  `INSERT INTO hot.schedule_log (schedule_id, scheduled_time, event_id, executed_at, is_backfill, skipped_count)
   SELECT i.schedule_id, to_timestamp(i.at_ms / 1000), i.event_id, now(), i.is_backfill, i.skipped
     FROM unnest($1::uuid[], $2::float8[], $3::uuid[], $4::boolean[], $5::int[])
       AS i(schedule_id, at_ms, event_id, is_backfill, skipped)
   ON CONFLICT (schedule_id, scheduled_time) DO NOTHING
   RETURNING event_id`,
);

const ADVANCE = statement(
  'schedules_advance',
  `UPDATE hot.schedule s SET
     next_fire_at = coalesce(to_timestamp(i.next_ms / 1000), s.next_fire_at),
     active = i.next_ms IS NOT NULL, deactivated_at = CASE WHEN i.next_ms IS NULL THEN now() END,
     last_fired_at = coalesce(to_timestamp(i.fired_ms / 1000), s.last_fired_at),
     last_event_id = coalesce(i.event_id, s.last_event_id)
     FROM unnest($1::uuid[], $2::float8[], $3::float8[], $4::uuid[]) AS i(schedule_id, next_ms, fired_ms, event_id)
    WHERE s.schedule_id = i.schedule_id`,
);

const NEXT = statement(
  'schedules_next',
  `SELECT greatest(-1e9, least(1e9, extract(epoch FROM min(next_fire_at) - clock_timestamp()) * 1000))::int AS next_ms
     FROM hot.schedule WHERE active AND NOT paused`,
);

const ALIVE = statement(
  'schedules_alive',
  `INSERT INTO hot.scheduler_state AS s (single, last_successful_sync_time) VALUES (true, now())
   ON CONFLICT (single) DO UPDATE SET last_successful_sync_time = excluded.last_successful_sync_time`,
);

const PURGE_LOG = `
  DELETE FROM hot.schedule_log WHERE (schedule_id, scheduled_time) IN (
    SELECT schedule_id, scheduled_time FROM hot.schedule_log WHERE executed_at < now() - ${KEPT} LIMIT ${PURGED_AT_ONCE})`;
const PURGE_ENDED = `
  DELETE FROM hot.schedule WHERE schedule_id IN (
    SELECT schedule_id FROM hot.schedule WHERE NOT active AND deactivated_at < now() - ${KEPT} LIMIT ${PURGED_AT_ONCE})`;

@Injectable()
export class FiringRepository {
  constructor(private readonly db: Db) {}

  takeDue(): Promise<readonly DueRow[]> {
    return this.db.query<DueRow>(TAKE);
  }

  /** Event ids of the occurrences that had not been recorded before: those and no others may happen. */
  async record(entries: readonly LogEntry[]): Promise<ReadonlySet<string>> {
    const rows = await this.db.query<{ event_id: string | null }>(LOG, [
      entries.map((entry) => entry.scheduleId),
      entries.map((entry) => entry.atMs),
      entries.map((entry) => entry.eventId),
      entries.map((entry) => entry.isBackfill),
      entries.map((entry) => entry.skippedCount),
    ]);
    return new Set(rows.flatMap((row) => row.event_id ?? []));
  }

  async advance(rows: readonly Advance[]): Promise<void> {
    await this.db.execute(ADVANCE, [
      rows.map((row) => row.scheduleId),
      rows.map((row) => row.nextMs),
      rows.map((row) => row.firedMs),
      rows.map((row) => row.eventId),
    ]);
  }

  /** Milliseconds until the next one is due, negative when one is; null when there is none. */
  async nextInMs(): Promise<number | null> {
    return (await this.db.queryOne<{ next_ms: number | null }>(NEXT))?.next_ms ?? null;
  }

  async alive(): Promise<void> {
    await this.db.execute(ALIVE);
  }

  /** Forgets what ended, and what happened, more than 30 days ago. */
  async purge(): Promise<void> {
    while ((await this.db.execute(PURGE_LOG)) === PURGED_AT_ONCE);
    while ((await this.db.execute(PURGE_ENDED)) === PURGED_AT_ONCE);
  }
}
