/** Runs `npm start` with stand-ins for the applications in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { eventually } from '@app/testing';

const root = resolve(__dirname, '..', '..');
const STAND_IN = join(__dirname, 'stand-in.cjs');

export interface Starter {
  readonly output: () => string;
  readonly pid: number;
  /** Exit code; 128 + signal when killed. */
  readonly exited: Promise<number>;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Resolves when the text has been printed; fails when the starter ends without it. */
  readonly printed: (text: string) => Promise<void>;
}

export interface Playground {
  readonly dir: string;
  readonly apiPort: number;
  readonly appPort: number;
  readonly start: (env?: Readonly<Record<string, string>>, through?: 'npm') => Starter;
  /** Pids of every process whose command line or working folder belongs to this playground. */
  readonly processes: () => readonly number[];
  readonly remove: () => Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((settle, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => settle(typeof address === 'object' && address ? address.port : 0));
    });
  });

export async function playground(): Promise<Playground> {
  const dir = mkdtempSync(join(tmpdir(), 'hot-starter-'));
  const server = join(dir, 'server');
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(server, file)), { recursive: true });
    writeFileSync(join(server, file), text);
  };
  const standIn = (role: string, port: string): string =>
    `require(${JSON.stringify(STAND_IN)}).run('${role}', ${port});\n`;
  write('apps/api/src/main.js', standIn('api', 'Number(process.env.HOT_API_PORT)'));
  write('apps/admin-api/src/main.js', standIn('admin-api', 'Number(process.env.HOT_APP_PORT)'));
  write('apps/worker/src/main.js', standIn('worker', '0'));
  write('apps/cli/src/bootstrap-local.js', `console.log(JSON.stringify({ apiKey: 'hot_test_key' }));\n`);
  write('apps/cli/src/main.js', `console.log('deployed');\n`);
  write('apps/cli/src/commands/build.command.js', '');
  write('libs/platform/database/src/migrate.js', `console.log('The database is up to date.');\n`);
  const [apiPort, appPort] = await Promise.all([freePort(), freePort()]);
  const starters: Starter[] = [];

  const start = (env: Readonly<Record<string, string>> = {}, through?: 'npm'): Starter => {
    const { DATABASE_URL: _d, REDIS_URL: _r, ...outer } = process.env;
    const command = through ? ['npm', 'start'] : [process.execPath, 'scripts/run.mjs', 'scripts/start.mjs'];
    const child = spawn(command[0] ?? '', command.slice(1), {
      cwd: root,
      env: {
        ...outer,
        HOT_SERVER_DIR: server,
        HOT_DATA_DIR: join(dir, 'data'),
        HOT_API_PORT: String(apiPort),
        HOT_APP_PORT: String(appPort),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const starter = observe(child);
    starters.push(starter);
    return starter;
  };

  return {
    dir,
    apiPort,
    appPort,
    start,
    processes: () => processesOf(dir),
    async remove() {
      for (const starter of starters) starter.signal('SIGTERM');
      await Promise.all(starters.map((starter) => starter.exited));
      await eventually(() => processesOf(dir).length === 0, { timeoutMs: 15_000 });
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function observe(child: ChildProcess): Starter {
  let output = '';
  let code: number | undefined;
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number>((settle) => {
    child.once('close', (exit, name) => {
      code = exit ?? (name === 'SIGKILL' ? 137 : 128);
      settle(code);
    });
  });
  return {
    output: () => output,
    pid: child.pid ?? 0,
    exited,
    signal: (name) => void child.kill(name),
    async printed(text) {
      await eventually(
        () => {
          if (output.includes(text)) return true;
          if (code !== undefined)
            throw new Error(`ended with ${code} without printing "${text}":\n${output}`);
          return false;
        },
        { timeoutMs: 30_000 },
      ).catch((error: unknown) => {
        throw new Error(`"${text}" was not printed:\n${output}`, { cause: error });
      });
    },
  };
}

/** Linux only, as the tests that use it: reads /proc. */
function processesOf(dir: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        const state = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.[0];
        if (state === 'Z') return false;
        const line = readFileSync(`/proc/${name}/cmdline`, 'utf8');
        return line.includes(dir) || readlinkSync(`/proc/${name}/cwd`).startsWith(dir);
      } catch {
        return false; // it has just ended
      }
    })
    .map(Number);
}
