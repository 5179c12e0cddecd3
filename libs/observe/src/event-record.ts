import type { EventSourceName, EventStateName } from '@app/contracts';

export const EVENT_SOURCE_IDS = {
  api: 1,
  code: 2,
  schedule: 3,
  app: 4,
  webhook: 5,
  mcp: 6,
  system: 7,
} as const satisfies Readonly<Record<EventSourceName, number>>;

export const sourceName = (id: number): EventSourceName =>
  (Object.keys(EVENT_SOURCE_IDS) as EventSourceName[]).find((name) => EVENT_SOURCE_IDS[name] === id) ??
  'system';

/** An event as lists know it. */
export interface EventRecord {
  readonly event_id: string;
  readonly event_type: string;
  readonly state: EventStateName;
  readonly payload_head: string;
  readonly bytes: number;
  readonly source: number;
  readonly matched: number;
  readonly ok: number;
  readonly failed: number;
  readonly open: number;
  readonly event_time: Date;
  readonly stream_id: string;
  readonly origin_run_id: string | null;
}

const PREVIEW = 120;

/** Handled means: neither waiting to be routed nor found without a handler. */
export const EVENT_STATE = `CASE
    WHEN EXISTS (SELECT 1 FROM hot.event_unhandled n WHERE n.event_id = e.event_id) THEN 'unhandled'
    WHEN EXISTS (SELECT 1 FROM hot.dispatch d WHERE d.event_id = e.event_id AND d.kind = 1) THEN 'pending'
    ELSE 'handled' END`;

/**
 * Adds state and handlers to a page of events `e`. Handlers count by the state of their newest attempt: the others of
 * the same handler went before it.
 */
export function withHandlers(page: string, orderBy: string): string {
  return `
SELECT e.event_id, e.event_type, ${EVENT_STATE} AS state, left(e.event_data, ${PREVIEW}) AS payload_head,
       octet_length(e.event_data) AS bytes, e.source, h.matched, h.ok, h.failed, h.open, e.event_time, e.stream_id,
       e.origin_run_id
  FROM (${page}) e
  CROSS JOIN LATERAL (
    SELECT count(*)::int AS matched, count(*) FILTER (WHERE a.status = 2)::int AS ok,
           count(*) FILTER (WHERE a.status IN (3, 4))::int AS failed,
           count(*) FILTER (WHERE a.status IN (1, 5))::int AS open
      FROM (
        SELECT DISTINCT ON (handler) handler, status FROM (
          SELECT coalesce(d.project_id::text, '') || d.handler_key AS handler,
                 CASE d.state WHEN 4 THEN 3 ELSE 1 END AS status, coalesce(d.run_id, d.dispatch_id) AS run_id, 1 AS live
            FROM hot.dispatch d WHERE d.event_id = e.event_id AND d.kind = 2
          UNION ALL
          SELECT coalesce(r.project_id::text, '') || r.handler_key, r.status, r.run_id, 0
            FROM hot.run r WHERE r.event_id = e.event_id AND r.env_id = e.env_id) t
        ORDER BY handler, live DESC, run_id DESC) a) h
 ORDER BY ${orderBy}`;
}
