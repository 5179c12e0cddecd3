/**
 * Throw-away servers for tests: PostgreSQL without durability, Redis without persistence, both in a temporary folder.
 * When the migrations are compiled they are applied once to a template database, from which tests clone theirs.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildServerParts } from './build.mjs';
import { Failure } from './failure.mjs';
import { inRoot } from './paths.mjs';
import { startPostgres } from './postgres.mjs';
import { isAlive } from './process.mjs';
import { startRedis } from './redis.mjs';
import { step } from './steps.mjs';

const PREFIX = 'hot-test-';
export const TEMPLATE = 'hot_template';
const SERVER = inRoot('dist', 'server');
const migrateFile = (serverDir) => join(serverDir, 'libs', 'platform', 'database', 'src', 'migrate.js');

/**
 * @param {{redis?: string, build?: boolean, durable?: boolean}} [options] redis: only this rung of the ladder (path, apt, wasm);
 *   build: compile the server first, tolerating files that do not compile; durable: as safe as in production, for
 *   measuring
 * @returns {Promise<{env: Record<string, string>, postgres: object, redis: object, stop(): Promise<void>}>}
 */
export async function startTestServices(options = {}) {
  removeLeftOvers();
  if (options.build) await buildServerParts({ tolerant: true });
  const dir = join(tmpdir(), `${PREFIX}${process.pid}-${Math.random().toString(36).slice(2, 8)}`);
  mkdirSync(dir, { mode: 0o711 }); // another uid may have to pass through to the data
  const started = [];
  const stop = async () => {
    await Promise.all(started.splice(0).map((server) => server.stop()));
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const [postgres, redis] = await Promise.all([
      startPostgres({ dir: join(dir, 'postgres'), throwAway: !options.durable, database: TEMPLATE }).then(
        (s) => (started.push(s), s),
      ),
      startRedis({ dir: join(dir, 'redis'), throwAway: !options.durable, only: options.redis }).then(
        (s) => (started.push(s), s),
      ),
    ]);
    if (existsSync(migrateFile(SERVER))) await step('migrations', () => migrate(postgres.url));
    return {
      env: {
        TEST_DATABASE_URL: postgres.url.replace(/\/[^/]*$/, '/postgres'),
        TEST_TEMPLATE_DB: TEMPLATE,
        TEST_REDIS_URL: redis.url,
      },
      postgres,
      redis,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Applies the compiled migrations to the database. */
export async function migrate(databaseUrl, serverDir = SERVER) {
  const env = { ...process.env, DATABASE_URL: databaseUrl };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [migrateFile(serverDir)], {
      env,
      timeout: 300_000,
    });
    return stdout.trim().split('\n').at(-1) ?? '';
  } catch (error) {
    throw new Failure(`The migrations failed:\n${error.stdout ?? ''}${error.stderr ?? error.message}`);
  }
}

/** Folders of runs that were killed. Their servers end by themselves. */
function removeLeftOvers() {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (!pid || isAlive(Number(pid))) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // another user's, or a server is just writing its last file
    }
  }
}
