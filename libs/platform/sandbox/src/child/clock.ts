/**
 * The time that deadlines are compared with, and that slices begin with; within a slice the driver asks the isolate,
 * which is exact. A thread of the child writes it into the shared words of every isolate while long slices run, and
 * sleeps otherwise: 5 to 20 µs per tick, 7 % of a core while programs compute, nothing while they wait.
 */
import { Worker } from 'node:worker_threads';
import { CONTROL_NOW, FLOW_CLOCK } from '../control';

/** How late a program in a long slice notices that its time is up. */
const TICK_MS = 0.2;

const SOURCE = `
const { workerData, parentPort, receiveMessageOnPort } = require('node:worker_threads');
const state = new Int32Array(workerData.state);
const watched = new Map();
for (;;) {
  if (Atomics.load(state, 0) === 0) Atomics.wait(state, 0, 0);
  if (Atomics.exchange(state, 1, 0) === 1) {
    for (let next; (next = receiveMessageOnPort(parentPort)) !== undefined; ) {
      const { id, control, flow } = next.message;
      if (control === undefined) watched.delete(id);
      else watched.set(id, { words: new Int32Array(control), clock: new Float64Array(flow) });
    }
  }
  const us = Number(process.hrtime.bigint() / 1000n) - workerData.epochUs;
  for (const { words, clock } of watched.values()) {
    clock[workerData.clock] = us;
    words[workerData.now] = us / 1000;
  }
  Atomics.wait(state, 2, 0, workerData.tick);
}`;

/** The words of one isolate. `words` and `micros` are views of the two buffers. */
export interface Clocked {
  readonly control: SharedArrayBuffer;
  readonly flow: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly micros: Float64Array;
}

export class ControlClock {
  /** [0] whether it ticks, [1] whether there are messages, [2] never changes. */
  private readonly state = new Int32Array(new SharedArrayBuffer(12));
  private readonly epochUs = Number(process.hrtime.bigint() / 1000n);
  private readonly ids = new Map<Clocked, number>();
  private readonly thread: Worker;
  private nextId = 1;

  constructor() {
    const { state, epochUs } = this;
    this.thread = new Worker(SOURCE, {
      eval: true,
      workerData: { state: state.buffer, epochUs, now: CONTROL_NOW, clock: FLOW_CLOCK, tick: TICK_MS },
    });
    this.thread.unref();
  }

  /** Milliseconds on the clock of the control words. */
  nowMs(): number {
    return this.nowUs() / 1000;
  }

  watch(clocked: Clocked): void {
    const id = this.nextId++;
    this.ids.set(clocked, id);
    this.tell({ id, control: clocked.control, flow: clocked.flow });
  }

  unwatch(clocked: Clocked): void {
    const id = this.ids.get(clocked);
    if (id === undefined) return;
    this.ids.delete(clocked);
    this.tell({ id });
  }

  /** The words of one isolate, now: a slice must not begin with the time of the last one's end. */
  refresh({ words, micros }: Clocked): void {
    const us = this.nowUs();
    micros[FLOW_CLOCK] = us;
    words[CONTROL_NOW] = us / 1000;
  }

  setActive(isActive: boolean): void {
    const next = isActive ? 1 : 0;
    if (Atomics.exchange(this.state, 0, next) !== next) Atomics.notify(this.state, 0);
  }

  async stop(): Promise<void> {
    await this.thread.terminate();
  }

  private nowUs(): number {
    return Number(process.hrtime.bigint() / 1000n) - this.epochUs;
  }

  private tell(message: object): void {
    this.thread.postMessage(message);
    Atomics.store(this.state, 1, 1);
  }
}
