/**
 * The samples of the API reference, run as they stand. Only the address and the token are put in; what a page leaves to
 * its reader (imports, constants from another sample) comes before, and a line that shows the outcome after.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = join(__dirname, '../..');
const SAMPLES = join(ROOT, 'e2e/samples');

export interface SampleSurroundings {
  readonly api: string;
  readonly key: string;
  /** Folder it runs in. */
  readonly cwd: string;
  readonly before?: string;
  readonly after?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export class RunningSample {
  output = '';
  private errors = '';

  constructor(private readonly child: ChildProcess) {
    child.stdout?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
  }

  /** Waits until it has said this. */
  async says(what: RegExp, withinMs = 15_000): Promise<RegExpExecArray> {
    const end = Date.now() + withinMs;
    for (;;) {
      const match = what.exec(this.output);
      if (match !== null) return match;
      if (Date.now() > end || this.child.exitCode !== null)
        throw new Error(`It never said ${String(what)}, but:\n${this.output}\n${this.errors}`);
      await sleep(20);
    }
  }

  /** Waits for its end, which must be a good one; answers what it said. */
  async ends(): Promise<string> {
    if (this.child.exitCode === null) await once(this.child, 'exit');
    await sleep(10); // the last output may come after the exit
    if (this.child.exitCode !== 0)
      throw new Error(`It ended with ${this.child.exitCode}:\n${this.output}\n${this.errors}`);
    return this.output;
  }

  /** For those that go on for ever. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

export type SampleLanguage = 'shell' | 'javascript' | 'python';

export function runSample(
  language: SampleLanguage,
  file: string,
  surroundings: SampleSurroundings,
): RunningSample {
  const { api, key, cwd, before = '', after = '', env = {} } = surroundings;
  const sample = readFileSync(join(SAMPLES, language, file), 'utf8')
    .replaceAll('https://api.hot.dev', api)
    .replaceAll('<token>', key);
  const script = join(cwd, `sample-${file}`);
  writeFileSync(script, WRITTEN[language](before, sample, after));
  const child = spawn(COMMANDS[language], [script], {
    cwd,
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_PATH: join(ROOT, 'node_modules'),
      HOT_API_KEY: key,
      PYTHONUNBUFFERED: '1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new RunningSample(child);
}

const COMMANDS: Readonly<Record<SampleLanguage, string>> = {
  shell: 'bash',
  javascript: process.execPath,
  python: 'python3',
};

type Writer = (before: string, sample: string, after: string) => string;

const plain: Writer = (before, sample, after) => `${before}\n${sample}\n${after}\n`;

const WRITTEN: Readonly<Record<SampleLanguage, Writer>> = {
  shell: plain,
  // They use both `require` and `await`, as in the body of somebody's async function.
  javascript: (before, sample, after) => `${before}\n(async () => {\n${sample}\n${after}\n})();\n`,
  python: plain,
};
