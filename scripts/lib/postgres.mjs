/**
 * Runs the embedded PostgreSQL 18 in a folder of ours: creates the cluster once, starts it, takes over one that is
 * already running there, and stops it cleanly. The binaries are driven directly; see the traps at each step.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from './failure.mjs';
import { STATE, embeddedPostgres, majorOf, runner } from './postgres-binaries.mjs';
import { anyFreePort, commandLine, firstFreePort, isAlive, signal, tail, waitGone } from './process.mjs';
import { endWithUs } from './watch.mjs';

const USER = 'hot';
const START_TIMEOUT_MS = 90_000; // crash recovery of a large cluster takes a while
const STOP_TIMEOUT_MS = 20_000;

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '120',
  shared_buffers: '256MB',
  wal_compression: 'on', // lz4 is not compiled in
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  jit: 'off',
  log_min_messages: 'warning',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** For tests: a crash may lose everything, the folder is thrown away anyway. */
const THROW_AWAY = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_connections: '200',
};

/**
 * @typedef {object} Postgres
 * @property {string} url address of the database, with user and password
 * @property {number} port
 * @property {number} pid
 * @property {boolean} adopted whether it was already running
 * @property {string} log its log file
 * @property {() => Promise<void>} stop ends it (fast shutdown); may be called twice
 * @property {Promise<string>} ended settles with a sentence when it ends without having been asked to
 */

/**
 * @param {{dir: string, port?: number, throwAway?: boolean, database?: string, namespace?: boolean}} options
 *   dir is the cluster's folder; its password, log and owner files lie beside it
 * @returns {Promise<Postgres>}
 */
export async function startPostgres(options) {
  const binaries = embeddedPostgres();
  const run = runner(binaries, { namespace: options.namespace });
  const where = places(options.dir, run);
  mkdirSync(dirname(where.data), { recursive: true });
  const password = readPassword(where.password);
  if (!existsSync(join(where.data, 'PG_VERSION')))
    initialize(run, where, password, options.throwAway === true);
  checkVersion(where.data, binaries.version);

  let server = await adopt(where);
  for (let attempt = 1; !server; attempt++) {
    const port = options.throwAway ? await anyFreePort() : await firstFreePort(options.port ?? 4690);
    server = await launch(run, where, port, options.throwAway === true, attempt);
  }
  const database = options.database ?? USER;
  const url = `postgres://${USER}:${password}@127.0.0.1:${server.port}/${database}`;
  const handle = control(
    server,
    where,
    server.watch ?? watchOver(server.pid, where, options.throwAway === true),
  );
  try {
    await ensureDatabase(url.replace(/\/[^/]*$/, '/postgres'), database);
  } catch (error) {
    await handle.stop();
    throw error.code === '28P01'
      ? new Failure(
          `The password in ${where.password} is not the one of the database in ${where.data}. Restore the file, or move both away to begin anew.`,
        )
      : error;
  }
  return { url, ...handle };
}

/** Paths around the cluster. Under another uid the data lie where that uid can reach them. */
function places(dir, run) {
  let data = dir;
  if (run.canEnter) {
    mkdirSync(dirname(dir), { recursive: true });
    if (!run.canEnter(dirname(dir)))
      data = join(STATE, `data-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}`);
  }
  return { data, password: `${dir}.password`, owner: `${dir}.owner`, log: `${dir}.log` };
}

/** The password of our database user: made once, readable by this user only. */
function readPassword(file) {
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  mkdirSync(dirname(file), { recursive: true });
  const password = randomBytes(24).toString('base64url');
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  return password;
}

/** initdb beside the final place, then one rename: an interrupted initdb never looks finished. */
function initialize(run, where, password, throwAway) {
  const half = `${where.data}.init`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { mode: 0o700 });
  const passwordFile = `${where.data}.init-password`;
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (run.uid !== undefined) {
    chownSync(half, run.uid, run.gid);
    chownSync(passwordFile, run.uid, run.gid);
  }
  // The built-in locale makes the cluster independent of what the machine has installed.
  const flags = [
    '-U',
    USER,
    '-E',
    'UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--auth=scram-sha-256',
  ];
  const args = [
    '-D',
    half,
    ...flags,
    `--pwfile=${passwordFile}`,
    '--no-instructions',
    ...(throwAway ? ['--no-sync'] : []),
  ];
  const [file, argv] = run.command(join(run.native, 'bin', 'initdb'), args);
  const result = spawnSync(file, argv, { ...run.spawnOptions, encoding: 'utf8' });
  rmSync(passwordFile, { force: true });
  if (result.status !== 0) {
    rmSync(half, { recursive: true, force: true });
    const said = `${result.error?.message ?? ''}${result.stdout ?? ''}${result.stderr ?? ''}`;
    throw new Failure(explain(said, `PostgreSQL could not create its data folder ${where.data}:`));
  }
  renameSync(half, where.data);
}

function checkVersion(data, version) {
  const found = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  if (found !== majorOf(version)) {
    throw new Failure(
      `The data in ${data} are those of PostgreSQL ${found}, but the binaries are version ${majorOf(version)}.\n` +
        'Start once with the old version to dump them, or move the folder away to begin anew.',
    );
  }
}

/** postmaster.pid: pid, data folder, start time, port, socket folder, address, shared memory, state. */
function readPidFile(data) {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3]), state: (lines[7] ?? '').trim() };
  } catch {
    return undefined;
  }
}

/** Whether the pid is a PostgreSQL of this folder; a pid alone may have been reused by anything. */
const isOurs = (pid, data) =>
  isAlive(pid) && commandLine(pid).includes('postgres') && commandLine(pid).includes(data);

/** Takes over a server that runs on this folder already: its starter was killed. */
async function adopt(where) {
  const until = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const found = readPidFile(where.data);
    if (!found || !isOurs(found.pid, where.data)) {
      await clearStalePidFile(where.data, found);
      return undefined;
    }
    if (found.state === 'ready') {
      // Claim it before looking again: a watch that was about to stop it gives up when it sees another owner.
      writeFileSync(where.owner, `adopting ${process.pid}`, { mode: 0o600 });
      await sleep(30);
      if (isOurs(found.pid, where.data) && readPidFile(where.data)?.state === 'ready')
        return { ...found, adopted: true };
    }
    if (Date.now() > until) {
      throw new Failure(
        `A PostgreSQL (pid ${found.pid}) holds ${where.data} and has been "${found.state || 'starting'}" for ${START_TIMEOUT_MS / 1000} s.`,
      );
    }
    await sleep(50);
  }
}

/**
 * A pid file whose pid now belongs to something else (or to a zombie) makes PostgreSQL refuse to start, so it has to
 * go. It is also PostgreSQL's guard against server processes left over by a killed postmaster: those are waited for.
 */
async function clearStalePidFile(data, found) {
  const until = Date.now() + 15_000;
  for (let others = processesIn(data); others.length > 0; others = processesIn(data)) {
    if (Date.now() > until)
      throw new Failure(
        `Processes of a killed PostgreSQL still use ${data}: pids ${others.join(', ')}. End them and start again.`,
      );
    await sleep(50);
  }
  if (found) rmSync(join(data, 'postmaster.pid'), { force: true });
}

/** Processes whose working folder is the cluster: every PostgreSQL process is one. Linux only; elsewhere none. */
function processesIn(data) {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readlinkSync(`/proc/${name}/cwd`) === data && isAlive(Number(name));
    } catch {
      return false; // ended, or somebody else's
    }
  });
}

const watchOver = (pid, where, throwAway) =>
  endWithUs({ pid, ownerFile: where.owner, signalName: 'INT', pauseSeconds: throwAway ? 1 : 3 });

/** Starts the server; undefined when the port was taken in the meantime or old processes still hold the folder. */
async function launch(run, where, port, throwAway, attempt) {
  const settings = Object.entries({ ...SETTINGS, ...(throwAway ? THROW_AWAY : {}) }).flatMap(([k, v]) => [
    '-c',
    `${k}=${v}`,
  ]);
  const [file, argv] = run.command(join(run.native, 'bin', 'postgres'), [
    '-D',
    where.data,
    '-p',
    String(port),
    ...settings,
  ]);
  const log = openSync(where.log, 'w', 0o600);
  // Its own process group: Ctrl-C must not stop the database before the applications have drained.
  const child = spawn(file, argv, { ...run.spawnOptions, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  let exited = false;
  child.once('exit', () => (exited = true));
  child.once('error', () => (exited = true));
  child.unref();
  const watch = child.pid === undefined ? undefined : watchOver(child.pid, where, throwAway);
  const until = Date.now() + START_TIMEOUT_MS;
  while (!exited) {
    const found = readPidFile(where.data);
    // "ready" alone proves nothing: a stale file says so too.
    if (found?.state === 'ready' && found.pid === child.pid) return { ...found, adopted: false, watch };
    if (Date.now() > until) {
      signal(child.pid, 'SIGQUIT');
      throw new Failure(
        `PostgreSQL was not ready after ${START_TIMEOUT_MS / 1000} s. Its log, ${where.log}, ends with:\n${tail(where.log)}`,
      );
    }
    await sleep(15);
  }
  watch?.release();
  const said = tail(where.log, 30);
  const again =
    /could not bind|could not create any TCP|Address already in use|lock file|pre-existing shared memory/.test(
      said,
    );
  if (again && attempt < 20) {
    await sleep(200);
    return adopt(where);
  }
  throw new Failure(explain(said, `PostgreSQL did not start. Its log, ${where.log}, ends with:`));
}

/** One sentence first when the reason is a known one. */
function explain(said, intro) {
  const known = /No space left on device/.test(said)
    ? 'The disk is full. Free some space and start again; the data are safe.\n'
    : /Disk quota exceeded/.test(said)
      ? 'The disk quota of this user is used up. Free some space and start again.\n'
      : /could not create shared memory|Cannot allocate memory/.test(said)
        ? 'There is not enough memory for PostgreSQL (it asks for 256 MB).\n'
        : '';
  return `${known}${intro}\n${said.trim()}`;
}

function control(server, where, watch) {
  let stopping = false;
  const ended = (async () => {
    while (isAlive(server.pid)) await new Promise((resolve) => setTimeout(resolve, 500).unref());
    if (stopping) return '';
    return explain(
      tail(where.log, 20),
      `PostgreSQL (pid ${server.pid}) ended. Its log, ${where.log}, ends with:`,
    );
  })();
  return {
    port: server.port,
    pid: server.pid,
    adopted: server.adopted,
    log: where.log,
    ended,
    async stop() {
      stopping = true;
      signal(server.pid, 'SIGINT'); // fast: open transactions are rolled back, everything is flushed
      if (!(await waitGone(server.pid, STOP_TIMEOUT_MS))) {
        signal(server.pid, 'SIGQUIT'); // recovers from its log at the next start
        await waitGone(server.pid, 5000);
      }
      watch.release();
      rmSync(where.owner, { force: true });
    },
  };
}

async function ensureDatabase(adminUrl, name) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE "${name.replaceAll('"', '""')}"`);
  } finally {
    await client.end();
  }
}
