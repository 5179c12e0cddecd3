import type { ListQuery } from './envelope';
import type { EventSourceName, EventStateName } from './events';
import type { Attribution, RunStatusName, RunTypeName } from './runs';

/** active: open work; failed: none, and at least one run failed for good. */
export const STREAM_STATES = ['active', 'settled', 'failed'] as const;
export type StreamStateName = (typeof STREAM_STATES)[number];

export interface StreamRow {
  readonly stream_id: string;
  readonly state: StreamStateName;
  /** Type of the first event. */
  readonly root_label: string | null;
  readonly runs: number;
  readonly events: number;
  readonly failed_runs: number;
  readonly started_at: string;
  readonly last_activity_at: string;
  /** From start to last activity. */
  readonly duration_us: number;
}

/** GET {E}/streams → Listing<StreamRow>. Newest first. `q` finds ids and the root's label. */
export interface StreamListQuery extends ListQuery {
  readonly state?: string;
}

/** GET {E}/streams/{stream_id} → Single<StreamDetail>. */
export interface StreamDetail extends StreamRow {
  readonly root_event_id: string | null;
  readonly attribution: Attribution | null;
  readonly data_count: number;
}

/** An event or a run of a stream. Joined by `parent_id`: an event's run has the event, a sent event has the run. */
export type StreamMember =
  | {
      readonly kind: 'event';
      readonly id: string;
      readonly parent_id: string | null;
      readonly label: string;
      readonly state: EventStateName;
      readonly source: EventSourceName;
      readonly at: string;
    }
  | {
      readonly kind: 'run';
      readonly id: string;
      readonly parent_id: string | null;
      readonly label: string | null;
      readonly type: RunTypeName;
      readonly status: RunStatusName;
      readonly project: string | null;
      readonly attempt: number;
      readonly retry_of_run_id: string | null;
      readonly at: string;
      readonly stopped_at: string | null;
      readonly duration_us: number | null;
    };

/** GET {E}/streams/{stream_id}/members?limit&cursor → Listing<StreamMember>, oldest first. */

/** GET {E}/streams/{stream_id}/data?run&limit&cursor → Listing<StreamDataRow>, oldest first. */
export interface StreamDataRow {
  readonly stream_data_id: string;
  readonly run_id: string;
  readonly data_type: string;
  /** JSON text. */
  readonly payload: string;
  readonly at: string;
}
