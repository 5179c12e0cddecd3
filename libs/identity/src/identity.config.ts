import { defineConfig, duration, optionalText, port, variable, type ConfigOf } from '@app/platform/config';

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
  apiUrl: variable(
    'HOT_API_URL',
    optionalText(),
    'Address of the public API, as the app shows it to people; by default that of this machine.',
  ),
  apiPort: variable('HOT_API_PORT', port(4681), 'Port of the public API.'),
});

export type IdentityConfig = ConfigOf<typeof identityConfig>;
