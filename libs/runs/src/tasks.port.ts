/** Tasks of programs, as running needs to know them: calls of the library, and what a run that is a task waits for. */
import type { ClaimedRow } from '@app/dispatch';
import type { SandboxHandle, SandboxHost } from '@app/platform/sandbox';
import type { RunSecrets } from './secret-leaves';
import type { RunTarget } from './serving.port';

export const TASK_CALLS = [
  'task.start',
  'task.get',
  'task.wait',
  'task.cancel',
  'task.send',
  'task.receive',
  'task.checkpoint',
  'task.restore',
  'box.policy',
  'box.quota',
  'box.limits',
] as const;
export type TaskCall = (typeof TASK_CALLS)[number];

/** The run that starts, asks for or is a task. What it writes counts only while the incarnation has the dispatch row. */
export interface TaskUser {
  readonly runId: string;
  readonly dispatchId: string;
  readonly incarnation: string;
  readonly orgId: string;
  readonly envId: string;
  readonly retentionClass: number;
  readonly streamId: string;
  readonly byUserId: string | null;
  readonly accessId: string | null;
  /** As in RUN_TYPES. */
  readonly runType: number;
  readonly target: RunTarget;
  /** What it has read of what is secret. */
  readonly secrets: RunSecrets;
}

/** How many tasks may go on at once. */
export interface TaskPlaces {
  /** How long a worker that was told to end waits for its tasks. */
  readonly drainMs: number;
  /** False when no more are started; else the place must be released, or given to a run. */
  acquire(): boolean | Promise<boolean>;
  release(): void;
  begin(runId: string): void;
  end(runId: string): void;
  /** Starts nothing more. Resolves when all that goes on, but for what merely waits, has ended. */
  close(): Promise<void>;
}

/** Whether a claimed row can begin here: now, later or elsewhere, or never. */
export type Admission = 'now' | 'later' | { readonly problem: string };

export interface ContainerStart {
  /** JSON text: a list of the one argument of the task. */
  readonly argsJson: string;
  /** JSON texts. */
  readonly secrets: readonly string[];
  readonly host: SandboxHost;
  /** What is kept of it in the `info` of its run: JSON-able. */
  readonly tell: (facts: object) => void;
}

/** Tasks that are containers instead of functions. */
export interface TaskContainers {
  admit(row: ClaimedRow): Promise<Admission>;
  /** As a sandbox does. */
  start(run: TaskUser, start: ContainerStart): SandboxHandle;
}

/** What goes on beside its caller. Provided by the lib that keeps it. */
export abstract class RunTasks {
  /**
   * JSON in, JSON out. Rejects with an error whose `code` and `message` the program is told; `cancelled` when the run is
   * no longer its worker's.
   * @param signal of the run: the same in all of its calls
   */
  abstract call(run: TaskUser, name: TaskCall, argsJson: string, signal: AbortSignal): Promise<string>;

  abstract readonly places: TaskPlaces;

  abstract readonly containers: TaskContainers;

  /** Of a task. Rejects when the run is over before. */
  abstract sleep(run: TaskUser, ms: number, signal: AbortSignal): Promise<void>;

  /** Somebody has cancelled a task that goes on here: how long it may go on to deal with it, in milliseconds. */
  abstract cancelled(taskId: string): number;
}
