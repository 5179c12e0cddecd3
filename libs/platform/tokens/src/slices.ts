import { setImmediate } from 'node:timers/promises';
import { TokenCountError } from './token-count-error';

/** Of work between two looks at everything else. The thread that counts also renews leases. */
const SLICE_MS = 5;

let turns: Promise<void> = Promise.resolve();

/** Whoever works long takes turns: however many do, everything else waits for one slice at a time. */
function nextTurn(): Promise<void> {
  turns = turns.then(() => setImmediate());
  return turns;
}

/** Long work, a slice at a time. A step should take far less than a slice. Ends with the signal. */
export class Slices {
  private until = performance.now() + SLICE_MS;

  constructor(private readonly signal: AbortSignal | undefined) {}

  get isOver(): boolean {
    return performance.now() >= this.until;
  }

  async next(): Promise<void> {
    await nextTurn();
    if (this.signal?.aborted === true) throw new TokenCountError('cancelled', 'the run is over');
    this.until = performance.now() + SLICE_MS;
  }

  async run<T>(steps: Iterator<undefined, T>): Promise<T> {
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      if (this.isOver) await this.next();
    }
  }
}
