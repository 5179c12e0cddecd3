/**
 * One isolate and the runs in it. The isolate works on a thread of its own, so this side stays free to watch: it sets
 * stop words, and ends the isolate when a run does not listen. Nothing here waits for a promise of a dead isolate.
 */
import ivm from 'isolated-vm';
import { randomBytes } from 'node:crypto';
import {
  CONTROL_DEADLINE,
  CONTROL_HEADER_WORDS,
  CONTROL_STOP,
  CONTROL_WORDS_PER_SLOT,
  STOP_REASONS,
  type StopReason,
} from '@app/lang';
import { DRIVER } from './driver';
import { haltOutcome } from './halt-outcome';
import type { ChildSettings } from './settings';

export const SLOTS_PER_ISOLATE = 16;
export const REGION_WORDS = CONTROL_HEADER_WORDS + SLOTS_PER_ISOLATE * CONTROL_WORDS_PER_SLOT;

/** A stop word without effect for so long means that the program holds the processor where it can't be asked. */
const IGNORED_AFTER_MS = 1_000;
/** A slice that long closes the isolate to new runs until it ends. */
const LONG_SLICE_MS = 250;
const HEAP_CHECK_MS = 250;
const NO_ADMISSION_ABOVE = 0.7;
const FAIL_ABOVE = 0.85;

export interface IsolateEvents {
  post(run: number, name: string, payload: string): void;
  call(run: number, callId: number, name: string, args: string): void;
  end(run: number, header: string, resultJson: string): void;
  lost(run: number, suspect: boolean, reason: string): void;
  /** The isolate is gone and must not be used again. */
  gone(host: IsolateHost): void;
}

interface ActiveRun {
  readonly run: number;
  readonly slot: number;
  readonly startedAtMs: number;
  readonly deadlineMs: number;
  readonly timeoutMs: number;
  stopped: { readonly reason: StopReason; readonly atMs: number } | null;
}

export class IsolateHost {
  readonly runs = new Map<number, ActiveRun>();
  lastUsedMs = 0;
  private readonly isolate: ivm.Isolate;
  private readonly words: Int32Array;
  private readonly free = Array.from({ length: SLOTS_PER_ISOLATE }, (_, i) => SLOTS_PER_ISOLATE - 1 - i);
  private start: ivm.Reference | null = null;
  private answerRef: ivm.Reference | null = null;
  private isDead = false;
  private heapShare = 0;
  private heapCheckedMs = 0;
  /**
   * Work handed to the isolate's thread and not yet done, in order: the first has the processor. An apply's promise
   * settles only when the microtasks it caused are done too, so this is exact, whatever the program does.
   */
  private readonly slices: { readonly run: number; sinceMs: number }[] = [];

  constructor(
    readonly artifactHash: string,
    readonly region: number,
    private readonly shared: SharedArrayBuffer,
    private readonly settings: ChildSettings,
    private readonly events: IsolateEvents,
    onCatastrophe: (message: string) => void,
  ) {
    this.words = new Int32Array(shared, region * REGION_WORDS * 4, REGION_WORDS);
    this.words.fill(0);
    this.isolate = new ivm.Isolate({ memoryLimit: settings.memoryMb, onCatastrophicError: onCatastrophe });
  }

  /** Loads runtime and artifact. Throws when the artifact can't be loaded. */
  async load(
    runtimeSource: string,
    artifact: { readonly js: string; readonly tables: string },
  ): Promise<void> {
    const context = await this.isolate.createContext();
    await context.eval(runtimeSource, { filename: 'hot-runtime.js', timeout: this.settings.loadTimeoutMs });
    const driver = (await context.eval(DRIVER, { reference: true, filename: 'driver.js' })) as ivm.Reference;
    const ignored = { ignored: true } as const;
    await driver.apply(undefined, [
      new ivm.ExternalCopy(this.shared).copyInto(),
      this.region * REGION_WORDS * 4,
      REGION_WORDS,
      new ivm.Callback((run: number, name: string, payload: string) => {
        if (this.runs.has(run)) this.events.post(run, name, payload);
      }, ignored),
      new ivm.Callback((run: number, id: number, name: string, args: string) => {
        if (this.runs.has(run)) this.events.call(run, id, name, args);
      }, ignored),
      new ivm.Callback(
        (run: number, header: string, result: string) => this.finish(run, header, result),
        ignored,
      ),
      new ivm.Callback((length: number) => {
        const bytes = randomBytes(Math.min(Math.max(0, length | 0), 65_536));
        return new ivm.ExternalCopy(
          bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
        ).copyInto();
      }),
    ]);
    const load = await context.global.get('__load', { reference: true });
    await load.apply(undefined, [artifact.js, artifact.tables], { timeout: this.settings.loadTimeoutMs });
    this.start = await context.global.get('__start', { reference: true });
    this.answerRef = await context.global.get('__answer', { reference: true });
    for (const name of ['__load', '__start', '__answer']) await context.global.delete(name);
  }

  get isOpen(): boolean {
    return (
      !this.isDead && this.free.length > 0 && !this.hasLongSlice() && this.heapShare < NO_ADMISSION_ABOVE
    );
  }

  get dead(): boolean {
    return this.isDead;
  }

  begin(run: number, requestJson: string, timeoutMs: number, nowMs: number): void {
    const slot = this.free.pop();
    if (slot === undefined || this.start === null) throw new Error('the isolate takes no runs');
    const deadlineMs = nowMs + timeoutMs;
    this.words[at(slot, CONTROL_STOP)] = 0;
    this.words[at(slot, CONTROL_DEADLINE)] = deadlineMs;
    this.runs.set(run, { run, slot, startedAtMs: Date.now(), deadlineMs, timeoutMs, stopped: null });
    this.lastUsedMs = nowMs;
    this.slice(run, this.start, [slot, run, requestJson]);
  }

  answer(run: number, callId: number, ok: boolean, payload: string): void {
    if (!this.isDead && this.answerRef !== null) this.slice(run, this.answerRef, [callId, ok, payload]);
  }

  stop(run: number, reason: StopReason, nowMs: number): void {
    const active = this.runs.get(run);
    if (active === undefined || active.stopped !== null) return;
    active.stopped = { reason, atMs: nowMs };
    Atomics.store(this.words, at(active.slot, CONTROL_STOP), STOP_REASONS[reason]);
  }

  /** Numbers of the runs that hold the processor right now: at most one. */
  onCpu(): readonly number[] {
    const [head] = this.slices;
    return head !== undefined && this.runs.has(head.run) ? [head.run] : [];
  }

  /** Called every few milliseconds while runs are active. */
  watch(nowMs: number): void {
    if (this.isolate.isDisposed) {
      this.die('the isolate ran out of memory', true);
      return;
    }
    for (const active of this.runs.values()) {
      if (active.stopped === null && nowMs > active.deadlineMs) this.stop(active.run, 'timeout', nowMs);
      if (active.stopped !== null && nowMs - active.stopped.atMs > IGNORED_AFTER_MS) {
        this.die('a run did not stop when it was asked to', false);
        return;
      }
    }
    if (nowMs - this.heapCheckedMs > HEAP_CHECK_MS) this.checkHeap(nowMs);
  }

  /** Ends an idle isolate. */
  dispose(): void {
    this.isDead = true;
    if (!this.isolate.isDisposed) this.isolate.dispose();
  }

  private finish(run: number, header: string, resultJson: string): void {
    const active = this.runs.get(run);
    if (active === undefined) return;
    this.release(active);
    this.events.end(
      run,
      JSON.stringify({ ...(JSON.parse(header) as object), startedAtMs: active.startedAtMs }),
      resultJson,
    );
  }

  private release(active: ActiveRun): void {
    this.runs.delete(active.run);
    this.free.push(active.slot);
  }

  private slice(run: number, entry: ivm.Reference, args: readonly unknown[]): void {
    const slice = { run, sinceMs: performance.now() };
    this.slices.push(slice);
    const done = (): void => {
      this.slices.splice(this.slices.indexOf(slice), 1);
      const [next] = this.slices;
      if (next !== undefined) next.sinceMs = performance.now();
    };
    // Rejections are those of a disposed isolate; die() has settled its runs.
    entry.apply(undefined, [...args]).then(done, done);
  }

  private hasLongSlice(): boolean {
    const [head] = this.slices;
    return head !== undefined && performance.now() - head.sinceMs > LONG_SLICE_MS;
  }

  private checkHeap(nowMs: number): void {
    this.heapCheckedMs = nowMs;
    this.isolate.getHeapStatistics().then(
      (heap) => {
        const limit = this.settings.memoryMb * 1024 * 1024;
        this.heapShare = (heap.used_heap_size + heap.externally_allocated_size) / limit;
        if (this.heapShare > FAIL_ABOVE) this.failLargest(nowMs);
      },
      // Disposed meanwhile; watch() finds that out by itself.
      () => undefined,
    );
  }

  /** Nothing tells the bytes of single runs; the one on the processor is the one that grows. */
  private failLargest(nowMs: number): void {
    const [onCpu] = this.onCpu();
    const victim = onCpu ?? [...this.runs.keys()][0];
    if (victim !== undefined) this.stop(victim, 'memory', nowMs);
  }

  private die(reason: string, isOutOfMemory: boolean): void {
    if (this.isDead) return;
    const suspects = new Set(this.onCpu());
    this.isDead = true;
    const runs = [...this.runs.values()];
    this.runs.clear();
    this.events.gone(this);
    if (!this.isolate.isDisposed) this.isolate.dispose();
    for (const active of runs) {
      const isSuspect = suspects.has(active.run) || (suspects.size === 0 && runs.length === 1);
      // A run that was asked to stop gets what it was stopped for, whether it listened or not.
      const end = active.stopped?.reason ?? (isSuspect && isOutOfMemory ? 'memory' : 'none');
      if (end !== 'none' && end !== 'shutdown') {
        const outcome = haltOutcome(end, active.timeoutMs, this.settings.memoryMb, active.startedAtMs);
        this.events.end(active.run, outcome.header, outcome.resultJson);
      } else this.events.lost(active.run, isSuspect, reason);
    }
  }
}

function at(slot: number, word: number): number {
  return CONTROL_HEADER_WORDS + slot * CONTROL_WORDS_PER_SLOT + word;
}
