import type { StopReason } from '@app/lang';

/** The outcome of a run that was ended by force: the same as if it had listened, less what only it could have told. */
export function haltOutcome(
  reason: Exclude<StopReason, 'none' | 'shutdown'>,
  timeoutMs: number,
  memoryMb: number,
  startedAtMs: number,
): { readonly header: string; readonly resultJson: string } {
  const stats = { callCount: 0, traceBytes: 0, droppedCalls: 0 };
  if (reason === 'cancelled') {
    return {
      header: JSON.stringify({ status: 'cancelled', stats, startedAtMs }),
      resultJson: failure('::hot::run/Cancellation', 'Run cancelled'),
    };
  }
  const [failureKind, message] =
    reason === 'timeout'
      ? ['timeout', `Run timed out after ${timeoutMs / 1000} seconds`]
      : ['resource-limit', `Run exceeded its memory limit of ${memoryMb} MiB`];
  return {
    header: JSON.stringify({ status: 'failed', failureKind, retryable: null, stats, startedAtMs }),
    resultJson: failure('::hot::run/Failure', message),
  };
}

function failure(type: string, msg: string): string {
  return JSON.stringify({ $type: type, $val: { msg, [type.endsWith('Failure') ? 'err' : 'data']: null } });
}
