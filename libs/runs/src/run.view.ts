import type { RunStatusName, RunTypeName } from '@app/dispatch';

/** A run as others see it, finished or not. */
export interface RunView {
  readonly runId: string;
  readonly envId: string;
  readonly streamId: string;
  readonly buildId: string | null;
  readonly runType: RunTypeName;
  readonly status: RunStatusName;
  readonly startTimeMs: number;
  /** Set iff not running. */
  readonly stopTimeMs: number | null;
  /** The run this one repeats, else the run that sent its event. */
  readonly originRunId: string | null;
  readonly eventId: string | null;
  /** JSON text; null while running. */
  readonly result: string | null;
  readonly projectId: string | null;
  readonly projectName: string | null;
  readonly retryAttempt: number;
  /** Only while it waits for its retry. */
  readonly nextRetryAtMs: number | null;
  readonly functionName: string | null;
  readonly streamDataCount: number;
}

/** JSON text of the Run object of the public API. The result goes out as the text it is. */
export function runJson(run: RunView): string {
  const time = (ms: number | null) => (ms === null ? 'null' : `"${new Date(ms).toISOString()}"`);
  const id = (value: string | null) => (value === null ? 'null' : `"${value}"`);
  return (
    `{"run_id":"${run.runId}","env_id":"${run.envId}","stream_id":"${run.streamId}","build_id":${id(run.buildId)},` +
    `"run_type":"${run.runType}","status":"${run.status}","start_time":${time(run.startTimeMs)},` +
    `"stop_time":${time(run.stopTimeMs)},"origin_run_id":${id(run.originRunId)},"event_id":${id(run.eventId)},` +
    `"result":${run.result ?? 'null'},"project_id":${id(run.projectId)},` +
    `"project_name":${JSON.stringify(run.projectName)},"retry_attempt":${run.retryAttempt},` +
    `"next_retry_at":${time(run.nextRetryAtMs)}}`
  );
}

export function isTerminal(status: RunStatusName): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled';
}
