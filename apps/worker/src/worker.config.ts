import { defineConfig, list, variable, type ConfigOf } from '@app/platform/config';

export const WORKER_ROLES = ['events', 'tasks', 'maintenance'] as const;
export type WorkerRole = (typeof WORKER_ROLES)[number];

export const workerConfig = defineConfig('worker', {
  roles: variable(
    'HOT_WORKER_ROLES',
    list(WORKER_ROLES.join(',')).refine(
      (roles) => roles.every((role) => WORKER_ROLES.some((known) => known === role)),
      {
        error: `must be a list of ${WORKER_ROLES.join(', ')}`,
      },
    ),
    'What this worker does. events: run handlers and load builds. tasks: run tasks. maintenance: sweep, fold counters, make partitions.',
  ),
});

export type WorkerConfig = ConfigOf<typeof workerConfig>;
