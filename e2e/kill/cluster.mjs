/** A platform whose every part can be killed: own PostgreSQL and Redis on fixed ports, api and workers as processes. */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { startPostgres } from '../../scripts/lib/postgres.mjs';
import { anyFreePort, canConnect } from '../../scripts/lib/process.mjs';
import { startRedis } from '../../scripts/lib/redis.mjs';
import { migrate } from '../../scripts/lib/test-services.mjs';

const run = promisify(execFile);
const SERVER = inRoot('dist', 'server');
const FIXTURE = inRoot('e2e', 'fixtures', 'sdk');

export class Cluster {
  static async start({ redis, env = {} } = {}) {
    const cluster = new Cluster();
    cluster.folder = mkdtempSync(join(tmpdir(), 'hot-kill-'));
    mkdirSync(join(cluster.folder, 'data'));
    cluster.redisKind = redis;
    cluster.processes = new Map();
    cluster.ports = { api: await anyFreePort(), app: await anyFreePort() };
    await cluster.startPostgres();
    await cluster.startRedis();
    await migrate(cluster.postgres.url);
    cluster.env = {
      PATH: process.env.PATH,
      DATABASE_URL: cluster.postgres.url,
      REDIS_URL: cluster.redis.url,
      HOT_MODE: 'development',
      HOT_DATA_DIR: join(cluster.folder, 'data'),
      HOT_API_HOST: '127.0.0.1',
      HOT_API_PORT: String(cluster.ports.api),
      HOT_SECRET_KEY: randomBytes(32).toString('hex'),
      HOT_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
      ...env,
    };
    const { stdout } = await run(process.execPath, [join(SERVER, 'apps/cli/src/bootstrap-local.js')], {
      env: cluster.env,
    });
    cluster.key = JSON.parse(stdout.trim().split('\n').at(-1)).apiKey;
    cluster.api = `http://127.0.0.1:${cluster.ports.api}`;
    await cluster.spawn('api');
    await cluster.spawn('worker');
    await run(process.execPath, [join(SERVER, 'apps/cli/src/main.js'), 'deploy'], {
      cwd: FIXTURE,
      env: { PATH: process.env.PATH, HOT_API_URL: cluster.api, HOT_API_KEY: cluster.key },
    });
    return cluster;
  }

  async startPostgres() {
    this.postgres = await startPostgres({
      dir: join(this.folder, 'postgres'),
      ...(this.postgres && { port: this.postgres.port }),
    });
  }

  async startRedis() {
    const dir = join(this.folder, 'redis');
    this.redis = await startRedis({
      dir,
      only: this.redisKind,
      ...(this.redis && { port: Number(new URL(this.redis.url).port) }),
    });
  }

  /** Starts one process; a second worker gets a name of its own: worker-2. */
  async spawn(name) {
    const app = name.replace(/-\d+$/, '');
    const log = createWriteStream(join(this.folder, `${name}.log`), { flags: 'a' });
    const child = spawn(process.execPath, [join(SERVER, `apps/${app}/src/main.js`)], {
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    this.processes.set(name, child);
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${name} was not ready within 60 s`)), 60_000);
      child.on('message', (message) => message.type === 'ready' && (clearTimeout(timer), resolve()));
      child.once(
        'exit',
        (code, signal) => (clearTimeout(timer), reject(new Error(`${name} ended: ${signal ?? code}`))),
      );
    });
  }

  kill(name) {
    return this.end(name, 'SIGKILL');
  }

  /** Lets it end in its own way. Throws when it does not end in order. */
  async stopInOrder(name) {
    const code = await this.end(name, 'SIGTERM');
    if (code !== 0) throw new Error(`${name} ended with ${code}`);
  }

  async end(name, signal) {
    const child = this.processes.get(name);
    const gone = new Promise((resolve) => child.once('exit', (code, by) => resolve(by ?? code)));
    child.kill(signal);
    return gone;
  }

  async killPostgres() {
    process.kill(this.postgres.pid, 'SIGKILL');
    await waitUntilClosed(this.postgres.port);
    // The backends notice the death of their parent by themselves; a new server waits for the last of them.
    await sleep(300);
  }

  async killAndWipeRedis() {
    const port = Number(new URL(this.redis.url).port);
    process.kill(this.redis.pid, 'SIGKILL');
    await waitUntilClosed(port);
    rmSync(join(this.folder, 'redis'), { recursive: true, force: true });
  }

  /** Process ids of a worker's sandbox children. */
  sandboxChildren(name = 'worker') {
    const parent = this.processes.get(name).pid;
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map(Number)
      .filter((pid) => {
        try {
          const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
          return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
        } catch {
          return false; // ended while we looked
        }
      });
  }

  async query(sql, params = []) {
    const client = new pg.Client({ connectionString: this.postgres.url });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query(sql, params)).rows;
    } finally {
      await client.end();
    }
  }

  async stop() {
    for (const child of this.processes.values()) {
      child.kill('SIGCONT');
      child.kill('SIGKILL');
    }
    await this.redis.stop();
    await this.postgres.stop();
    if (!process.env.KEEP) rmSync(this.folder, { recursive: true, force: true });
  }
}

async function waitUntilClosed(port) {
  for (let i = 0; i < 200 && (await canConnect(port)); i += 1) await sleep(25);
}
