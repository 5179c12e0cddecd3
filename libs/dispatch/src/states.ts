/** What a row of hot.dispatch is about. */
export const DISPATCH_KINDS = { event: 1, run: 2 } as const;

/** Where a row of hot.dispatch stands. No row means: nothing to do. */
export const DISPATCH_STATES = { queued: 1, running: 2, pendingRetry: 3, dead: 4 } as const;

export const RUN_TYPES = {
  call: 1,
  event: 2,
  schedule: 3,
  run: 4,
  eval: 5,
  repl: 6,
  task: 7,
} as const;
export type RunTypeName = keyof typeof RUN_TYPES;
export type RunTypeId = (typeof RUN_TYPES)[RunTypeName];

/** As shown to clients. 1 and 5 are rows of hot.dispatch, 2–4 rows of hot.run, which never change again. */
export const RUN_STATUSES = { running: 1, succeeded: 2, failed: 3, cancelled: 4, pending_retry: 5 } as const;
export type RunStatusName = keyof typeof RUN_STATUSES;
export type RunStatusId = (typeof RUN_STATUSES)[RunStatusName];

export const EVENT_SOURCES = {
  api: 1,
  code: 2,
  schedule: 3,
  app: 4,
  webhook: 5,
  mcp: 6,
  system: 7,
} as const;
export type EventSource = keyof typeof EVENT_SOURCES;

/** Deliveries of one attempt whose worker or isolate died; the last one's death makes the row a dead letter. */
export const MAX_DELIVERIES = 3;
/** The same for tasks: the first one and three more. */
export const MAX_TASK_DELIVERIES = 4;

/** A row that was accepted gets its first ticket from who accepted it; the sweeper steps in after this. */
export const FIRST_TICKET_GRACE_MS = 2_000;

const TYPE_NAMES = new Map<number, RunTypeName>(
  Object.entries(RUN_TYPES).map(([name, id]) => [id, name as RunTypeName]),
);
const STATUS_NAMES = new Map<number, RunStatusName>(
  Object.entries(RUN_STATUSES).map(([name, id]) => [id, name as RunStatusName]),
);

export function runTypeName(id: number): RunTypeName {
  const name = TYPE_NAMES.get(id);
  if (name === undefined) throw new Error(`unknown run type ${id}`);
  return name;
}

export function runStatusName(id: number): RunStatusName {
  const name = STATUS_NAMES.get(id);
  if (name === undefined) throw new Error(`unknown run status ${id}`);
  return name;
}

export function isRunTypeName(text: string): text is RunTypeName {
  return Object.hasOwn(RUN_TYPES, text);
}

export function isRunStatusName(text: string): text is RunStatusName {
  return Object.hasOwn(RUN_STATUSES, text);
}
