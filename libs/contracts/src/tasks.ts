import type { Can, ListQuery } from './envelope';
import type { Attribution, BuildRef, RunFailure, RunRow } from './runs';

export const TASK_STATUSES = ['queued', 'running', 'completed', 'failed', 'timed_out', 'cancelled'] as const;
export type TaskStatusName = (typeof TASK_STATUSES)[number];

export const TASK_TYPES = ['code', 'container'] as const;
export type TaskTypeName = (typeof TASK_TYPES)[number];

export interface TaskRow {
  readonly task_id: string;
  readonly status: TaskStatusName;
  readonly type: TaskTypeName;
  /** Qualified name of a function, or an image. */
  readonly function: string;
  readonly project: string | null;
  /** At most 120 characters. */
  readonly error_preview: string | null;
  readonly stream_id: string;
  /** That goes on, or the last one; null while it is queued. */
  readonly run_id: string | null;
  readonly origin_run_id: string | null;
  /** From 1: its own retries. */
  readonly attempt: number;
  /** Attempts that were repeated because what ran them died; not counted as its own. */
  readonly infra_retries: number;
  readonly next_attempt_at: string | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly stopped_at: string | null;
  /** Of the last attempt; while it goes on null. */
  readonly duration_us: number | null;
  /** Before its first attempt; null while it waits for that. */
  readonly queue_us: number | null;
  /** Compute units: of containers. */
  readonly compute_units: number;
  /** Of a container: `nano` to `4xlarge`. */
  readonly size: string | null;
  /** Of a container's command, when it has ended. */
  readonly exit_code: number | null;
}

/** GET {E}/tasks → Listing<TaskRow>. Newest first. Facets: status, project. `q` finds ids and functions. */
export interface TaskListQuery extends ListQuery {
  readonly status?: string;
  readonly project?: string;
}

/** A phase of its life. Phases follow each other; `us` is null for one that goes on. */
export interface TaskPhase {
  readonly name: 'queued' | 'earlier' | 'running';
  readonly us: number | null;
  readonly since: string;
}

/** A container as it was ordered, and what came of it. */
export interface TaskContainer {
  readonly image: string;
  /** Null: that of the image. */
  readonly entrypoint: readonly string[] | null;
  /** Null: that of the image. */
  readonly command: readonly string[] | null;
  readonly script: string | null;
  /** Names of variables; no values. */
  readonly env: readonly string[];
  readonly mounts: readonly {
    readonly resource: string;
    readonly dest: string;
    readonly readonly: boolean;
  }[];
  readonly network: 'none' | 'internet';
  readonly memory_mb: number;
  /** Of one core. */
  readonly cpu_pct: number;
  readonly tmp_mb: number;
  readonly disk_mb: number;
  readonly timeout_secs: number;
  /** Compute units of one second. */
  readonly multiplier: number;
  /** Of the last attempt; null until it has ended. */
  readonly ended: {
    readonly container_id: string | null;
    readonly digest: string | null;
    readonly backend: string;
    readonly out_of_memory: boolean;
    readonly memory_peak_bytes: number | null;
    /** What each phase took, in the order in which they follow each other. */
    readonly timing: readonly { readonly phase: ContainerPhase; readonly us: number }[];
  } | null;
}

export const CONTAINER_PHASES = [
  'capacity_wait',
  'image_pull',
  'boot',
  'execution',
  'logs_collect',
  'cleanup',
] as const;
export type ContainerPhase = (typeof CONTAINER_PHASES)[number];

/** GET {E}/tasks/{task_id} → Single<TaskDetail>. */
export interface TaskDetail extends TaskRow {
  readonly build: BuildRef | null;
  readonly timeout_ms: number;
  /** Attempts in all that its options allow. */
  readonly max_attempts: number;
  readonly phases: readonly TaskPhase[];
  readonly failure: RunFailure | null;
  /** Null for a function. */
  readonly container: TaskContainer | null;
  readonly messages: { readonly waiting: number; readonly taken: number };
  readonly checkpoint_at: string | null;
  readonly cancel_requested: boolean;
  readonly attribution: Attribution | null;
  readonly has_input: boolean;
  readonly has_result: boolean;
  readonly can: { readonly cancel: Can };
}

// GET {E}/tasks/{task_id}/input, /result → Single<ValueText>; /input/raw, /result/raw → the whole text as an attachment
// GET {E}/tasks/{task_id}/checkpoint → Single<ValueText>

/** GET {E}/tasks/{task_id}/runs → Listing<RunRow>; every attempt, newest first. */
export type TaskRuns = RunRow;

/** POST {E}/tasks/{task_id}/cancel → 202 Single<TaskCancelAsked>. */
export interface TaskCancelAsked {
  readonly task_id: string;
}
