import { defineConfig, integer, variable, type ConfigOf } from '@app/platform/config';

const TERABYTE = 1024 ** 4;

export const storesConfig = defineConfig('stores', {
  connections: variable(
    'HOT_STORES_CONNECTIONS',
    integer(4, 1, 50),
    'Connections per worker for the stores of programs.',
  ),
  maxBytesPerOrg: variable(
    'HOT_STORES_MAX_BYTES',
    integer(-1, -1, 1_000 * TERABYTE),
    'Bytes that the stores of one organization may hold; -1: as many as there is room for.',
  ),
});

export type StoresConfig = ConfigOf<typeof storesConfig>;
