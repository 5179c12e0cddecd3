import { defineConfig, port, text, variable, type ConfigOf } from '@app/platform/config';

export const adminApiConfig = defineConfig('admin-api', {
  host: variable('HOT_APP_HOST', text('localhost'), 'Address that the app listens on.'),
  port: variable('HOT_APP_PORT', port(4680), 'Port of the app.'),
  folder: variable('HOT_APP_FOLDER', text('dist/admin/browser'), 'Folder of the built app.'),
});

export type AdminApiConfig = ConfigOf<typeof adminApiConfig>;
