/** Tables: task. Reads only. */
import { LargeValues } from '@app/blobs';
import { NotFoundError, type EnvScope } from '@app/kernel';
import { Db, statement } from '@app/platform/database';
import { Injectable } from '@nestjs/common';
import { taskResult, taskStatusName, TASK_TYPES, type TaskView } from './task.view';

export interface TaskRow {
  readonly task_id: string;
  readonly env_id: string;
  readonly stream_id: string;
  readonly project_id: string | null;
  readonly build_id: string | null;
  readonly run_id: string | null;
  readonly origin_run_id: string | null;
  readonly function_name: string;
  readonly task_type: number;
  readonly status: number;
  readonly created_ms: number;
  readonly claimed_ms: number | null;
  readonly start_ms: number | null;
  readonly stop_ms: number | null;
  readonly duration_ms: number | null;
  readonly failure_kind: string | null;
  readonly result: string | null;
  readonly timeout_ms: number;
  readonly retry_attempt: number;
  readonly infra_retry_count: number;
  readonly next_retry_ms: number | null;
}

const ms = (column: string) => `extract(epoch FROM ${column})::float8 * 1000`;

/** Of hot.task with alias t. */
export const TASK_COLUMNS = `t.task_id, t.env_id, t.stream_id, t.project_id, t.build_id, t.run_id, t.origin_run_id,
  t.function_name, t.task_type::int AS task_type, t.status::int AS status, ${ms('t.created_at')} AS created_ms,
  ${ms('t.claimed_at')} AS claimed_ms, ${ms('t.start_time')} AS start_ms, ${ms('t.stop_time')} AS stop_ms,
  t.duration_ms::float8 AS duration_ms, t.failure_kind, t.result, t.timeout_ms::float8 AS timeout_ms,
  t.retry_attempt::int AS retry_attempt, t.infra_retry_count::int AS infra_retry_count,
  ${ms('t.next_retry_at')} AS next_retry_ms`;

const BY_IDS = statement(
  'tasks_by_ids',
  `SELECT ${TASK_COLUMNS} FROM hot.task t WHERE t.env_id = $1 AND t.task_id = ANY($2::uuid[])`,
);

const OF_STREAM = statement(
  'tasks_of_stream',
  `SELECT ${TASK_COLUMNS} FROM hot.task t WHERE t.env_id = $1 AND t.stream_id = $2 ORDER BY t.task_id DESC LIMIT $3`,
);

const USAGE = statement(
  'tasks_usage',
  `SELECT coalesce(sum(value) FILTER (WHERE metric = 'tasks'), 0)::float8 AS tasks,
          coalesce(sum(value) FILTER (WHERE metric = 'task_ms'), 0)::float8 AS task_ms,
          coalesce(sum(value) FILTER (WHERE metric = 'compute_units'), 0)::float8 AS compute_units
   FROM hot.usage_daily
   WHERE org_id = $1 AND day >= $2::date AND day < $3::date
     AND metric IN ('tasks', 'task_ms', 'compute_units')`,
);

/** Of the tasks of an organization that ended in a period. */
export interface TaskUsage {
  readonly tasks: number;
  readonly taskMs: number;
  readonly computeUnits: number;
}

@Injectable()
export class TaskReads {
  constructor(
    private readonly db: Db,
    private readonly values: LargeValues,
  ) {}

  /** Throws NotFoundError, also for tasks of other envs. */
  async get(scope: EnvScope, taskId: string): Promise<TaskView> {
    const [task] = await this.getMany(scope, [taskId]);
    if (task === undefined) throw new NotFoundError('Task');
    return task;
  }

  /** The same, for a program: throws LargeValueLostError rather than leaving a value out. */
  async whole(scope: EnvScope, taskId: string): Promise<TaskView> {
    const [row] = await this.db.query<TaskRow>(BY_IDS, [scope.envId, [taskId]]);
    if (row === undefined) throw new NotFoundError('Task');
    const task = toTaskView(row);
    const { runId, result } = task;
    if (runId === null || result === null || !this.values.holdsReferences(result)) return task;
    return { ...task, result: await this.values.whole(scope, { ownerId: runId, text: result }) };
  }

  /** Those that exist in the env, in no order. */
  async getMany(scope: EnvScope, taskIds: readonly string[]): Promise<readonly TaskView[]> {
    const rows = await this.db.query<TaskRow>(BY_IDS, [scope.envId, taskIds]);
    return this.filled(scope, rows.map(toTaskView));
  }

  /** Newest first. */
  async ofStream(scope: EnvScope, streamId: string, limit: number): Promise<readonly TaskView[]> {
    const rows = await this.db.query<TaskRow>(OF_STREAM, [scope.envId, streamId, limit]);
    return this.filled(scope, rows.map(toTaskView));
  }

  /** From counters. @param from first day, @param to day after the last: `2026-11-01` */
  async usage(orgId: string, from: string, to: string): Promise<TaskUsage> {
    const row = await this.db.queryOne<{ tasks: number; task_ms: number; compute_units: number }>(USAGE, [
      orgId,
      from,
      to,
    ]);
    return { tasks: row?.tasks ?? 0, taskMs: row?.task_ms ?? 0, computeUnits: row?.compute_units ?? 0 };
  }

  /** With the large values of their results put back: those of the run that they ended with. */
  private filled(scope: EnvScope, tasks: readonly TaskView[]): Promise<readonly TaskView[]> {
    return this.values.fill(
      scope,
      tasks,
      ({ runId, result }) => ({ ownerId: runId, text: result }),
      (task, result) => ({ ...task, result }),
    );
  }
}

export function toTaskView(row: TaskRow): TaskView {
  return {
    taskId: row.task_id,
    envId: row.env_id,
    streamId: row.stream_id,
    projectId: row.project_id,
    buildId: row.build_id,
    runId: row.run_id,
    originRunId: row.origin_run_id,
    functionName: row.function_name,
    taskType: row.task_type === TASK_TYPES.container ? 'container' : 'code',
    status: taskStatusName(row.status),
    createdAtMs: row.created_ms,
    claimedAtMs: row.claimed_ms,
    startTimeMs: row.start_ms,
    stopTimeMs: row.stop_ms,
    durationMs: row.duration_ms,
    failureKind: row.failure_kind,
    result: taskResult(row.result),
    timeoutMs: row.timeout_ms,
    retryAttempt: row.retry_attempt,
    infraRetryCount: row.infra_retry_count,
    nextRetryAtMs: row.next_retry_ms,
  };
}
