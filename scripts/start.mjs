/**
 * `npm start`: everything that Hot Platform needs, on this machine, until Ctrl-C. Data stay in .data.
 *
 * DATABASE_URL, REDIS_URL  use these servers instead of own ones
 * HOT_API_PORT, HOT_APP_PORT  4681 and 4680
 * HOT_DATA_DIR  another folder for the data
 * HOT_SERVER_DIR, HOT_APP_FOLDER  run what was built elsewhere; nothing is built
 */
import { join, resolve } from 'node:path';
import { describe, Failure } from './lib/failure.mjs';
import { tryLock, unlock } from './lib/lock.mjs';
import { root } from './lib/paths.mjs';
import { platform } from './lib/platform.mjs';
import { onShutdown } from './lib/shutdown.mjs';
import { bold, dim, step } from './lib/steps.mjs';

const { env } = process;
const dataDir = resolve(root, env.HOT_DATA_DIR ?? '.data');
const lock = join(dataDir, 'start.lock');
const began = Number(env.HOT_STARTED_AT ?? Date.now());

const options = {
  dataDir,
  serverDir: resolve(root, env.HOT_SERVER_DIR ?? 'dist/server'),
  adminDir: resolve(root, env.HOT_APP_FOLDER ?? 'dist/admin/browser'),
  apiPort: Number(env.HOT_API_PORT ?? 4681),
  appPort: Number(env.HOT_APP_PORT ?? 4680),
  build: env.HOT_SERVER_DIR === undefined,
};
const whole = platform(options);
let locked = false;
let shutdown;

async function stop(reason) {
  if (reason) console.log(reason === 'SIGINT' ? '\n' : '');
  await step('stop', () => whole.stop());
  if (locked) unlock(lock);
}

async function main() {
  process.chdir(root);
  shutdown = onShutdown(stop);
  const holder = tryLock(lock);
  if (holder !== 0) {
    throw new Failure(
      `Hot Platform is already running here (pid ${holder}).\nStop it with Ctrl-C in its terminal, or: kill ${holder}`,
    );
  }
  locked = true;
  const { apiUrl, appUrl, local } = await whole.start();
  console.log(`
${bold('Hot Platform is running')} ${dim(`after ${((Date.now() - began) / 1000).toFixed(1)} s`)}

  App   ${bold(appUrl)}   sign in with one click as ${local.userEmail ?? 'local@hot.dev'}
  API   ${bold(`${apiUrl}/v1`)}   explorer: ${apiUrl}/docs/api
  Key   ${bold(local.apiKey)}
        full access to organization local, environment development

  Logs are in ${join(dataDir, 'logs').replace(`${root}/`, '')}. Ctrl-C stops everything; your data stay.
`);
  throw new Failure(await whole.failure());
}

main().catch(async (error) => {
  if (shutdown?.isAsked()) return; // being stopped; what failed because of it is no news
  console.error(`\n${describe(error)}\n`);
  if (locked) await stop().catch((failure) => console.error(describe(failure)));
  process.exit(1);
});
