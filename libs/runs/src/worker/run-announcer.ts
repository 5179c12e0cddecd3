/** Tells whoever watches what happened to runs and events. Called after the commit that made it true. */
import {
  encodeStreamNotice,
  envChannel,
  MAX_RESULT_IN_NOTICE,
  runStatusName,
  runTypeName,
  streamChannel,
  TASKS_CHANNEL,
  type ClaimedRow,
  type RunHead,
  type StreamNotice,
} from '@app/dispatch';
import { LiveBus } from '@app/platform/live';
import { Injectable } from '@nestjs/common';
import type { RunTarget } from '../serving.port';

export interface RunEnd {
  readonly runId: string;
  readonly envId: string;
  readonly streamId: string;
  readonly eventId: string | null;
  readonly runType: number;
  readonly projectId: string | null;
  readonly functionName: string | null;
  /** 2 succeeded, 3 failed, 4 cancelled. */
  readonly status: 2 | 3 | 4;
  readonly durationUs: number;
  /** The user-visible reason of a failure or cancellation. */
  readonly reason: string | null;
  readonly streamDataCount: number;
  /** With it subscribers are told at once; null: they read the run. */
  readonly outcome: {
    readonly row: ClaimedRow;
    readonly target: RunTarget;
    readonly stopMs: number;
    /** JSON text. */
    readonly result: string;
  } | null;
}

const ENV_TYPES = { 2: 'run:stop', 3: 'run:fail', 4: 'run:cancel' } as const;
const TASK = 7;
const TASK_STATUSES = { 2: 'completed', 3: 'failed', 4: 'cancelled' } as const;
const MAX_REASON = 500;
/** A run that ends sooner is told with its end: one notice instead of two, and one frame built from the other. */
const QUICK_MS = 5;

interface Beginning {
  readonly runId: string;
  readonly envId: string;
  readonly streamId: string;
  readonly head: RunHead;
}

@Injectable()
export class RunAnnouncer {
  /** Not told yet, oldest first. */
  private readonly beginnings = new Map<string, Beginning>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly bus: LiveBus) {}

  handled(row: ClaimedRow, target: RunTarget | null): void {
    this.bus.publishSoon(
      envChannel(row.env_id),
      JSON.stringify({
        type: 'event:handled',
        event_id: row.event_id,
        env_id: row.env_id,
        stream_id: row.stream_id,
        event_type: row.event_type,
        project_id: target?.projectId ?? null,
      }),
    );
  }

  /** Before the first piece of the run's stream data. Runs of tasks are told as tasks. */
  started(row: ClaimedRow, runType: number, target: RunTarget | null, functionName: string | null): void {
    if (runType === TASK) {
      this.task(row.event_id, { ...taskPlace(row), runId: row.run_id, projectId: target?.projectId ?? null });
      this.taskEnv('task:started', row.event_id, { ...taskPlace(row), functionName });
      return;
    }
    const type = runTypeName(runType);
    this.bus.publishSoon(
      envChannel(row.env_id),
      JSON.stringify({
        type: 'run:start',
        run_id: row.run_id,
        env_id: row.env_id,
        stream_id: row.stream_id,
        run_type: type,
        event_id: row.event_id,
        project_id: target?.projectId ?? null,
        fn_name: functionName,
      }),
    );
    this.beginnings.set(row.run_id, {
      runId: row.run_id,
      envId: row.env_id,
      streamId: row.stream_id,
      head: headOf(row, runType, target),
    });
    this.timer ??= setTimeout(() => this.tellBeginnings(), QUICK_MS).unref();
  }

  ended(run: RunEnd): void {
    if (run.runType === TASK) {
      this.taskEnded(run);
      return;
    }
    const reason = run.reason?.slice(0, MAX_REASON);
    this.bus.publish(
      envChannel(run.envId),
      JSON.stringify({
        type: ENV_TYPES[run.status],
        run_id: run.runId,
        env_id: run.envId,
        stream_id: run.streamId,
        run_type: runTypeName(run.runType),
        event_id: run.eventId,
        project_id: run.projectId,
        fn_name: run.functionName,
        duration_ms: Math.round(run.durationUs / 1_000),
        ...(run.status === 3 ? { error: reason } : run.status === 4 ? { reason } : {}),
      }),
    );
    const { outcome } = run;
    const status = runStatusName(run.status) as 'succeeded' | 'failed' | 'cancelled';
    const end = {
      k: 'end',
      runId: run.runId,
      projectId: run.projectId,
      status,
      data: run.streamDataCount,
    } as const;
    if (outcome === null || outcome.result.length > MAX_RESULT_IN_NOTICE) {
      this.tellBeginning(run.runId);
      this.toStream(run.envId, run.streamId, end);
      return;
    }
    const { row, target, stopMs, result } = outcome;
    const head = this.beginnings.get(run.runId)?.head ?? headOf(row, run.runType, target);
    this.forget(run.runId);
    this.toStream(run.envId, run.streamId, {
      ...end,
      run: {
        ...head,
        status,
        stop_time: new Date(Math.max(stopMs, row.started_ms)).toISOString(),
        function_name: run.functionName,
      },
      result,
    });
  }

  /** This attempt failed and another one follows. */
  waits(
    run: Pick<
      RunEnd,
      'runId' | 'envId' | 'streamId' | 'eventId' | 'projectId' | 'streamDataCount' | 'runType'
    >,
  ): void {
    if (run.runType === TASK) {
      this.task(run.eventId ?? '', run);
      return;
    }
    this.tellBeginning(run.runId);
    this.toStream(run.envId, run.streamId, {
      k: 'end',
      runId: run.runId,
      projectId: run.projectId,
      status: 'pending_retry',
      data: run.streamDataCount,
    });
  }

  data(
    run: {
      readonly envId: string;
      readonly streamId: string;
      readonly runId: string;
      readonly projectId: string;
    },
    piece: { readonly seq: number; readonly id: string; readonly type: string; readonly payload: string },
  ): void {
    this.tellBeginning(run.runId);
    this.toStream(run.envId, run.streamId, {
      k: 'data',
      runId: run.runId,
      projectId: run.projectId,
      ...piece,
    });
  }

  /** A task changed; whoever follows it reads it. Its id is that of the event that ordered it. */
  task(
    taskId: string,
    where: {
      readonly envId: string;
      readonly streamId: string;
      readonly runId: string | null;
      readonly projectId: string | null;
    },
  ): void {
    const { runId, projectId } = where;
    this.toStream(where.envId, where.streamId, { k: 'task', taskId, runId, projectId });
  }

  /** For whoever waits for it in whatever process. */
  private taskEnded(run: RunEnd): void {
    const taskId = run.eventId ?? '';
    this.bus.publish(TASKS_CHANNEL, taskId);
    this.task(taskId, run);
    this.taskEnv('task:complete', taskId, run, {
      status: TASK_STATUSES[run.status],
      duration_ms: Math.round(run.durationUs / 1_000),
      ...(run.status === 3 ? { error: run.reason?.slice(0, MAX_REASON) } : {}),
    });
  }

  private taskEnv(
    type: 'task:started' | 'task:complete',
    taskId: string,
    of: { readonly envId: string; readonly streamId: string; readonly functionName: string | null },
    more: object = {},
  ): void {
    const { envId, streamId, functionName } = of;
    const facts = { task_id: taskId, env_id: envId, stream_id: streamId, function_name: functionName };
    this.bus.publish(envChannel(envId), JSON.stringify({ type, ...facts, task_type: 'code', ...more }));
  }

  private tellBeginnings(): void {
    this.timer = undefined;
    for (const runId of [...this.beginnings.keys()]) this.tellBeginning(runId);
  }

  private tellBeginning(runId: string): void {
    const beginning = this.beginnings.get(runId);
    if (beginning === undefined) return;
    this.forget(runId);
    this.toStream(beginning.envId, beginning.streamId, { k: 'run', run: beginning.head });
  }

  private forget(runId: string): void {
    this.beginnings.delete(runId);
    if (this.beginnings.size > 0) return;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private toStream(envId: string, streamId: string, notice: StreamNotice): void {
    this.bus.publish(streamChannel(envId, streamId), encodeStreamNotice(notice));
  }
}

function taskPlace(row: ClaimedRow): { readonly envId: string; readonly streamId: string } {
  return { envId: row.env_id, streamId: row.stream_id };
}

function headOf(row: ClaimedRow, runType: number, target: RunTarget | null): RunHead {
  return {
    run_id: row.run_id,
    env_id: row.env_id,
    stream_id: row.stream_id,
    build_id: target?.buildId ?? null,
    run_type: runTypeName(runType),
    status: 'running',
    start_time: new Date(row.started_ms).toISOString(),
    stop_time: null,
    origin_run_id: row.retry_of_run_id ?? row.origin_run_id,
    event_id: row.event_id,
    result: null,
    project_id: target?.projectId ?? null,
    project_name: target?.projectName ?? null,
    retry_attempt: row.attempt,
    next_retry_at: null,
  };
}
