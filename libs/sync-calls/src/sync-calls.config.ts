import { availableParallelism } from 'node:os';
import { defineConfig, integer, variable, type ConfigOf } from '@app/platform/config';

const FLOOR = 128;
const PER_CPU = 32;

export const syncCallsConfig = defineConfig('sync-calls', {
  concurrencyLimit: variable(
    'HOT_API_PUBLIC_CONCURRENCY_LIMIT',
    integer(Math.max(FLOOR, PER_CPU * availableParallelism()), 1, 1_000_000),
    'Requests of webhooks and MCP services that one process works on at once; more wait for their turn.',
    'max(128, 32 × CPUs)',
  ),
});

export type SyncCallsConfig = ConfigOf<typeof syncCallsConfig>;
