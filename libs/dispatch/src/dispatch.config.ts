import { defineConfig, duration, integer, variable, type ConfigOf } from '@app/platform/config';

export const dispatchConfig = defineConfig('dispatch', {
  durableConnections: variable(
    'HOT_DISPATCH_CONNECTIONS',
    integer(4, 2, 50),
    'Connections per process for accepting events and for outcomes of runs.',
  ),
  relaxedConnections: variable(
    'HOT_DISPATCH_CLAIM_CONNECTIONS',
    integer(3, 1, 50),
    'Connections per worker for claims and starts.',
  ),
  maxAttempts: variable('HOT_RETRY_MAX_ATTEMPTS', integer(10, 0, 100), 'Most retries a handler may ask for.'),
  maxDelayMs: variable('HOT_RETRY_MAX_DELAY_MS', duration('1h', 'ms'), 'Longest pause between two attempts.'),
  defaultDelayMs: variable(
    'HOT_RETRY_DEFAULT_DELAY_MS',
    duration('1s', 'ms'),
    'Pause between two attempts when the handler names none.',
  ),
});

export type DispatchConfig = ConfigOf<typeof dispatchConfig>;
