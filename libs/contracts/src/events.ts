import * as z from 'zod/mini';
import type { ListQuery, ValueText } from './envelope';
import type { Attribution, RunRow } from './runs';

/** pending: accepted, not yet given to its handlers. */
export const EVENT_STATES = ['handled', 'unhandled', 'pending'] as const;
export type EventStateName = (typeof EVENT_STATES)[number];

export const EVENT_SOURCES = ['api', 'code', 'schedule', 'app', 'webhook', 'mcp', 'system'] as const;
export type EventSourceName = (typeof EVENT_SOURCES)[number];

export interface EventRow {
  readonly event_id: string;
  readonly type: string;
  readonly state: EventStateName;
  /** At most 120 characters of the JSON text. null when the viewer may not see payloads. */
  readonly payload_preview: string | null;
  readonly bytes: number;
  readonly source: EventSourceName;
  /** Handlers by the state of their newest attempt. */
  readonly handlers: {
    readonly matched: number;
    readonly ok: number;
    readonly failed: number;
    readonly open: number;
  };
  readonly event_time: string;
  readonly stream_id: string;
  readonly origin_run_id: string | null;
}

/** GET {E}/events → Listing<EventRow>. Newest first. Facets: state, source. `q` finds ids and types. */
export interface EventListQuery extends ListQuery {
  readonly state?: string;
  /** Exact types; with a final `*` all that begin so. */
  readonly type?: string;
  readonly source?: string;
}

/** GET {E}/events/{event_id} → Single<EventDetail>. */
export interface EventDetail extends EventRow {
  readonly payload: ValueText | null;
  readonly attribution: Attribution | null;
  /** Types that the deployed handlers know and that look like this one; only for unhandled events. */
  readonly near_types: readonly { readonly type: string; readonly project: string }[];
}

// GET {E}/events/{event_id}/payload/raw → the whole text as an attachment

/** GET {E}/events/{event_id}/runs → Listing<RunRow>; every attempt, newest first. */
export type EventRuns = RunRow;

/** POST {E}/events → 201 Single<SentEvent>. */
export const sendEventBody = z.object({
  event_type: z.string().check(z.minLength(1), z.maxLength(255)),
  /** JSON text: goes to the handlers exactly as typed. */
  event_data: z.string(),
  stream_id: z.optional(z.string()),
});
export type SendEventBody = z.infer<typeof sendEventBody>;

export interface SentEvent {
  readonly event_id: string;
  readonly stream_id: string;
}

/** GET {E}/events/types → Single<KnownEventType[]>: what the serving builds' handlers listen to, by type. */
export interface KnownEventType {
  readonly type: string;
  readonly handlers: readonly KnownHandler[];
}

export interface KnownHandler {
  readonly function: string;
  readonly project: string;
  readonly doc: string | null;
  /** From the handler's own documentation. */
  readonly examples: readonly { readonly title: string; readonly json: string }[];
}
