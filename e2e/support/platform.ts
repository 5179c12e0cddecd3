/** A whole platform for black-box tests: own database, own Redis database, own data folder, free ports. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { PlatformProcess, SERVER } from './processes';

const run = promisify(execFile);

export interface PlatformOptions {
  readonly workers?: number;
  readonly withApp?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Platform {
  readonly api: string;
  readonly app: string;
  readonly key: string;
  readonly databaseUrl: string;
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly processes: PlatformProcess[];
  /** Another worker, with another environment if one is given. */
  startWorker(env?: Readonly<Record<string, string>>): Promise<PlatformProcess>;
  startApi(): Promise<PlatformProcess>;
  /** Runs the command line against this platform. */
  hot(args: readonly string[], cwd: string): Promise<string>;
  query<T>(sql: string, params?: readonly unknown[]): Promise<T[]>;
  stop(): Promise<void>;
}

export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const folder = mkdtempSync(join(tmpdir(), 'hot-e2e-'));
  const database = await createDatabase();
  const [apiPort, appPort] = [await freePort(), await freePort()];
  const env: Record<string, string> = {
    DATABASE_URL: database.url,
    REDIS_URL: required('TEST_REDIS_URL'),
    HOT_MODE: 'development',
    HOT_DATA_DIR: folder,
    HOT_API_HOST: '127.0.0.1',
    HOT_API_PORT: `${apiPort}`,
    HOT_APP_HOST: '127.0.0.1',
    HOT_APP_PORT: `${appPort}`,
    HOT_SECRET_KEY: randomBytes(32).toString('hex'),
    HOT_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    HOT_REDIS_PREFIX: database.name,
    ...options.env,
  };
  const key = await bootstrap(env);
  const processes: PlatformProcess[] = [];
  const start = async (
    name: 'api' | 'admin-api' | 'worker',
    its: Readonly<Record<string, string>> = env,
  ): Promise<PlatformProcess> => {
    const started = await PlatformProcess.start(name, its, folder);
    processes.push(started);
    return started;
  };
  const client = new Client({ connectionString: database.url });
  await client.connect();
  // The server may be killed on purpose while this client idles.
  client.on('error', () => undefined);
  const begun = await Promise.allSettled([
    start('api'),
    ...(options.withApp === true ? [start('admin-api')] : []),
    ...Array.from({ length: options.workers ?? 1 }, () => start('worker')),
  ]);
  const failure = begun.find((each) => each.status === 'rejected');
  if (failure !== undefined) {
    // What did start would keep the test from ending, and nobody would hear of the reason.
    await Promise.all(processes.map((each) => each.stop()));
    await client.end();
    throw failure.reason;
  }
  return {
    api: `http://127.0.0.1:${apiPort}`,
    app: `http://127.0.0.1:${appPort}`,
    key,
    databaseUrl: database.url,
    env,
    folder,
    processes,
    startWorker: (its) => start('worker', its),
    startApi: () => start('api'),
    async hot(args, cwd) {
      const cliEnv = {
        PATH: process.env['PATH'] ?? '',
        HOT_API_URL: `http://127.0.0.1:${apiPort}`,
        HOT_API_KEY: key,
      };
      const { stdout } = await run(process.execPath, [join(SERVER, 'apps/cli/src/main.js'), ...args], {
        cwd,
        env: cliEnv,
      });
      return stdout;
    },
    async query<T>(sql: string, params: readonly unknown[] = []) {
      return (await client.query(sql, [...params])).rows as T[];
    },
    async stop() {
      await Promise.all(processes.map((each) => each.stop()));
      await client.end().catch(() => undefined);
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function bootstrap(env: Readonly<Record<string, string>>): Promise<string> {
  const script = join(SERVER, 'apps/cli/src/bootstrap-local.js');
  const { stdout } = await run(process.execPath, [script], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  const { apiKey } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { apiKey?: string };
  if (apiKey === undefined) throw new Error(`No API key in: ${stdout}`);
  return apiKey;
}

async function createDatabase(): Promise<{ name: string; url: string; drop: () => Promise<void> }> {
  const admin = required('TEST_DATABASE_URL');
  const name = `e2e_${randomBytes(6).toString('hex')}`;
  const ask = async (sql: string): Promise<void> => {
    const client = new Client({ connectionString: admin });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  await ask(`CREATE DATABASE ${name} TEMPLATE ${required('TEST_TEMPLATE_DB')}`);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return { name, url: url.href, drop: () => ask(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(
      `${name} is not set: run these tests with npm test, or node scripts/run.mjs scripts/with-services.mjs …`,
    );
  }
  return value;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
