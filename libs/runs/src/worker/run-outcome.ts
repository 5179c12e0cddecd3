/** What a sandbox's outcome means for a run. Pure. */
import { hasAttemptsLeft, retryDelayMs, RUN_TYPES, type RetryPolicy } from '@app/dispatch';
import type { SandboxOutcome } from '@app/platform/sandbox';

export type Verdict =
  | {
      readonly kind: 'finish';
      readonly status: 2 | 3 | 4;
      readonly result: string;
      readonly failureKind: string | null;
    }
  | {
      readonly kind: 'retry';
      readonly delayMs: number;
      readonly result: string;
      readonly failureKind: string;
    };

export interface AttemptFacts {
  readonly runType: number;
  readonly attempt: number;
  readonly policy: RetryPolicy;
  readonly cancelRequested: boolean;
  /** Uniform in [0, 1). */
  readonly random: number;
}

const RETRYING: ReadonlySet<number> = new Set([RUN_TYPES.event, RUN_TYPES.schedule, RUN_TYPES.task]);

/** Only handlers of events and schedules, and tasks, are tried again; calls have somebody waiting for this very run. */
export function judge(outcome: Exclude<SandboxOutcome, { status: 'lost' }>, facts: AttemptFacts): Verdict {
  if (outcome.status !== 'failed') {
    return {
      kind: 'finish',
      status: outcome.status === 'succeeded' ? 2 : 4,
      result: outcome.resultJson,
      failureKind: null,
    };
  }
  const { failureKind, resultJson: result, retryable } = outcome;
  const retries = RETRYING.has(facts.runType);
  if (
    retries &&
    retryable !== false &&
    !facts.cancelRequested &&
    hasAttemptsLeft(facts.policy, facts.attempt)
  ) {
    return {
      kind: 'retry',
      delayMs: retryDelayMs(facts.policy, facts.attempt + 1, facts.random),
      result,
      failureKind,
    };
  }
  return { kind: 'finish', status: 3, result, failureKind };
}

export function failureJson(message: string): string {
  return JSON.stringify({ $type: '::hot::run/Failure', $val: { msg: message, err: null } });
}

export function cancellationJson(message: string): string {
  return JSON.stringify({ $type: '::hot::run/Cancellation', $val: { msg: message } });
}

/** The text for people in a failure's or cancellation's result; null when there is none. */
export function reasonOf(resultJson: string): string | null {
  const value: unknown = JSON.parse(resultJson);
  if (typeof value !== 'object' || value === null || !('$val' in value)) return null;
  const inner = value.$val;
  return typeof inner === 'object' && inner !== null && 'msg' in inner && typeof inner.msg === 'string'
    ? inner.msg
    : null;
}
