import type { Attribution, Can, TaskDetail, TaskPhase, TaskRow as AppTaskRow } from '@app/contracts';
import { hasAttemptsLeft, readRetryPolicy } from '@app/dispatch';
import { roleMay, type Role } from '@app/identity';
import { failurePreview, toFailure } from '@app/observe';
import { isEnded, taskStatusName, TASK_TYPES } from '@app/tasks';
import { toTaskContainer } from './container.mapper';
import type { TaskDetailRecord, TaskRecord } from './task-list.queries';

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
const us = (fromMs: number, toMs: number): number => Math.max(0, Math.round((toMs - fromMs) * 1_000));

export function toTaskRow(task: TaskRecord): AppTaskRow {
  const status = taskStatusName(task.status);
  const failed = status === 'failed' || status === 'timed_out';
  return {
    task_id: task.task_id,
    status,
    type: task.task_type === TASK_TYPES.container ? 'container' : 'code',
    function: task.function_name,
    project: task.project,
    error_preview: failed ? failurePreview(task.result_head) : null,
    stream_id: task.stream_id,
    run_id: task.run_id,
    origin_run_id: task.origin_run_id,
    attempt: task.retry_attempt + 1,
    infra_retries: task.infra_retry_count,
    next_attempt_at: iso(task.next_retry_ms),
    created_at: new Date(task.created_ms).toISOString(),
    started_at: iso(task.start_ms),
    stopped_at: iso(task.stop_ms),
    duration_us: task.start_ms === null || task.stop_ms === null ? null : us(task.start_ms, task.stop_ms),
    queue_us: task.claimed_ms === null ? null : us(task.created_ms, task.claimed_ms),
    compute_units: task.compute_units,
    size: task.size,
    exit_code: task.exit_code,
  };
}

export function toTaskDetail(task: TaskDetailRecord, attribution: Attribution, role: Role): TaskDetail {
  const row = toTaskRow(task);
  return {
    ...row,
    build:
      task.build_id === null || task.build_hash === null
        ? null
        : { build_id: task.build_id, hash: task.build_hash, deployed: task.build_deployed === true },
    timeout_ms: task.timeout_ms,
    max_attempts: maxAttempts(task.retry),
    phases: phasesOf(task),
    failure:
      row.status === 'failed' || row.status === 'timed_out'
        ? toFailure(task.result_head, task.failure_kind)
        : null,
    container: toTaskContainer(task.container, task.container_info),
    messages: { waiting: task.messages_waiting, taken: task.messages_taken },
    checkpoint_at: iso(task.checkpoint_ms),
    cancel_requested: task.cancel_requested,
    attribution,
    has_input: task.has_input,
    has_result: task.result_head !== null,
    can: { cancel: mayCancel(task, role) },
  };
}

function maxAttempts(retry: string | null): number {
  const policy = readRetryPolicy(retry === null ? undefined : (JSON.parse(retry) as unknown));
  return hasAttemptsLeft(policy, 0) ? 1 + policy.attempts : 1;
}

/** From its start on: waiting for a worker, attempts before the last one, the last one. */
function phasesOf(task: TaskDetailRecord): readonly TaskPhase[] {
  const { created_ms: createdMs, claimed_ms: claimedMs, start_ms: startMs } = task;
  const over = isEnded(taskStatusName(task.status));
  const stopMs = task.stop_ms;
  const phase = (name: TaskPhase['name'], fromMs: number, toMs: number | null): TaskPhase => ({
    name,
    us: toMs === null ? null : us(fromMs, toMs),
    since: new Date(fromMs).toISOString(),
  });
  if (claimedMs === null || startMs === null) return [phase('queued', createdMs, over ? stopMs : null)];
  const waiting = !over && task.run_id === null;
  return [
    phase('queued', createdMs, claimedMs),
    ...(startMs > claimedMs ? [phase('earlier', claimedMs, startMs)] : []),
    phase('running', startMs, waiting ? startMs : stopMs),
  ];
}

function mayCancel(task: TaskDetailRecord, role: Role): Can {
  if (!roleMay(role, 'run.cancel')) return { ok: false, reason: 'You need "run.cancel"' };
  if (isEnded(taskStatusName(task.status))) return { ok: false, reason: 'The task has ended' };
  return task.cancel_requested ? { ok: false, reason: 'It has been asked to stop already' } : { ok: true };
}
