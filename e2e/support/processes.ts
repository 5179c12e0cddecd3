import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
export const SERVER = join(ROOT, 'dist/server');
const READY_WITHIN_MS = 30_000;

/** One process of the platform, started as the starter does it: with a channel that tells when it is ready. */
export class PlatformProcess {
  private constructor(
    readonly name: string,
    readonly child: ChildProcess,
    readonly url: string | undefined,
  ) {}

  static async start(
    name: 'api' | 'admin-api' | 'worker',
    env: Readonly<Record<string, string>>,
    logFolder: string,
  ): Promise<PlatformProcess> {
    const { HOME: home = '/', PATH: path = '' } = process.env;
    const child = spawn(process.execPath, [join(SERVER, `apps/${name}/src/main.js`)], {
      cwd: ROOT,
      env: { HOME: home, PATH: path, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    mkdirSync(logFolder, { recursive: true });
    const log = createWriteStream(join(logFolder, `${name}.log`), { flags: 'a' });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    const url = await whenReady(name, child);
    return new PlatformProcess(name, child, url);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends it in order; by force when it takes longer than ten seconds. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(timer);
  }
}

function whenReady(name: string, child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${name} was not ready within ${READY_WITHIN_MS / 1000} s`));
    }, READY_WITHIN_MS);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(new Error(`${name} ended while starting (${signal ?? code}); its log tells why`));
    });
    child.on('message', (message: { type?: string; url?: string }) => {
      if (message.type !== 'ready') return;
      clearTimeout(timer);
      child.removeAllListeners('exit');
      resolve(message.url);
    });
  });
}
