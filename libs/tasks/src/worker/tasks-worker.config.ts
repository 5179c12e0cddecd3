import { defineConfig, duration, integer, variable, type ConfigOf } from '@app/platform/config';

/** Runs that one sandbox process begins before it makes the next ones wait: more would wait there instead of elsewhere. */
const PER_CHILD = 64;
const MIB = 1024 * 1024;

export const tasksWorkerConfig = defineConfig('tasks-worker', {
  maxConcurrent: variable(
    'HOT_TASK_CODE_MAX_CONCURRENT',
    integer(PER_CHILD, 1, 10_000),
    'Tasks that one worker has going at the same time, 64 for each of its processes for tasks. Tasks that have waited for a minute do not count.',
  ),
  drainMs: variable(
    'HOT_TASK_SHUTDOWN_DRAIN',
    duration('30s', 'ms'),
    'How long a worker that was told to end waits for its tasks before it gives them back, uncounted.',
  ),
  parkAfterMs: variable(
    'HOT_TASK_PARK_AFTER',
    duration('60s', 'ms'),
    'How long a task waits for a message, another task or the time before it gives its slot to others. Sandboxes do so after 60 seconds.',
  ),
  containerMemoryMb: variable(
    'HOT_TASK_CONTAINER_MEMORY_MB',
    integer(8_192, 64, 1_048_576),
    'Memory of all containers that one worker has going at the same time. More wait.',
  ),
  containerOutputBytes: variable(
    'HOT_TASK_CONTAINER_OUTPUT_BYTES',
    integer(MIB, 1_024, 10 * MIB),
    'What the result of a container keeps of its output, and as much again of its errors: of more, beginning and end.',
  ),
});

export type TasksWorkerConfig = ConfigOf<typeof tasksWorkerConfig>;
