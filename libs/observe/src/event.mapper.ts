import type { EventRow } from '@app/contracts';
import { sourceName, type EventRecord } from './event-record';

/** @param showPayload whether the viewer may see payloads */
export const toEventRow = (event: EventRecord, showPayload: boolean): EventRow => ({
  event_id: event.event_id,
  type: event.event_type,
  state: event.state,
  payload_preview: showPayload ? event.payload_head : null,
  bytes: event.bytes,
  source: sourceName(event.source),
  handlers: { matched: event.matched, ok: event.ok, failed: event.failed, open: event.open },
  event_time: event.event_time.toISOString(),
  stream_id: event.stream_id,
  origin_run_id: event.origin_run_id,
});
