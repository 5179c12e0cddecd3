import { defineConfig, duration, integer, variable, type ConfigOf } from '@app/platform/config';
import { totalmem } from 'node:os';

const ISOLATE_BYTES = 256 * 1024 * 1024;
/** Runs that share an isolate. */
const PER_ISOLATE = 16;
const byMemory = Math.floor(totalmem() / 2 / ISOLATE_BYTES) * PER_ISOLATE;

export const tasksWorkerConfig = defineConfig('tasks-worker', {
  maxConcurrent: variable(
    'HOT_TASK_CODE_MAX_CONCURRENT',
    integer(Math.max(PER_ISOLATE, Math.min(500, byMemory)), 1, 10_000),
    'Tasks that one worker has going at the same time. Tasks that have waited for a minute do not count.',
    '500, or what half of the memory is enough for',
  ),
  drainMs: variable(
    'HOT_TASK_SHUTDOWN_DRAIN',
    duration('30s', 'ms'),
    'How long a worker that was told to end waits for its tasks before it gives them back, uncounted.',
  ),
  parkAfterMs: variable(
    'HOT_TASK_PARK_AFTER',
    duration('60s', 'ms'),
    'How long a task waits for a message, another task or the time before it gives its slot to others.',
  ),
});

export type TasksWorkerConfig = ConfigOf<typeof tasksWorkerConfig>;
