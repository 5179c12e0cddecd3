/** The whole platform on this machine: servers, database, applications; started and stopped in order. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startApp } from './app-process.mjs';
import { buildAdminPart, buildServerParts } from './build.mjs';
import { canDeployExample, deployExample } from './example.mjs';
import { Failure, describe } from './failure.mjs';
import { endLeftOvers, forgetChildren, noteChildren } from './leftovers.mjs';
import { openDataDir, secretKey } from './local-data.mjs';
import { demandPort } from './ports.mjs';
import { startPostgres } from './postgres.mjs';
import { startRedis } from './redis.mjs';
import { say, step } from './steps.mjs';
import { forgetServices, noteServices } from './services-note.mjs';
import { migrate } from './test-services.mjs';

const ROLES = ['api', 'admin-api', 'worker'];

/**
 * @param {{dataDir: string, serverDir: string, adminDir: string, apiPort: number, appPort: number, build: boolean}} options
 */
export function platform(options) {
  const servers = [];
  const apps = new Map();
  const abort = new AbortController();
  const { signal } = abort;
  let starting;
  let adminFailure;

  /** Starts everything. @returns {Promise<{apiUrl: string, appUrl: string, local: object}>} */
  function start() {
    starting = begin().catch((error) => {
      // The app is built beside everything else; its failure would otherwise go under when another one came first.
      if (adminFailure && adminFailure !== error && !signal.aborted) say(`\n${describe(adminFailure)}`);
      throw error;
    });
    return starting;
  }

  async function begin() {
    openDataDir(options.dataDir);
    const leftOver = await endLeftOvers(options.dataDir);
    if (leftOver.length > 0) say(`  An earlier start had left ${leftOver.join(', ')} running; ended.`);
    await demandPort({ port: options.apiPort, what: 'the API', variable: 'HOT_API_PORT' });
    await demandPort({ port: options.appPort, what: 'the app', variable: 'HOT_APP_PORT' });

    const admin = options.build ? buildAdminPart({ signal }) : undefined;
    // It is awaited below; until then its failure must not count as unhandled.
    admin?.catch((error) => (adminFailure = error));
    const [urls] = await settled([startServers(), options.build ? buildServerParts() : undefined]);
    noteServices(options.dataDir, urls);
    const env = environment(urls);
    signal.throwIfAborted();
    await step('migrations', () => migrate(urls.databaseUrl, options.serverDir));
    signal.throwIfAborted();
    const local = await step('local user', () => bootstrap(env));
    signal.throwIfAborted();
    await settled([startApps(env), admin], () => abort.abort());
    const [apiUrl, appUrl] = [`http://localhost:${options.apiPort}`, `http://localhost:${options.appPort}`];
    if (canDeployExample(options.serverDir)) {
      const work = () => deployExample({ ...options, apiUrl, apiKey: local.apiKey, env, signal });
      await step('example', work).catch((error) => {
        signal.throwIfAborted();
        say(`\n${describe(error)}\n`); // the platform is of use without its example
      });
    }
    return { apiUrl, appUrl, local };
  }

  async function startServers() {
    const keep = (server) => {
      servers.push(server);
      return server;
    };
    const { DATABASE_URL, REDIS_URL } = process.env;
    const postgres = DATABASE_URL
      ? { url: DATABASE_URL }
      : step('postgres', async () => {
          const server = keep(await startPostgres({ dir: join(options.dataDir, 'postgres') }));
          return { ...server, shown: `port ${server.port}${server.adopted ? ', was still running' : ''}` };
        });
    const redis = REDIS_URL
      ? { url: REDIS_URL }
      : step('redis', async () => {
          const server = keep(await startRedis({ dir: join(options.dataDir, 'redis') }));
          return { ...server, shown: `port ${server.port}, ${server.kind}` };
        });
    const [p, r] = await settled([postgres, redis]);
    return { databaseUrl: p.url, redisUrl: r.url };
  }

  const addressOf = (role) =>
    ({ api: `http://localhost:${options.apiPort}`, 'admin-api': `http://localhost:${options.appPort}` })[
      role
    ] ?? 'ready';

  const environment = ({ databaseUrl, redisUrl }) => ({
    ...process.env,
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    HOT_MODE: 'development',
    HOT_DATA_DIR: options.dataDir,
    HOT_API_PORT: String(options.apiPort),
    HOT_APP_PORT: String(options.appPort),
    HOT_APP_FOLDER: options.adminDir,
    HOT_ENCRYPTION_KEY: process.env.HOT_ENCRYPTION_KEY ?? secretKey(options.dataDir),
  });

  async function bootstrap(env) {
    const file = join(options.serverDir, 'apps', 'cli', 'src', 'bootstrap-local.js');
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [file], { env, timeout: 60_000 });
      return {
        ...JSON.parse(stdout.trim().split('\n').at(-1)),
        shown: 'local@hot.dev in local / development',
      };
    } catch (error) {
      throw new Failure(`The local organization could not be made:\n${error.stderr || error.message}`);
    }
  }

  async function startApps(env) {
    for (const role of ROLES) {
      const file = join(options.serverDir, 'apps', role, 'src', 'main.js');
      apps.set(role, {
        ...startApp({ role, file, env, log: join(options.dataDir, 'logs', `${role}.log`) }),
        file,
      });
    }
    noteChildren(
      options.dataDir,
      [...apps.values()].map(({ role, pid, file }) => ({ role, pid, file })),
    );
    await settled(
      [...apps.values()].map((app) => step(app.role, async () => (await app.ready) || addressOf(app.role))),
    );
  }

  /** A sentence when any part ends without having been asked to. */
  function failure() {
    const parts = [...apps.values(), ...servers].map((part) =>
      part.ended.then((why) => why || new Promise(() => {})),
    );
    return Promise.race(parts);
  }

  /** Stops in order: nobody accepts any more, then nobody works any more, then the servers. May be called twice. */
  async function stop() {
    abort.abort();
    await Promise.all(['api', 'admin-api'].map((role) => apps.get(role)?.stop()));
    await apps.get('worker')?.stop();
    // What was still being started is there now, or has failed; only then do we know all that is to be stopped.
    await starting?.catch(() => {});
    await Promise.all(servers.map((server) => server.stop()));
    forgetServices(options.dataDir);
    if (apps.size > 0) forgetChildren(options.dataDir);
  }

  return { start, failure, stop };
}

/**
 * Like Promise.all, but waits for all before it throws the first failure: nothing is left half-started behind it.
 * `hurry` is called at the first failure, so that long work can be given up.
 */
async function settled(promises, hurry = () => {}) {
  for (const promise of promises) Promise.resolve(promise).catch(hurry);
  const results = await Promise.allSettled(promises);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return results.map((result) => result.value);
}
