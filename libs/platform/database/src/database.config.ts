import { defineConfig, duration, integer, requiredText, variable, type ConfigOf } from '@app/platform/config';

export const databaseConfig = defineConfig('database', {
  url: variable(
    'DATABASE_URL',
    requiredText(),
    'PostgreSQL 15 or newer, as postgres://user:password@host:port/database.',
  ),
  maxConnections: variable('HOT_DB_MAX_CONNECTIONS', integer(10, 2, 500), 'Connections per process.'),
  statementTimeoutMs: variable(
    'HOT_DB_STATEMENT_TIMEOUT',
    duration('30s', 'ms'),
    'A statement that takes longer is ended.',
  ),
  lockTimeoutMs: variable(
    'HOT_DB_LOCK_TIMEOUT',
    duration('5s', 'ms'),
    'A statement that waits longer for a lock is ended.',
  ),
  connectTimeoutMs: variable(
    'HOT_DB_CONNECT_TIMEOUT',
    duration('5s', 'ms'),
    'How long a request waits for a connection before it is answered 503.',
  ),
});

export type DatabaseConfig = ConfigOf<typeof databaseConfig>;
