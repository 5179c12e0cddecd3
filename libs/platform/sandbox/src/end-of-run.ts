/** How the end of a run crosses: a short header that the worker reads, and the result, which nobody on the way parses. */
import type { FailureKind, RunStats, StopReason } from '@app/lang';
import type { SandboxOutcome } from './port';

export interface EndOfRun {
  /** JSON of an EndHeader. */
  readonly header: string;
  readonly startedAtMs: number;
  readonly resultJson: string;
}

interface EndHeader {
  readonly status: 'succeeded' | 'failed' | 'cancelled';
  readonly failureKind: FailureKind | null;
  readonly retryable: boolean | null;
  readonly stats: RunStats | null;
}

export type HaltReason = Exclude<StopReason, 'none' | 'shutdown'>;

/** The language's list; a test compares. */
export const FAILURE_KINDS = [
  'failure',
  'unhandled-error',
  'timeout',
  'worker-lost',
  'resource-limit',
] as const satisfies readonly FailureKind[];

/** The end of a run that was halted by force: the same as if it had listened, less what only it could have told. */
export function haltEnd(
  reason: HaltReason,
  facts: { readonly timeoutMs: number; readonly memoryMb: number; readonly startedAtMs: number },
): EndOfRun {
  if (reason === 'timeout')
    return failedEnd('timeout', null, timeoutMessage(facts.timeoutMs), facts.startedAtMs);
  if (reason === 'memory') {
    const message = `Run exceeded its memory limit of ${facts.memoryMb} MiB`;
    return failedEnd('resource-limit', null, message, facts.startedAtMs);
  }
  return {
    header: header({ status: 'cancelled', failureKind: null, retryable: null, stats: null }),
    startedAtMs: facts.startedAtMs,
    resultJson: JSON.stringify({
      $type: '::hot::run/Cancellation',
      $val: { msg: 'Run cancelled', data: null },
    }),
  };
}

export function failedEnd(
  failureKind: FailureKind,
  retryable: boolean | null,
  msg: string,
  startedAtMs: number,
): EndOfRun {
  return {
    header: header({ status: 'failed', failureKind, retryable, stats: null }),
    startedAtMs,
    resultJson: JSON.stringify({ $type: '::hot::run/Failure', $val: { msg, err: null } }),
  };
}

export function timeoutMessage(timeoutMs: number): string {
  return `Run timed out after ${timeoutMs / 1000} seconds`;
}

/** Throws when the header is not one: whoever sent it is not our child any more. */
export function outcomeOf(end: EndOfRun): Exclude<SandboxOutcome, { readonly status: 'lost' }> {
  const { status, failureKind, retryable, stats } = JSON.parse(end.header) as Readonly<
    Record<string, unknown>
  >;
  const known = {
    resultJson: end.resultJson,
    startedAtMs: count(end.startedAtMs),
    ...countsOf(stats),
  };
  if (status === 'succeeded' || status === 'cancelled') return { status, ...known };
  const kind = FAILURE_KINDS.find((each) => each === failureKind);
  if (status !== 'failed' || kind === undefined || !(typeof retryable === 'boolean' || retryable === null)) {
    throw new Error('not the end of a run');
  }
  return { status, failureKind: kind, retryable, ...known };
}

function countsOf(stats: unknown): RunStats {
  const {
    callCount = 0,
    traceBytes = 0,
    droppedCalls = 0,
  } = (stats ?? {}) as Readonly<Record<string, unknown>>;
  return { callCount: count(callCount), traceBytes: count(traceBytes), droppedCalls: count(droppedCalls) };
}

function count(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new Error('not a count');
  return value as number; // a safe integer by the line above
}

function header(value: EndHeader): string {
  return JSON.stringify(value);
}
