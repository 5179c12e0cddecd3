import { defineConfig, optionalText, port, text, variable, type ConfigOf } from '@app/platform/config';

export const apiConfig = defineConfig('api', {
  host: variable(
    'HOT_API_HOST',
    text('localhost'),
    'Address that the public API listens on; 0.0.0.0 in containers.',
  ),
  gitSha: variable(
    'HOT_GIT_SHA',
    optionalText(),
    'Commit that was built, where the checkout is not at hand.',
  ),
  port: variable('HOT_API_PORT', port(4681), 'Port of the public API.'),
});

export type ApiConfig = ConfigOf<typeof apiConfig>;
