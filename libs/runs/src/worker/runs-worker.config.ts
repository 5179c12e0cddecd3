import { defineConfig, duration, integer, variable, type ConfigOf } from '@app/platform/config';

export const runsWorkerConfig = defineConfig('runs-worker', {
  runTimeoutMs: variable(
    'HOT_WORKER_RUN_TIMEOUT',
    duration('300s'),
    'A run that takes longer is stopped and recorded as failed.',
  ),
  shutdownTimeoutMs: variable(
    'HOT_WORKER_SHUTDOWN_TIMEOUT',
    duration('60s'),
    'How long a worker that was told to end waits for its runs before it gives them back.',
  ),
  maxRuns: variable(
    'HOT_WORKER_MAX_RUNS',
    integer(128, 1, 10_000),
    'Runs that one worker has going at the same time.',
  ),
  maxTraceBytes: variable(
    'HOT_TRACE_MAX_BYTES',
    integer(16 * 1024 * 1024, 0, 1024 * 1024 * 1024),
    'Bytes of trace kept per run.',
  ),
  maxLogBytes: variable(
    'HOT_RUN_LOG_MAX_BYTES',
    integer(1024 * 1024, 0, 64 * 1024 * 1024),
    'Bytes of printed text kept per run; what comes beyond is counted only.',
  ),
  maxDepth: variable(
    'HOT_MAX_RECURSION_DEPTH',
    integer(4_096, 1, 1_000_000),
    'Calls of a program inside each other; how many really can be depends on the stack.',
  ),
  maxTraceCalls: variable('HOT_TRACE_MAX_CALLS', integer(100_000, 0, 10_000_000), 'Calls recorded per run.'),
});

export type RunsWorkerConfig = ConfigOf<typeof runsWorkerConfig>;
