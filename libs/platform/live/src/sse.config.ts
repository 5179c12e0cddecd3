import { choice, defineConfig, duration, integer, variable, type ConfigOf } from '@app/platform/config';

export const sseConfig = defineConfig('sse', {
  timeoutMs: variable(
    'HOT_API_SSE_TIMEOUT_SECONDS',
    duration('300s'),
    'How long a subscription of a stream or environment lasts before the server ends it.',
  ),
  keepAliveMs: variable(
    'HOT_API_SSE_KEEPALIVE_SECONDS',
    duration('15s'),
    'A subscription without output gets a comment line after this time.',
  ),
  limitMode: variable(
    'HOT_API_SSE_CONNECTION_LIMIT_MODE',
    choice(['observe', 'enforce'], 'observe'),
    'observe: subscriptions over a limit are only logged. enforce: they are answered 429.',
  ),
  perCredential: variable(
    'HOT_API_SSE_CONNECTIONS_PER_CREDENTIAL',
    integer(128, 0, 1_000_000),
    'Open subscriptions of one credential; 0 for no limit.',
  ),
  perOrg: variable(
    'HOT_API_SSE_CONNECTIONS_PER_ORG',
    integer(1_024, 0, 1_000_000),
    'Open subscriptions of one organization; 0 for no limit.',
  ),
  perProcess: variable(
    'HOT_API_SSE_CONNECTIONS_GLOBAL',
    integer(10_000, 0, 1_000_000),
    'Open subscriptions of one process; 0 for no limit.',
  ),
});

export type SseConfig = ConfigOf<typeof sseConfig>;
