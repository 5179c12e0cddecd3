import { defineConfig, optionalText, port, text, variable, type ConfigOf } from '@app/platform/config';

export const healthConfig = defineConfig('health', {
  metricsToken: variable(
    'HOT_METRICS_TOKEN',
    optionalText(),
    'What whoever reads /metrics sends as bearer token. Without one only this machine may read it, and not through a proxy.',
  ),
  workerHost: variable(
    'HOT_WORKER_HEALTH_HOST',
    text('localhost'),
    'Address that a worker answers health checks and /metrics on; 0.0.0.0 in containers.',
  ),
  workerPort: variable(
    'HOT_WORKER_HEALTH_PORT',
    port(0),
    'Port for them; 0 for none. Workers on one machine need different ones.',
  ),
});

export type HealthConfig = ConfigOf<typeof healthConfig>;
