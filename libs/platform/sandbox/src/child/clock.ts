/**
 * Isolates have no fine clock of their own. A thread of the child writes milliseconds and microseconds into the header
 * of every isolate's control words while runs are active, and sleeps when none is.
 */
import { Worker } from 'node:worker_threads';
import { CONTROL_NOW } from '@app/lang';

/** Index of the microsecond counter in a region's header (wraps at 2^32). */
export const CONTROL_MICROS = 3;
const TICK_MS = 0.2;

const SOURCE = `
const { workerData } = require('node:worker_threads');
const words = new Int32Array(workerData.words);
const state = new Int32Array(workerData.state);
const { stride, regions, epoch, now, micros, tick } = workerData;
for (;;) {
  if (Atomics.load(state, 0) === 0) Atomics.wait(state, 0, 0);
  if (Atomics.load(state, 0) < 0) break;
  const us = process.hrtime.bigint() / 1000n - BigInt(epoch);
  const ms = Number(us / 1000n) | 0;
  const low = Number(us & 0xffffffffn) | 0;
  for (let i = 0; i < regions; i++) {
    words[i * stride + now] = ms;
    words[i * stride + micros] = low;
  }
  Atomics.wait(state, 1, 0, tick);
}`;

export class ControlClock {
  private readonly state = new Int32Array(new SharedArrayBuffer(8));
  private readonly epochUs = Number(process.hrtime.bigint() / 1000n);
  private readonly thread: Worker;

  constructor(words: SharedArrayBuffer, stride: number, regions: number) {
    this.thread = new Worker(SOURCE, {
      eval: true,
      workerData: {
        words,
        state: this.state.buffer,
        stride,
        regions,
        epoch: this.epochUs,
        now: CONTROL_NOW,
        micros: CONTROL_MICROS,
        tick: TICK_MS,
      },
    });
    this.thread.unref();
  }

  /** Milliseconds on the clock of the control words. */
  nowMs(): number {
    return Math.floor((Number(process.hrtime.bigint() / 1000n) - this.epochUs) / 1000);
  }

  setActive(isActive: boolean): void {
    const next = isActive ? 1 : 0;
    if (Atomics.load(this.state, 0) === next) return;
    Atomics.store(this.state, 0, next);
    Atomics.notify(this.state, 0);
  }
}
