/**
 * Tables: event, run, trace_segment, stream_data, access (drop partitions), event_unhandled (delete), run_bucket,
 * event_bucket (delete, insert), blob_ref (update), dispatch (read). All tenants.
 *
 * Counters forget exactly what is dropped. Ids and counters have their times from different clocks, so at midnight a run
 * may lie in the partition of one day and be counted in the hour of the next. An environment whose rows of the period are
 * all in the class loses its hours of the period, and single rows that were counted later; one that changed its class then
 * has its rows counted.
 */
import { idFloor } from '@app/kernel';
import { Db } from '@app/platform/database';
import { Injectable } from '@nestjs/common';
import { HISTORY_TABLES, type Period } from './expired-periods';

const HOUR_MS = 3_600_000;
/** A run's id is made when its row is claimed, and its start is what was written then: moments apart, minutes in trouble. */
const APART_MS = 10 * 60_000;
const LOCK = 7_226_010_455;

const PARTITIONS = `
  SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = 'hot' AND c.relkind = 'r' AND c.relispartition`;

/** Work that goes on, and dead letters, need their event. */
const STILL_NEEDED = `
  SELECT count(*)::int AS rows, count(*) FILTER (WHERE state = 4)::int AS dead_letters FROM hot.dispatch
   WHERE retention_class = $1 AND ((event_id >= $2 AND event_id < $3) OR (run_id >= $2 AND run_id < $3))`;

/** Every environment in the partition, by jumping from one to the next in its index. */
const envsOf = (partition: string): string => `
  WITH RECURSIVE e AS (
    (SELECT env_id FROM ${partition} ORDER BY env_id LIMIT 1)
    UNION ALL
    SELECT (SELECT n.env_id FROM ${partition} n WHERE n.env_id > e.env_id ORDER BY n.env_id LIMIT 1)
      FROM e WHERE e.env_id IS NOT NULL)
  SELECT env_id FROM e WHERE env_id IS NOT NULL`;

const inOtherClasses = (table: string, id: string): string => `
  SELECT EXISTS (SELECT 1 FROM hot.${table}
    WHERE env_id = $1 AND ${id} >= $2 AND ${id} < $3 AND retention_class <> $4) AS mixed`;

interface Counted {
  /** The table of counters. */
  readonly buckets: string;
  /** What tells counters of an hour apart. */
  readonly keys: string;
  readonly sums: string;
  /** The same, of rows of the partition. */
  readonly rowKeys: string;
  readonly rowSums: string;
  readonly time: string;
  readonly id: string;
  /** Which counters of the table are meant. */
  readonly which: string;
}

const RUNS: Counted = {
  buckets: 'run_bucket',
  keys: 'project_id, run_type, status',
  sums: 'count, sum_us',
  rowKeys: `coalesce(project_id, '00000000-0000-0000-0000-000000000000'::uuid), run_type, status`,
  rowSums: 'count(*), sum(duration_us)',
  time: 'start_time',
  id: 'run_id',
  which: 'true',
};
const EVENTS: Counted = {
  buckets: 'event_bucket',
  keys: 'state',
  sums: 'count',
  rowKeys: '1::smallint',
  rowSums: 'count(*)',
  time: 'event_time',
  id: 'event_id',
  which: 'state = 1',
};
/** Counted when they were looked at, which may be in another period than their event: always row by row. */
const UNHANDLED: Counted = { ...EVENTS, rowKeys: '3::smallint', time: 'created_at', which: 'state = 3' };

const FORGET_EMPTY = ['run_bucket', 'event_bucket'].map(
  (buckets) =>
    `DELETE FROM hot.${buckets} WHERE granularity = 2 AND slot = 0 AND count = 0 AND bucket_start < to_timestamp($1::float8 / 1000)`,
);

/** What was kept apart of the rows; a task's result stays with the task, which is no history. */
const RELEASE_VALUES = `
  UPDATE hot.blob_ref SET active = false, deactivated_at = now()
   WHERE retention_class = $1 AND source_id >= $2 AND source_id < $3 AND active AND source_kind <> 'task_result'`;

@Injectable()
export class PeriodDropRepository {
  constructor(private readonly db: Db) {}

  /** Names of all partitions there are. */
  async partitions(): Promise<readonly string[]> {
    return (await this.db.query<{ name: string }>(PARTITIONS)).map(({ name }) => name);
  }

  /** Rows of live work that refer into the period; while there are some it stays. */
  async stillNeeded({ retentionClass, fromMs, toMs }: Period): Promise<{
    readonly rows: number;
    readonly deadLetters: number;
  }> {
    const found = await this.db.queryOne<{ rows: number; dead_letters: number }>(STILL_NEEDED, [
      retentionClass,
      idFloor(fromMs),
      idFloor(toMs),
    ]);
    return { rows: found?.rows ?? 0, deadLetters: found?.dead_letters ?? 0 };
  }

  /**
   * All of it or nothing; false when another worker is at it. Waits two seconds at most for those who read, because whoever
   * comes after it waits as well.
   */
  async drop(period: Period): Promise<boolean> {
    const { retentionClass, name, fromMs, toMs } = period;
    const partition = (table: string): string => `${table}_${retentionClass}_${name}`;
    return this.db.tx(async () => {
      const row = await this.db.queryOne<{ mine: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS mine', [
        LOCK,
      ]);
      if (!row?.mine) return false;
      const existing = new Set(await this.partitions());
      await this.db.execute(`SET LOCAL lock_timeout = '2s'`);
      await this.db.execute('SET LOCAL statement_timeout = 0');
      if (existing.has(partition('run'))) await this.uncountAll(period, 'run', RUNS);
      if (existing.has(partition('event'))) await this.uncountAll(period, 'event', EVENTS);
      const ids = [idFloor(fromMs), idFloor(toMs)];
      const unhandled = `(SELECT * FROM hot.event_unhandled
        WHERE retention_class = $1 AND event_id >= $2 AND event_id < $3)`;
      await this.uncountRows(UNHANDLED, unhandled, [retentionClass, ...ids]);
      await this.db.execute(
        'DELETE FROM hot.event_unhandled WHERE retention_class = $1 AND event_id >= $2 AND event_id < $3',
        [retentionClass, ...ids],
      );
      for (const sql of FORGET_EMPTY) await this.db.execute(sql, [toMs + HOUR_MS]);
      await this.db.execute(RELEASE_VALUES, [retentionClass, ...ids]);
      const tables = HISTORY_TABLES.map(partition).filter((table) => existing.has(table));
      if (tables.length > 0)
        await this.db.execute(`DROP TABLE ${tables.map((table) => `hot.${table}`).join(', ')}`);
      return true;
    });
  }

  private async uncountAll(period: Period, table: 'run' | 'event', what: Counted): Promise<void> {
    const { retentionClass, name, fromMs, toMs } = period;
    const partition = `hot.${table}_${retentionClass}_${name}`;
    const around = [idFloor(fromMs - APART_MS), idFloor(toMs + APART_MS)];
    for (const { env_id: envId } of await this.db.query<{ env_id: string }>(envsOf(partition))) {
      const other = await this.db.queryOne<{ mixed: boolean }>(inOtherClasses(table, what.id), [
        envId,
        ...around,
        retentionClass,
      ]);
      if (other?.mixed) {
        await this.uncountRows(what, `(SELECT * FROM ${partition} WHERE env_id = $1)`, [envId]);
        continue;
      }
      await this.uncountHours(what, envId, period);
      await this.uncountRows(
        what,
        `(SELECT * FROM ${partition} WHERE env_id = $1 AND ${what.id} >= $2 AND ${what.time} >= to_timestamp($3::float8 / 1000))`,
        [envId, idFloor(toMs - APART_MS), toMs],
      );
    }
  }

  /** Of one environment: what was counted in the period. */
  private uncountHours(what: Counted, envId: string, { fromMs, toMs }: Period): Promise<number> {
    const { buckets, keys, sums, which } = what;
    const names = sums.split(', ');
    return this.db.execute(
      `
      WITH gone AS (
        DELETE FROM hot.${buckets} WHERE env_id = $1 AND granularity IN (1, 2) AND ${which}
          AND bucket_start >= to_timestamp($2::float8 / 1000) AND bucket_start < to_timestamp($3::float8 / 1000)
        RETURNING *)
      INSERT INTO hot.${buckets} AS b (env_id, granularity, bucket_start, ${keys}, slot, ${sums})
      SELECT env_id, 0, to_timestamp(0), ${keys}, 0, ${names.map((sum) => `-sum(${sum})`).join(', ')}
        FROM gone GROUP BY env_id, ${keys}
      ${added(keys, names)}`,
      [envId, fromMs, toMs],
    );
  }

  /** @param from relation of rows that were counted one by one */
  private uncountRows(what: Counted, from: string, values: readonly unknown[]): Promise<number> {
    const { buckets, keys, sums, rowKeys, rowSums, time } = what;
    const names = sums.split(', ');
    const negative = rowSums
      .split(', ')
      .map((sum) => `-${sum}`)
      .join(', ');
    return this.db.execute(
      `
      INSERT INTO hot.${buckets} AS b (env_id, granularity, bucket_start, ${keys}, slot, ${sums})
      SELECT env_id, g.granularity,
             CASE g.granularity WHEN 0 THEN to_timestamp(0) ELSE date_trunc('hour', ${time}, 'UTC') END AS bucket,
             ${rowKeys}, 0, ${negative}
        FROM ${from} r CROSS JOIN (VALUES (0::smallint), (2::smallint)) AS g(granularity)
       GROUP BY env_id, g.granularity, bucket, ${rowKeys}
      ${added(keys, names)}`,
      [...values],
    );
  }
}

function added(keys: string, sums: readonly string[]): string {
  return `ON CONFLICT (env_id, granularity, bucket_start, ${keys}, slot)
    DO UPDATE SET ${sums.map((sum) => `${sum} = b.${sum} + excluded.${sum}`).join(', ')}`;
}
