import * as z from 'zod/mini';
import type { Can, ListQuery } from './envelope';

export const RUN_STATUSES = ['running', 'pending_retry', 'succeeded', 'failed', 'cancelled'] as const;
export type RunStatusName = (typeof RUN_STATUSES)[number];

/** Of the list of runs. Tasks have a list of their own; the runs that they are belong to it. */
export const RUN_TYPES = ['call', 'event', 'schedule', 'run', 'eval', 'repl'] as const;
export type RunTypeName = (typeof RUN_TYPES)[number] | 'task';

export interface BuildRef {
  readonly build_id: string;
  readonly hash: string;
  /** Whether it is the one deployed now. */
  readonly deployed: boolean;
}

export interface RunRow {
  readonly run_id: string;
  readonly status: RunStatusName;
  readonly type: RunTypeName;
  /** Qualified name, `::shop::orders/confirm`. */
  readonly function: string | null;
  /** At most 120 characters. */
  readonly error_preview: string | null;
  readonly project_id: string | null;
  readonly project: string | null;
  readonly build: BuildRef | null;
  readonly stream_id: string;
  readonly event_id: string | null;
  readonly event_type: string | null;
  readonly origin_run_id: string | null;
  readonly retry_of_run_id: string | null;
  readonly started_at: string;
  readonly stopped_at: string | null;
  /** null while running. */
  readonly duration_us: number | null;
  /** From acceptance of the trigger to the start; null when not known. */
  readonly waiting_us: number | null;
  /** 1 for the first. */
  readonly attempt: number;
  /** Set while the status is pending_retry. */
  readonly next_attempt_at: string | null;
}

export const RUN_SORTS = ['started', 'duration'] as const;

/** GET {E}/runs → Listing<RunRow>. Default sort `-started`. Facets: status, type, project. */
export interface RunListQuery extends ListQuery {
  readonly status?: string;
  readonly type?: string;
  /** Project names. */
  readonly project?: string;
  /** Text inside the qualified name. `q` finds ids, beginnings of ids and function text. */
  readonly function?: string;
}

/** Who or what caused it. Only what was recorded is set. */
export interface Attribution {
  readonly kind: 'api_key' | 'service_key' | 'session' | 'user' | 'run' | 'schedule' | 'system';
  readonly id: string | null;
  readonly name: string | null;
  /** Set when the credential does not work any more. */
  readonly revoked: boolean;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly method: string | null;
  readonly path: string | null;
  readonly at: string | null;
}

export interface SourceRef {
  readonly file: string;
  readonly line: number;
  readonly column: number | null;
}

export interface RunFailure {
  readonly kind:
    'failure' | 'unhandled-error' | 'timeout' | 'worker-lost' | 'resource-limit' | 'unrecordable';
  readonly message: string;
  readonly at: SourceRef | null;
  readonly stack: readonly { readonly function: string; readonly at: SourceRef | null }[];
}

/** GET {E}/runs/{run_id} → Single<RunDetail>. */
export interface RunDetail extends RunRow {
  readonly failure: RunFailure | null;
  /** null: the retry policy of the handler is not known (any more). */
  readonly max_attempts: number | null;
  readonly rerun_of_run_id: string | null;
  readonly accepted_at: string | null;
  readonly call_count: number;
  readonly trace_bytes: number;
  readonly stream_data_count: number;
  /** Lines of the engine about this run: handed out again, argument not kept whole, … */
  readonly notes: readonly string[];
  readonly attribution: Attribution | null;
  readonly has_input: boolean;
  readonly has_result: boolean;
  readonly can: { readonly retry: Can; readonly rerun: Can; readonly cancel: Can };
}

// GET {E}/runs/{run_id}/input   → Single<ValueText>: the argument the function was called with
// GET {E}/runs/{run_id}/result  → Single<ValueText>: result, failure or cancellation
// …/input/raw, …/result/raw     → the whole text as an attachment

export const TRACE_STATES = ['available', 'collecting', 'not_recorded', 'expired'] as const;
export type TraceStateName = (typeof TRACE_STATES)[number];

/** Call flags, added together. */
export const CALL_ERROR = 1;
/** Has no end: the run ended (or still runs) inside it. */
export const CALL_OPEN = 2;
export const CALL_HAS_ARGS = 4;
export const CALL_HAS_RESULT = 8;

/**
 * GET {E}/runs/{run_id}/trace → Single<Trace>. Columns, because a trace may have 100,000 calls: entry i of every array
 * is call i, in order of start; `parent[i]` is -1 for a root and otherwise smaller than i. No values in here.
 */
export interface Trace {
  readonly state: TraceStateName;
  /** Calls made but not recorded because a limit was reached. */
  readonly dropped: number;
  /** Qualified names, and `<cond>`, `<match>`, `<parallel>`, `<pipe>` … for flows. */
  readonly names: readonly string[];
  readonly files: readonly string[];
  readonly parent: readonly number[];
  /** Index into `names`. */
  readonly name: readonly number[];
  /** Microseconds since the run's start. */
  readonly start_us: readonly number[];
  /** 0 for open calls. */
  readonly duration_us: readonly number[];
  readonly flags: readonly number[];
  /** Index into `files`, -1 when not known. The place of the call, not of the function. */
  readonly file: readonly number[];
  readonly line: readonly number[];
  /** Which branch of a flow was taken, for those calls where there is something to say. */
  readonly branches: readonly { readonly call: number; readonly label: string }[];
}

/** GET {E}/runs/{run_id}/calls/{index} → Single<CallValues>; index as in Trace. JSON texts. */
export interface CallValues {
  readonly args: string | null;
  readonly result: string | null;
  readonly error: string | null;
}

/** GET {E}/runs/{run_id}/logs?stream=&q=&limit=&offset= → Single<RunLogs>. In the order in which they were printed. */
export interface RunLogs {
  readonly lines: readonly LogLine[];
  /** Lines that fit the query. */
  readonly total: number;
  /** Prints that were left out because a limit was reached, and bytes that went with them. */
  readonly dropped: number;
  readonly dropped_bytes: number;
}

export const LOG_STREAMS = ['stdout', 'stderr'] as const;
export type LogStream = (typeof LOG_STREAMS)[number];

export interface LogLine {
  /** When it reached the worker. */
  readonly at: string;
  readonly stream: LogStream;
  /** Without its line feed. Secrets read `<secret>`. */
  readonly text: string;
}

/** GET {E}/runs/{run_id}/hierarchy → Single<Hierarchy>. */
export interface Hierarchy {
  /** The run itself, what it came from (upwards), its attempts and everything below, at most 500. */
  readonly nodes: readonly HierarchyNode[];
  readonly truncated: boolean;
}

export interface HierarchyNode {
  readonly run_id: string;
  /** The run that sent the event which started this one. */
  readonly parent_run_id: string | null;
  readonly retry_of_run_id: string | null;
  readonly function: string | null;
  readonly type: RunTypeName;
  readonly event_type: string | null;
  readonly status: RunStatusName;
  readonly attempt: number;
  readonly started_at: string;
  readonly duration_us: number | null;
}

/** POST {E}/runs/{run_id}/rerun → 202 Single<Started>. Any finished run; a new stream. */
export const rerunBody = z.object({
  /** JSON text of the argument; left out: the same as before. */
  input: z.optional(z.string()),
  build: z.optional(z.enum(['deployed', 'original'])),
});
export type RerunBody = z.infer<typeof rerunBody>;

// POST {E}/runs/{run_id}/retry  → 202 Single<Started>. Failed runs; same stream, next attempt.
/** POST {E}/runs/{run_id}/cancel → 202 Single<CancelAsked>. Running ones, and those that wait for another attempt. */
export interface CancelAsked {
  readonly run_id: string;
}

/** What was set going. The run's id is not known before a worker takes it; its event's is. */
export interface Started {
  readonly event_id: string;
  readonly stream_id: string;
}
