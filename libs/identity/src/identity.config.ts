import { defineConfig, duration, optionalText, variable, type ConfigOf } from '@app/platform/config';

export const identityConfig = defineConfig('identity', {
  sessionMs: variable(
    'HOT_APP_SESSION_TIMEOUT',
    duration('720h', 'h'),
    'How long a sign-in to the app lasts after its last use.',
  ),
  appUrl: variable(
    'HOT_APP_URL',
    optionalText(),
    'Address under which browsers reach the app, when a proxy in front of it changes the host name.',
  ),
});

export type IdentityConfig = ConfigOf<typeof identityConfig>;
