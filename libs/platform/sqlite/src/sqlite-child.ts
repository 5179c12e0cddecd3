/** The worker's end of one child, in which the SQL of one run is at work. */
import { fork, type ChildProcess } from 'node:child_process';
import { dirname, resolve, sep } from 'node:path';
import { Refusal } from '@app/platform/calls';
import type { SqliteAnswer, SqliteChildSettings, SqliteRequest } from './child/messages';
import type { OpenCopy } from './program-sqlite';

export interface ChildSettings extends SqliteChildSettings {
  /** The compiled entry of a child. */
  readonly childPath: string;
  readonly heapMb: number;
  /** A statement that takes longer ends the child with everything in it. */
  readonly statementMs: number;
}

interface Pending {
  readonly settle: (answer: SqliteAnswer) => void;
  readonly fail: (problem: Refusal) => void;
}

export class SqliteChild {
  private readonly process: ChildProcess;
  private pending: Pending | null = null;
  /** The request that came last: they are answered one after the other. */
  private last: Promise<unknown> = Promise.resolve();
  private problem: Refusal | null = null;
  private isGone = false;
  private nextCopy = 1;
  private copies = 0;

  /** @param gone called once, when the process is no longer there */
  constructor(
    private readonly settings: ChildSettings,
    private readonly gone: () => void,
  ) {
    this.process = start(settings);
    this.process.on('message', (answer) => this.hear(answer));
    this.process.once('error', (error) =>
      this.end(new Refusal('io', `SQLite does not start: ${error.message}`)),
    );
    this.process.once('exit', (_code, signal) => this.end(causeOf(signal, settings)));
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  get isAlive(): boolean {
    return this.problem === null;
  }

  /** The last copy that is closed ends the process. */
  async open(content: Uint8Array, readOnly: boolean): Promise<OpenCopy> {
    const copy = this.nextCopy++;
    this.copies += 1;
    try {
      await this.ask({ op: 'open', copy, content, readOnly });
    } catch (error) {
      this.closed();
      throw error;
    }
    return {
      isAlive: () => this.isAlive,
      execute: (sql, params) => this.askText({ op: 'execute', copy, sql, params }),
      query: (sql, params) => this.askText({ op: 'query', copy, sql, params }),
      content: () => this.askBytes({ op: 'content', copy }),
      close: async () => {
        await this.ask({ op: 'close', copy });
        this.closed();
      },
    };
  }

  kill(problem: Refusal): void {
    this.problem ??= problem;
    this.process.kill('SIGKILL');
  }

  private closed(): void {
    this.copies -= 1;
    if (this.copies === 0) this.kill(new Refusal('invalid', 'the database is closed'));
  }

  private async askText(request: SqliteRequest): Promise<string> {
    const value = await this.ask(request);
    if (typeof value === 'string') return value;
    throw this.nonsense();
  }

  private async askBytes(request: SqliteRequest): Promise<Uint8Array> {
    const value = await this.ask(request);
    if (value instanceof Uint8Array) return value;
    throw this.nonsense();
  }

  private async ask(request: SqliteRequest): Promise<unknown> {
    const asked = this.last.then(() => this.answered(request));
    this.last = asked.catch(() => undefined);
    const answer = await asked;
    if (answer.ok) return answer.value;
    throw new Refusal(answer.code, answer.message);
  }

  private answered(request: SqliteRequest): Promise<SqliteAnswer> {
    if (this.problem !== null) return Promise.reject(this.problem);
    return new Promise<SqliteAnswer>((resolve, reject) => {
      const { statementMs } = this.settings;
      const timer = setTimeout(() => {
        const long = `a statement took longer than ${statementMs / 1_000} s; the databases of the run were closed`;
        this.kill(new Refusal('timeout', long));
      }, statementMs);
      const done = (): void => {
        clearTimeout(timer);
        this.pending = null;
      };
      this.pending = {
        settle: (answer) => {
          done();
          resolve(answer);
        },
        fail: (problem) => {
          done();
          reject(problem);
        },
      };
      // When it can't be sent the process is gone, which is told by its end.
      this.process.send(request, () => undefined);
    });
  }

  private hear(answer: unknown): void {
    if (isAnswer(answer)) this.pending?.settle(answer);
    else this.kill(this.nonsense());
  }

  private nonsense(): Refusal {
    return new Refusal('io', 'SQLite answered what is no answer');
  }

  private end(problem: Refusal): void {
    this.problem ??= problem;
    this.pending?.fail(this.problem);
    if (!this.isGone) this.gone();
    this.isGone = true;
  }
}

/**
 * As a child of the sandbox is started: SQLite is a large piece of C that reads bytes of strangers. Should one of them
 * get hold of it, there is an empty environment, and Node's permission model against files and processes.
 */
function start(settings: ChildSettings): ChildProcess {
  const { childPath, heapMb, memoryMb, valueBytes, rows, answerChars } = settings;
  const lib = dirname(dirname(childPath));
  const reads = [lib, resolve(lib, '../../calls/src')].map((folder) => `--allow-fs-read=${folder}${sep}`);
  const own: SqliteChildSettings = { memoryMb, valueBytes, rows, answerChars };
  return fork(childPath, [JSON.stringify(own)], {
    env: { NODE_ENV: 'production' },
    execArgv: [
      '--permission',
      '--allow-worker',
      ...reads,
      `--max-old-space-size=${heapMb}`,
      '--disable-warning=SecurityWarning',
      '--disable-warning=ExperimentalWarning',
    ],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}

/** Ended by nobody here: its own watch, the kernel, or V8 at the end of its heap. */
function causeOf(signal: NodeJS.Signals | null, { memoryMb }: ChildSettings): Refusal {
  return signal === null
    ? new Refusal('io', 'SQLite ended unexpectedly; the databases of the run were closed')
    : new Refusal(
        'quota',
        `SQL took more than ${memoryMb} MiB of memory; the databases of the run were closed`,
      );
}

/** Those that a child has a reason for. */
const CODES: ReadonlySet<unknown> = new Set(['invalid', 'quota', 'io']);

function isAnswer(value: unknown): value is SqliteAnswer {
  if (typeof value !== 'object' || value === null || !('ok' in value)) return false;
  if (value.ok === true) return 'value' in value;
  return 'code' in value && CODES.has(value.code) && 'message' in value && typeof value.message === 'string';
}
