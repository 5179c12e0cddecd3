/** The frames of stream subscriptions. */
import type { RunStatusName, StreamNotice } from '@app/dispatch';
import { sseFrame } from '@app/platform/live';
import { runJson, type RunView } from '@app/runs';
import { taskJson, type TaskView } from '@app/tasks';

const NAMES = {
  running: 'run:start',
  succeeded: 'run:stop',
  failed: 'run:fail',
  cancelled: 'run:cancel',
  pending_retry: 'run:update',
} as const satisfies Record<RunStatusName, string>;

/** What a subscriber is told when a run has this status. */
export function runFrame(run: RunView): string {
  const name = NAMES[run.status];
  return sseFrame(name, `{"type":"${name}","run":${runJson(run)}}`);
}

/** A run's beginning, told by somebody who knows it only later. */
export function startFrame(run: RunView): string {
  return runFrame({ ...run, status: 'running', stopTimeMs: null, result: null, nextRetryAtMs: null });
}

/** From the notice alone: a beginning has no result that would have to be read. */
export function startFrameOf(notice: Extract<StreamNotice, { k: 'run' }>): string {
  return sseFrame('run:start', `{"type":"run:start","run":${JSON.stringify(notice.run)}}`);
}

/** The run that an end's notice brings along; null when it has to be read. */
export function endedView({ run, result, data }: Extract<StreamNotice, { k: 'end' }>): RunView | null {
  if (run === undefined || result === undefined || run.stop_time === null) return null;
  return {
    runId: run.run_id,
    envId: run.env_id,
    streamId: run.stream_id,
    buildId: run.build_id,
    runType: run.run_type,
    status: run.status,
    startTimeMs: Date.parse(run.start_time),
    stopTimeMs: Date.parse(run.stop_time),
    originRunId: run.origin_run_id,
    eventId: run.event_id,
    result,
    projectId: run.project_id,
    projectName: run.project_name,
    retryAttempt: run.retry_attempt,
    nextRetryAtMs: null,
    functionName: run.function_name,
    streamDataCount: data,
  };
}

/** For subscribers of one run, whatever its status. */
export function runUpdateFrame(run: RunView): string {
  return sseFrame('run:update', `{"type":"run:update","run":${runJson(run)}}`);
}

export function taskFrame(task: TaskView): string {
  return sseFrame('task:update', `{"type":"task:update","task":${taskJson(task)}}`);
}

export function dataFrame(notice: Extract<StreamNotice, { k: 'data' }>): string {
  return sseFrame(
    'stream:data',
    `{"type":"stream:data","stream_data_id":"${notice.id}","run_id":"${notice.runId}",` +
      `"data_type":${JSON.stringify(notice.type)},"payload":${notice.payload}}`,
  );
}

export function publishedFrame(event: {
  readonly eventId: string;
  readonly streamId: string;
  readonly eventType: string;
}): string {
  return sseFrame(
    'event:published',
    `{"type":"event:published","event_id":"${event.eventId}","stream_id":"${event.streamId}",` +
      `"event_type":${JSON.stringify(event.eventType)}}`,
  );
}

export function completeFrame(streamId: string): string {
  return sseFrame('stream:complete', `{"type":"stream:complete","stream_id":"${streamId}"}`);
}
