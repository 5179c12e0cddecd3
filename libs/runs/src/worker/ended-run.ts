/** What is kept of a run that ended. */
import type { ClaimedRow, EndedRun } from '@app/dispatch';
import type { SandboxOutcome } from '@app/platform/sandbox';
import type { ActiveRun } from './active-run';
import type { RunHost } from './run-host';
import type { PlannedRun } from './run-router';

/** What its column holds. Three seconds of turns of a loop over numbers are more. */
const MAX_COUNTED = 2_147_483_647;

export function endedRun(
  { row, restarts }: ActiveRun,
  planned: PlannedRun,
  result: string,
  failureKind: string | null,
  host: RunHost,
  outcome: Exclude<SandboxOutcome, { status: 'lost' }> | null,
): EndedRun {
  const stopMs = Date.now();
  const startedMs = outcome === null || outcome.startedAtMs <= 0 ? row.started_ms : outcome.startedAtMs;
  const { trace, segments } = host.endOfTrace();
  const info: Record<string, unknown> = { queue_timing: queueTiming(row, startedMs) };
  if (failureKind !== null) info['failure_kind'] = failureKind;
  if (planned.warning !== null) info['warning'] = planned.warning;
  if (restarts.length > 0) info['restarts'] = restarts;
  if (host.container !== null) info['container'] = host.container;
  if (host.missingContext.length > 0) info['missing_ctx'] = host.missingContext;
  if (outcome !== null && outcome.droppedCalls > 0) {
    info['trace_truncated'] = {
      recorded: outcome.callCount - outcome.droppedCalls,
      dropped: outcome.droppedCalls,
    };
  }
  return {
    dispatchId: row.dispatch_id,
    runId: row.run_id,
    retentionClass: row.retention_class,
    stopMs,
    durationUs: Math.max(0, Math.round((stopMs - startedMs) * 1_000)),
    result,
    info: JSON.stringify(info),
    failureKind,
    agentType: planned.target.agentType,
    callCount: Math.min(outcome?.callCount ?? 0, MAX_COUNTED),
    traceBytes: outcome?.traceBytes ?? 0,
    streamDataCount: host.streamDataCount,
    trace,
    segments,
  };
}

/** No more of a run's end than any database takes: that, when and why. */
export function bareEnd(
  row: ClaimedRow,
  result: string,
  failureKind: string,
  streamDataCount: number,
): EndedRun {
  const stopMs = Date.now();
  return {
    dispatchId: row.dispatch_id,
    runId: row.run_id,
    retentionClass: row.retention_class,
    stopMs,
    durationUs: Math.max(0, Math.round((stopMs - row.started_ms) * 1_000)),
    result,
    info: JSON.stringify({ failure_kind: failureKind, queue_timing: queueTiming(row, row.started_ms) }),
    failureKind,
    agentType: null,
    callCount: 0,
    traceBytes: 0,
    streamDataCount: Math.min(streamDataCount, MAX_COUNTED),
    trace: null,
    segments: [],
  };
}

/** Where the time went before the program began. */
export function queueTiming(row: ClaimedRow, startedMs: number): object {
  return {
    backend: 'bull',
    enqueued_at: new Date(row.created_ms).toISOString(),
    claimed_at: new Date(row.started_ms).toISOString(),
    ...(row.attempt > 0 || row.delivery > 1
      ? { retry_queue_age_us: Math.max(0, Math.round((row.started_ms - row.created_ms) * 1_000)) }
      : { queue_wait_us: Math.max(0, Math.round((row.started_ms - row.created_ms) * 1_000)) }),
    redelivered: row.delivery > 1,
    worker_preparation_us: Math.max(0, Math.round((startedMs - row.started_ms) * 1_000)),
  };
}
