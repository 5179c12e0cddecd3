/**
 * Control words of runs beside the main one, and the clock that they look at: a thread, for a program that never waits
 * leaves this one no time to write it.
 */
import { Worker } from 'node:worker_threads';
import {
  CONTROL_DEADLINE,
  CONTROL_HEADER_WORDS,
  CONTROL_NOW,
  CONTROL_STOP,
  CONTROL_WORDS_PER_SLOT,
  STOP_REASONS,
  type RunControl,
  type StopReason,
} from '@app/lang';

const TICK_MS = 20;
const CLOCK = `
const { words, at, epochMs, tickMs } = require('node:worker_threads').workerData;
setInterval(() => Atomics.store(words, at, Date.now() - epochMs), tickMs);
`;

export interface RunSlot {
  readonly control: RunControl;
  stop(reason: StopReason): void;
  free(): void;
}

export class RunSlots {
  private readonly words: Int32Array;
  private readonly epochMs = Date.now();
  private readonly unused: number[];
  private clock: Worker | null = null;

  constructor(size: number) {
    const words = CONTROL_HEADER_WORDS + size * CONTROL_WORDS_PER_SLOT;
    this.words = new Int32Array(new SharedArrayBuffer(4 * words));
    this.unused = Array.from({ length: size }, (_, slot) => slot);
  }

  /** Null when all are taken. */
  take(timeoutMs: number): RunSlot | null {
    const slot = this.unused.shift();
    if (slot === undefined) return null;
    this.clock ??= this.startClock();
    const base = CONTROL_HEADER_WORDS + slot * CONTROL_WORDS_PER_SLOT;
    const set = (word: number, value: number): void => void Atomics.store(this.words, base + word, value);
    set(CONTROL_STOP, STOP_REASONS.none);
    set(CONTROL_DEADLINE, Date.now() - this.epochMs + timeoutMs);
    return {
      control: { words: this.words, slot },
      stop: (reason) => set(CONTROL_STOP, STOP_REASONS[reason]),
      free: () => this.unused.push(slot),
    };
  }

  async close(): Promise<void> {
    await this.clock?.terminate();
    this.clock = null;
  }

  private startClock(): Worker {
    const workerData = { words: this.words, at: CONTROL_NOW, epochMs: this.epochMs, tickMs: TICK_MS };
    const clock = new Worker(CLOCK, { eval: true, workerData });
    clock.unref();
    return clock;
  }
}
