import { choice, defineConfig, variable, type ConfigOf } from '@app/platform/config';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const telemetryConfig = defineConfig('telemetry', {
  logLevel: variable(
    'HOT_LOG_LEVEL',
    choice(LOG_LEVELS, 'info'),
    'The least important lines that are written.',
  ),
});

export type TelemetryConfig = ConfigOf<typeof telemetryConfig>;
