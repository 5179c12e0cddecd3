import type { EventRow } from './events';
import type { RunRow, RunTypeName } from './runs';

export const BUCKET_WIDTHS = ['minute', '5m', '15m', 'hour', '3h', 'day', 'week', 'month'] as const;
export type BucketWidth = (typeof BUCKET_WIDTHS)[number];

export interface DashboardQuery {
  /** Project names, comma-separated. */
  readonly project?: string;
  readonly t?: string;
  readonly from?: string;
  readonly to?: string;
  /** Wished width of the bars; left out or unsuitable: chosen by the server. */
  readonly g?: string;
  /** IANA zone in which days begin. */
  readonly tz?: string;
}

export interface RunTotals {
  readonly total: number;
  readonly running: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly pending_retry: number;
}

export interface EventTotals {
  readonly total: number;
  readonly handled: number;
  readonly unhandled: number;
  readonly pending: number;
}

/** One bar. Runs by start time, events by event time. */
export interface Bucket {
  readonly start: string;
  readonly end: string;
  readonly runs: RunTotals;
  /** Mean of the runs that ended; null when none did. */
  readonly mean_duration_us: number | null;
  /** null under a project filter: an event belongs to the environment, not to a project. */
  readonly events: EventTotals | null;
}

/** GET {E}/dashboard → Single<Dashboard>. Everything from one snapshot: hero figures are the sums of the bars. */
export interface Dashboard {
  readonly now: string;
  readonly range: { readonly from: string; readonly to: string };
  readonly granularity: BucketWidth;
  readonly granularities: readonly BucketWidth[];
  readonly hero: {
    readonly runs: RunTotals;
    /** Totals of the period of equal length before; null when that reaches behind the first data. */
    readonly runs_before: RunTotals | null;
    readonly mean_duration_us: number | null;
    readonly mean_duration_before_us: number | null;
    readonly events: EventTotals | null;
    readonly events_before: EventTotals | null;
    readonly streams: {
      readonly total: number;
      readonly total_is_capped: boolean;
      readonly failed: number;
      /** Streams with open work now. */
      readonly active: number;
    };
    /** Tasks that were started in the range, by what they are now. */
    readonly tasks: {
      readonly total: number;
      readonly total_is_capped: boolean;
      readonly queued: number;
      readonly running: number;
      readonly completed: number;
      /** Also those that ran out of time. */
      readonly failed: number;
      readonly cancelled: number;
    };
    /** Work that waits for a worker now. */
    readonly queued: number;
  };
  readonly buckets: readonly Bucket[];
  readonly run_types: readonly {
    readonly type: RunTypeName;
    readonly count: number;
    readonly failed: number;
  }[];
  /** Builds that became ready within the range. */
  readonly deploys: readonly {
    readonly at: string;
    readonly project: string;
    readonly build_id: string;
    readonly hash: string;
  }[];
  /** Newest 10 of each within the range. */
  readonly failed_runs: readonly RunRow[];
  readonly unhandled_events: readonly EventRow[];
  /** Newest activity at all; null: this environment never ran anything. */
  readonly last_activity_at: string | null;
  readonly projects: readonly string[];
  readonly has_builds: boolean;
}
