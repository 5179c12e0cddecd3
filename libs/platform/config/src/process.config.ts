import { choice, text } from './values';
import { defineConfig, variable, type ConfigOf } from './slice';

/** What every process needs to know about where it runs. */
export const processConfig = defineConfig('process', {
  mode: variable(
    'HOT_MODE',
    choice(['production', 'development'], 'production'),
    'development allows what only a local machine may: one-click sign-in, calls to private addresses, generated keys.',
  ),
  dataDir: variable(
    'HOT_DATA_DIR',
    text('.data'),
    'Folder for builds, files and what this machine remembers.',
  ),
});

export type ProcessConfig = ConfigOf<typeof processConfig>;
