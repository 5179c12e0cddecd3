/**
 * Tables: stream (update).
 *
 * Totals of streams for lists, at most a second late. A stream can have hundreds of runs per second: its row is
 * touched once a second, not once per run. What a crash forgets is found again by recounting.
 */
import { statement } from '@app/platform/database';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { HotSqlPools } from './hot-sql.pools';

interface Totals {
  runs: number;
  failed: number;
  events: number;
  durationUs: number;
  /** Epoch milliseconds of the newest fact, which may be a second older than its being written. */
  at: number;
}

const ADD = statement(
  'dispatch_stream_totals',
  `UPDATE hot.stream s SET
     total_runs = s.total_runs + i.runs, failed_runs = s.failed_runs + i.failed,
     total_events = s.total_events + i.events, total_duration_us = s.total_duration_us + i.duration_us,
     last_activity_at = greatest(s.last_activity_at, to_timestamp(i.at_ms / 1000.0))
   FROM unnest($1::uuid[], $2::int[], $3::int[], $4::int[], $5::bigint[], $6::float8[])
     AS i(stream_id, runs, failed, events, duration_us, at_ms)
   WHERE s.stream_id = i.stream_id AND s.stream_id = ANY($1::uuid[])`,
);

const FLUSH_MS = 1_000;
/** Streams per statement; sorted, so that two processes can't lock the same rows in different orders. */
const MAX_STREAMS = 2_000;

@Injectable()
export class StreamTotals implements BeforeApplicationShutdown {
  private pending = new Map<string, Totals>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly pools: HotSqlPools) {}

  add(streamId: string, delta: Partial<Omit<Totals, 'at'>>): void {
    let totals = this.pending.get(streamId);
    if (totals === undefined) {
      totals = { runs: 0, failed: 0, events: 0, durationUs: 0, at: 0 };
      this.pending.set(streamId, totals);
    }
    totals.runs += delta.runs ?? 0;
    totals.failed += delta.failed ?? 0;
    totals.events += delta.events ?? 0;
    totals.durationUs += delta.durationUs ?? 0;
    totals.at = Date.now();
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const rows = [...this.pending].sort(([a], [b]) => (a < b ? -1 : 1));
    this.pending = new Map();
    for (let at = 0; at < rows.length; at += MAX_STREAMS) await this.write(rows.slice(at, at + MAX_STREAMS));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.flush();
  }

  private async write(rows: readonly (readonly [string, Totals])[]): Promise<void> {
    try {
      await this.pools.relaxed.rows(ADD, [
        rows.map(([id]) => id),
        rows.map(([, totals]) => totals.runs),
        rows.map(([, totals]) => totals.failed),
        rows.map(([, totals]) => totals.events),
        rows.map(([, totals]) => Math.round(totals.durationUs)),
        rows.map(([, totals]) => totals.at),
      ]);
    } catch {
      // The database is away or busy: totals are for show, and a second try would hold up newer ones.
    }
  }
}
