/** A task as others see it. */

/** As in hot.task.status. */
export const TASK_STATUSES = {
  queued: 1,
  running: 2,
  completed: 3,
  failed: 4,
  cancelled: 5,
  timed_out: 6,
} as const;
export type TaskStatus = keyof typeof TASK_STATUSES;

export const TASK_TYPES = { code: 1, container: 2 } as const;
export type TaskType = keyof typeof TASK_TYPES;

export interface TaskView {
  readonly taskId: string;
  readonly envId: string;
  readonly streamId: string;
  readonly projectId: string | null;
  readonly buildId: string | null;
  /** Null while it is queued. */
  readonly runId: string | null;
  readonly originRunId: string | null;
  readonly functionName: string;
  readonly taskType: TaskType;
  readonly status: TaskStatus;
  readonly createdAtMs: number;
  /** Of the first attempt. */
  readonly claimedAtMs: number | null;
  /** Of the last attempt. */
  readonly startTimeMs: number | null;
  readonly stopTimeMs: number | null;
  readonly durationMs: number | null;
  readonly failureKind: string | null;
  /** JSON text; null until it has ended. */
  readonly result: string | null;
  readonly timeoutMs: number;
  readonly retryAttempt: number;
  readonly infraRetryCount: number;
  readonly nextRetryAtMs: number | null;
}

const ENDED: ReadonlySet<TaskStatus> = new Set(['completed', 'failed', 'cancelled', 'timed_out']);

export function isEnded(status: TaskStatus): boolean {
  return ENDED.has(status);
}

const NAMES = new Map<number, TaskStatus>(
  Object.entries(TASK_STATUSES).map(([name, id]) => [id, name as TaskStatus]),
);

export function taskStatusName(id: number): TaskStatus {
  const name = NAMES.get(id);
  if (name === undefined) throw new Error(`unknown task status ${id}`);
  return name;
}

/** What a task failed with has the shape of a run's failure and a type of its own. */
export function taskResult(result: string | null): string | null {
  return result === null
    ? null
    : result.replace(/^\{"\$type":"::hot::run\/(?=Failure"|Cancellation")/, '{"$type":"::hot::task/');
}

/** JSON text of the Task object of the public API. The result goes out as the text it is. */
export function taskJson(task: TaskView): string {
  const time = (ms: number | null) => (ms === null ? 'null' : `"${new Date(ms).toISOString()}"`);
  const id = (value: string | null) => (value === null ? 'null' : `"${value}"`);
  return (
    `{"task_id":"${task.taskId}","env_id":"${task.envId}","stream_id":"${task.streamId}",` +
    `"build_id":${id(task.buildId)},"run_id":${id(task.runId)},"origin_run_id":${id(task.originRunId)},` +
    `"function_name":${JSON.stringify(task.functionName)},"task_type":"${task.taskType}",` +
    `"status":"${task.status}","start_time":${time(task.startTimeMs)},"stop_time":${time(task.stopTimeMs)},` +
    `"duration_ms":${task.durationMs},"result":${task.result ?? 'null'},"timeout_ms":${task.timeoutMs},` +
    `"retry_attempt":${task.retryAttempt},"next_retry_at":${time(task.nextRetryAtMs)},` +
    `"created_at":${time(task.createdAtMs)}}`
  );
}
