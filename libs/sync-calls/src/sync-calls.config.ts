import { availableParallelism } from 'node:os';
import { choice, defineConfig, integer, variable, type ConfigOf } from '@app/platform/config';

const FLOOR = 128;
const PER_CPU = 32;

export const syncCallsConfig = defineConfig('sync-calls', {
  concurrencyLimit: variable(
    'HOT_API_PUBLIC_CONCURRENCY_LIMIT',
    integer(Math.max(FLOOR, PER_CPU * availableParallelism()), 1, 1_000_000),
    'Requests of webhooks and MCP services that one process works on at once; more wait for their turn.',
    'max(128, 32 × CPUs)',
  ),
  rateLimitMode: variable(
    'HOT_API_PUBLIC_ORG_RATE_LIMIT_MODE',
    choice(['observe', 'enforce'], 'observe'),
    'observe: requests of webhooks and MCP services over the rate limit of a plan are only logged. enforce: they are answered 429.',
  ),
  inFlightPerOrg: variable(
    'HOT_API_PUBLIC_ORG_INFLIGHT_LIMIT',
    integer(50, -1, 1_000_000),
    'Webhooks and tools that one organization with a rate limit may have running at once in a process; 0 for no limit.',
  ),
});

export type SyncCallsConfig = ConfigOf<typeof syncCallsConfig>;
