import { defineConfig, integer, variable, type ConfigOf } from '@app/platform/config';

export const keysConfig = defineConfig('keys', {
  sessionLimit: variable(
    'HOT_API_SESSION_LIMIT',
    integer(1_000, 1, 1_000_000),
    'Active sessions that one API key may have at a time.',
  ),
});

export type KeysConfig = ConfigOf<typeof keysConfig>;
