import type { ListQuery } from './envelope';
import type { RunStatusName, SourceRef } from './runs';

/** `paused`: its project or environment is stopped. `ended`: no build declares it any more, or it has happened. */
export const SCHEDULE_STATES = ['active', 'paused', 'ended'] as const;
export type ScheduleStateName = (typeof SCHEDULE_STATES)[number];

/** `declared` by code of the serving build, or `made` by a running program. */
export const SCHEDULE_KINDS = ['declared', 'made'] as const;
export type ScheduleKindName = (typeof SCHEDULE_KINDS)[number];

/** An occurrence: it made an event, or did not happen. */
export interface ScheduleOccurrence {
  readonly scheduled_at: string;
  readonly executed_at: string;
  readonly is_backfill: boolean;
  /** That many occurrences, beginning with this one, did not happen. */
  readonly skipped: number;
  readonly event_id: string | null;
  /** null: none has begun, or it is not kept any more. */
  readonly run_id: string | null;
  readonly status: RunStatusName | null;
  readonly duration_us: number | null;
}

export interface ScheduleRow {
  readonly schedule_id: string;
  readonly kind: ScheduleKindName;
  readonly state: ScheduleStateName;
  readonly function: string;
  readonly doc: string | null;
  /** As its author wrote it. */
  readonly expression: string;
  /** Seven fields, second to year; null when it happens once. */
  readonly cron: string | null;
  /** The sentence: "Every weekday at 06:00". null: the expression has to speak for itself. */
  readonly words: string | null;
  readonly timezone: string;
  readonly next_at: string | null;
  readonly last_fired_at: string | null;
  /** Newest first, at most ten. */
  readonly recent: readonly ScheduleOccurrence[];
  readonly project: string;
  readonly agent: string | null;
  /** Name that a program gave it. */
  readonly client_key: string | null;
  readonly created_at: string;
  readonly created_by_run_id: string | null;
  readonly at: SourceRef | null;
}

/**
 * GET {E}/schedules?q&state&kind&project&sort&limit&offset&cursor&include → Listing<ScheduleRow>; sort `next` (default)
 * or `function`; facets `state` and `kind`.
 */
export interface ScheduleListQuery extends Pick<
  ListQuery,
  'q' | 'sort' | 'limit' | 'offset' | 'cursor' | 'include'
> {
  readonly state?: string;
  readonly kind?: string;
  readonly project?: string;
}

/** GET {E}/schedules/{id} → Single<ScheduleDetail> */
export interface ScheduleDetail extends ScheduleRow {
  /** The next times, ten at most. */
  readonly next: readonly string[];
  /** JSON text of the arguments of one that a program made. */
  readonly args: string | null;
}

// GET {E}/schedules/{id}/occurrences?limit&offset&cursor → Listing<ScheduleOccurrence>, newest first
// POST {E}/schedules/{id}/run → 202 Single<ScheduleStarted>: happens once more, now
// DELETE {E}/schedules/{id} → 204: ends one that a program made; 409 `conflict` for declared ones

export interface ScheduleStarted {
  readonly event_id: string;
}
