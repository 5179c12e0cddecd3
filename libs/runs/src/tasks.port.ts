/** Tasks of programs, as running needs to know them: calls of the library, and what a run that is a task waits for. */
import type { RunFacts } from './worker/extension-points';

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
export type TaskUser = RunFacts;

/** What goes on beside its caller. Provided by the lib that keeps it. */
export abstract class RunTasks {
  /**
   * JSON in, JSON out. Rejects with an error whose `code` and `message` the program is told; `cancelled` when the run is
   * no longer its worker's.
   * @param signal of the run: the same in all of its calls
   */
  abstract call(run: TaskUser, name: TaskCall, argsJson: string, signal: AbortSignal): Promise<string>;

  /** Of a task. Rejects when the run is over before. */
  abstract sleep(run: TaskUser, ms: number, signal: AbortSignal): Promise<void>;

  /** Somebody has cancelled a task that goes on here: how long it may go on to deal with it, in milliseconds. */
  abstract cancelled(taskId: string): number;
}
