import type { ListQuery } from './envelope';
import type { RunStatusName, SourceRef } from './runs';

/** A function of a serving build that an event type starts. */
export interface EventHandlerRow {
  readonly event_handler_id: string;
  /** Exactly this type: there are no wildcards. */
  readonly event_type: string;
  readonly function: string;
  readonly doc: string | null;
  readonly project: string;
  /** `::shop::orders/OrderAgent` */
  readonly agent: string | null;
  readonly attempts: number;
  readonly backoff: string | null;
  /** Types of events that its code may send. */
  readonly sends: readonly string[];
  readonly at: SourceRef | null;
  readonly build_id: string;
  readonly last: EventHandlerLast | null;
}

/** The newest event of the type, and what became of it here. */
export interface EventHandlerLast {
  readonly event_id: string;
  readonly at: string;
  readonly run_id: string | null;
  readonly status: RunStatusName | null;
}

/** GET {E}/handlers?q&project&limit&offset&cursor&include → Listing<EventHandlerRow>, by type; facets `project`. */
export interface EventHandlerListQuery extends Pick<
  ListQuery,
  'q' | 'limit' | 'offset' | 'cursor' | 'include'
> {
  readonly project?: string;
}
