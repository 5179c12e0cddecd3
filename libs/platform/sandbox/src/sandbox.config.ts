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
    'Processes that run user code. Started when needed, ended after a minute without work.',
  ),
  memoryMb: variable(
    'HOT_WORKER_VM_MEMORY_MB',
    integer(256, 16, 4096),
    'Memory limit of one isolate in MiB.',
  ),
  runtimePath: variable(
    'HOT_SANDBOX_RUNTIME',
    optionalText(),
    'Path of the language runtime; the built one when absent.',
  ),
  idleMs: variable('HOT_SANDBOX_IDLE', duration('60s'), 'How long a child without work is kept.'),
  isolation: variable(
    'HOT_SANDBOX_ISOLATION',
    choice(['auto', 'org', 'shared'], 'auto'),
    'Whether a child serves one organization only: auto does so in production mode.',
  ),
});

export type SandboxConfig = ConfigOf<typeof sandboxConfig>;
