/**
 * One isolate with its runtime, driver and program: the thin layer over isolated-vm. Its thread is its own; calls are
 * handed over and come back as promises. A promise of a disposed isolate may never settle: nobody waits for one.
 */
import { PROGRAM_FILE, programText } from '@app/platform/engine-code';
import ivm from 'isolated-vm';
import { randomBytes } from 'node:crypto';
import { CONTROL_BYTES, FLOW_BYTES, FLOW_PASSED } from '../control';
import type { LoadedArtifact } from './artifact-store';
import type { CodeCache } from './code-cache';
import { DRIVER } from './driver';

export interface VmEvents {
  post(run: number, name: string, payload: string): void;
  trace(run: number, block: Uint8Array): void;
  call(run: number, callId: number, name: string, args: string): void;
  done(run: number, header: string, resultJson: string): void;
  /** V8 has lost the isolate and its thread for good; it must not be touched again. */
  catastrophe(message: string): void;
}

const MAX_RANDOM_BYTES = 1 << 20;

export class IsolateVm {
  readonly control = new SharedArrayBuffer(CONTROL_BYTES);
  readonly flow = new SharedArrayBuffer(FLOW_BYTES);
  readonly words = new Int32Array(this.control);
  readonly micros = new Float64Array(this.flow);
  private readonly passed = new Int32Array(this.flow);
  private readonly isolate: ivm.Isolate;
  private entries: {
    readonly start: ivm.Reference;
    readonly answer: ivm.Reference;
    readonly stop: ivm.Reference;
  } | null = null;
  private isTouchable = true;

  constructor(
    memoryMb: number,
    private readonly events: VmEvents,
  ) {
    this.isolate = new ivm.Isolate({
      memoryLimit: memoryMb,
      onCatastrophicError: (message) => {
        this.isTouchable = false;
        events.catastrophe(message);
      },
    });
  }

  /** Whether it ended, by us or because it went over its memory limit. */
  get isDisposed(): boolean {
    return this.isTouchable && this.isolate.isDisposed;
  }

  /** Throws when runtime or artifact can't be loaded in time. */
  async load(
    runtime: { readonly source: string },
    artifact: LoadedArtifact,
    codes: CodeCache,
    timeoutMs: number,
  ): Promise<void> {
    const { isolate } = this;
    const timeout = { timeout: timeoutMs };
    const context = await isolate.createContext();
    const script = await codes.compile(isolate, runtime, runtime.source, 'hot-runtime.js');
    await script.run(context, timeout);
    const driver: ivm.Reference = await context.eval(DRIVER, { reference: true, filename: 'driver.js' });
    const entries = (await driver.apply(undefined, this.bridge(), {
      result: { reference: true },
      ...timeout,
    })) as ivm.Reference<Record<string, unknown>>;
    const entry = (name: string): Promise<ivm.Reference> => entries.get(name, { reference: true });
    const load = await entry('load');
    // Code from text is out of reach in there as soon as the program is loaded; its own text is compiled here.
    const program = await codes.compile(isolate, artifact, programText(artifact.js), PROGRAM_FILE);
    const code = await program.run(context, { reference: true, ...timeout });
    await load.apply(undefined, [code.derefInto({ release: true }), artifact.tables], timeout);
    this.entries = { start: await entry('start'), answer: await entry('answer'), stop: await entry('stop') };
  }

  /**
   * Resolves once the call and all microtasks it caused are done, with whether the isolate has survived it. Never
   * rejects: the driver's entries throw nothing.
   */
  async enter(
    name: 'start' | 'answer' | 'stop',
    args: readonly (string | number | boolean)[],
  ): Promise<boolean> {
    if (this.entries === null) throw new Error('the isolate is not loaded');
    try {
      await this.entries[name].apply(undefined, [...args]);
      return true;
    } catch {
      return false; // disposed, by us or by its memory limit
    }
  }

  /** Bytes in use, those outside V8's heap included; null when the isolate is gone. Answered between two slices. */
  async heapBytes(): Promise<number | null> {
    try {
      const heap = await this.isolate.getHeapStatistics();
      return heap.used_heap_size + heap.externally_allocated_size;
    } catch {
      return null; // disposed meanwhile
    }
  }

  /** So many characters of what came out have been passed on: the isolate may send as many more. */
  pass(chars: number): void {
    Atomics.add(this.passed, FLOW_PASSED, chars);
    Atomics.notify(this.passed, FLOW_PASSED);
  }

  dispose(): void {
    // After a catastrophe any call would wait for a thread that sleeps for ever.
    if (this.isTouchable && !this.isolate.isDisposed) this.isolate.dispose();
  }

  private bridge(): unknown[] {
    const { events } = this;
    const ignored = { ignored: true } as const;
    return [
      new ivm.ExternalCopy(this.control).copyInto(),
      new ivm.ExternalCopy(this.flow).copyInto(),
      new ivm.Callback(
        (run: number, name: string, payload: string) => events.post(run, name, payload),
        ignored,
      ),
      new ivm.Callback((run: number, block: Uint8Array) => events.trace(run, block), ignored),
      new ivm.Callback(
        (run: number, id: number, name: string, args: string) => events.call(run, id, name, args),
        ignored,
      ),
      new ivm.Callback(
        (run: number, header: string, result: string) => events.done(run, header, result),
        ignored,
      ),
      new ivm.Callback((length: number) => {
        const bytes = randomBytes(Math.min(Math.max(0, Math.trunc(length) || 0), MAX_RANDOM_BYTES));
        const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
        return new ivm.ExternalCopy(copy).copyInto();
      }),
      // For its clock, all that the driver leaves of it.
      this.isolate,
    ];
  }
}
