/** The build as steps with progress. Everything is driven by content, so an unchanged tree costs some 50 ms. */
import { existsSync } from 'node:fs';
import { buildAdmin } from './build-admin.mjs';
import { buildServer } from './build-server.mjs';
import { buildBundles } from './bundles.mjs';
import { exclusively } from './lock.mjs';
import { inRoot } from './paths.mjs';
import { say, step } from './steps.mjs';

const waiting = (what) => (pid) => say(`  ${what}: another build (pid ${pid}) is at work; waiting for it.`);

/** Server code and the bundle for isolates. @returns {Promise<{hash: string}>} hash of the server's sources */
export function buildServerParts(options = {}) {
  return step('server', () =>
    exclusively(
      inRoot('.cache', 'build-server.lock'),
      async () => {
        const { compiled, files, hash, problems } = await buildServer(options);
        for (const problem of problems) say(`\nDoes not compile, left out: ${problem}\n`);
        const bundles = await buildBundles();
        const news = [
          compiled > 0 && `${compiled} files compiled`,
          bundles.length > 0 && `${bundles.length} bundle`,
        ].filter(Boolean);
        return { hash, shown: news.length > 0 ? news.join(', ') : `${files} files, up to date` };
      },
      waiting('server'),
    ),
  );
}

/** The Angular app. `signal` ends a build that is under way. */
export function buildAdminPart(options = {}) {
  return step(
    'app',
    () =>
      exclusively(
        inRoot('.cache', 'build-admin.lock'),
        async () => ((await buildAdmin(options)) ? 'built' : 'up to date'),
        waiting('app'),
      ),
    existsSync(inRoot('dist', '.admin.json')) ? '' : 'ng build, once, about 10 s',
  );
}

export async function buildAll() {
  const [server] = await Promise.all([buildServerParts(), buildAdminPart()]);
  return server;
}
