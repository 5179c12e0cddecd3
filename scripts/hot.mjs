/**
 * The command line `hot` from the sources, for any folder on disk: bin/hot, or `npm run hot -- …`. What is not compiled
 * yet is compiled first, without a word on stdout: that belongs to the command.
 */
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { buildServer } from './lib/build-server.mjs';
import { buildBundles } from './lib/bundles.mjs';
import { describe } from './lib/failure.mjs';
import { exclusively } from './lib/lock.mjs';
import { inRoot } from './lib/paths.mjs';
import { knownServices } from './lib/services-note.mjs';

const { env } = process;

try {
  // npm runs scripts in the root and notes where it was called from.
  if (env.npm_lifecycle_event === 'hot' && env.INIT_CWD) process.chdir(env.INIT_CWD);
  await exclusively(
    inRoot('.cache', 'build-server.lock'),
    async () => {
      await buildServer();
      await buildBundles();
    },
    (pid) => console.error(`Another build (pid ${pid}) is at work; waiting for it.`),
  );
} catch (error) {
  console.error(describe(error));
  process.exit(1);
}
// These work on the database itself; without one named, on that of the installation of this folder.
if (['verify', 'user'].includes(process.argv[2] ?? '')) {
  const dataDir = resolve(inRoot(), env.HOT_DATA_DIR ?? '.data');
  const known = knownServices(dataDir)?.databaseUrl;
  if (known !== undefined) env.DATABASE_URL ??= known;
}
const main = inRoot('dist', 'server', 'apps', 'cli', 'src', 'main.js');
process.argv.splice(1, 1, main);
process.setSourceMapsEnabled(true);
createRequire(import.meta.url)(main);
