import { defineConfig, duration, variable, type ConfigOf } from '@app/platform/config';

export const webhooksConfig = defineConfig('webhooks', {
  timeoutMs: variable(
    'HOT_WEBHOOK_TIMEOUT',
    duration('30s'),
    'How long a caller of a webhook waits for the function; the run goes on after that.',
  ),
});

export type WebhooksConfig = ConfigOf<typeof webhooksConfig>;
