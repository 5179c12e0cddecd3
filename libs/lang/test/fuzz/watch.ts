/** Looks at what is under way from a thread of its own: a loop without end can't be seen from inside. */
import { Worker } from 'node:worker_threads';
import { CONTROL_HEADER_WORDS, CONTROL_STOP, CONTROL_WORDS_PER_SLOT, STOP_REASONS } from '../../src/embed';
import type { Watch } from './properties';

const STOP = CONTROL_HEADER_WORDS + CONTROL_STOP;
/** Behind the control words: what is under way, by its number. */
const STEP = CONTROL_HEADER_WORDS + CONTROL_WORDS_PER_SLOT;
const INPUT = STEP + 1;

/** Runs are asked to stop after this time; a step that goes on ends the process. */
const ASKED_MS = 200;
const HANGS_MS = 20_000;

const WATCHER = `
const { workerData: { words, STEP, INPUT, STOP, reason, asked, hangs } } = require('node:worker_threads');
let step = -1, since = 0;
setInterval(() => {
  const now = Atomics.load(words, STEP);
  if (now !== step) { step = now; since = Date.now(); return; }
  const took = Date.now() - since;
  if (took > asked) Atomics.store(words, STOP, reason);
  if (took > hangs && step !== 0) {
    require('node:fs').writeSync(2, 'Hangs: input ' + Atomics.load(words, INPUT) + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }
}, 20);
`;

export class Watcher implements Watch {
  private readonly words = new Int32Array(new SharedArrayBuffer(4 * (INPUT + 1)));
  readonly control = { words: this.words, slot: 0 };
  private readonly thread = new Worker(WATCHER, {
    eval: true,
    workerData: {
      ...{ words: this.words, STEP, INPUT, STOP },
      ...{ reason: STOP_REASONS.timeout, asked: ASKED_MS, hangs: HANGS_MS },
    },
  });
  private steps = 0;

  begin(): void {
    Atomics.store(this.words, STEP, ++this.steps);
    Atomics.store(this.words, STOP, STOP_REASONS.none);
  }

  /** For the report of one that hangs. */
  input(n: number): void {
    Atomics.store(this.words, INPUT, n);
  }

  async end(): Promise<void> {
    Atomics.store(this.words, STEP, 0);
    await this.thread.terminate();
  }
}
