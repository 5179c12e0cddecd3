import { availableParallelism } from 'node:os';
import {
  choice,
  defineConfig,
  duration,
  integer,
  optionalText,
  variable,
  type ConfigOf,
} from '@app/platform/config';

/** How user code is run. */
export const sandboxConfig = defineConfig('sandbox', {
  children: variable(
    'HOT_SANDBOX_CHILDREN',
    integer(Math.max(1, availableParallelism() - 1), 1, 256),
    'Processes that run user code, of one organization where each has its own. Started when needed, ended when idle.',
    'number of cores − 1, at least 1',
  ),
  spareChildren: variable(
    'HOT_SANDBOX_SPARE_CHILDREN',
    integer(4, 0, 256),
    'How many more of them there may be in all, where every organization has its own.',
  ),
  taskChildren: variable(
    'HOT_SANDBOX_TASK_CHILDREN',
    integer(1, 1, 256),
    'Processes that run tasks, apart from those that run events.',
  ),
  memoryMb: variable(
    'HOT_WORKER_VM_MEMORY_MB',
    integer(256, 16, 4_096),
    'Memory limit of one isolate in MiB.',
  ),
  runtimePath: variable(
    'HOT_SANDBOX_RUNTIME',
    optionalText(),
    'Path of the language runtime; the built one when absent.',
  ),
  idleMs: variable('HOT_SANDBOX_IDLE', duration('60s'), 'How long a process without work is kept.'),
  recycleAfterRuns: variable(
    'HOT_SANDBOX_RECYCLE_AFTER_RUNS',
    integer(1_000_000, 1, 1_000_000_000),
    'A process is replaced, once its runs have ended, after it has begun so many.',
  ),
  isolation: variable(
    'HOT_SANDBOX_ISOLATION',
    choice(['auto', 'org', 'shared'], 'auto'),
    'Whether a process serves one organization only: auto does so in production mode.',
  ),
});

export type SandboxConfig = ConfigOf<typeof sandboxConfig>;
