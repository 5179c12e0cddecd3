/**
 * The runs of one isolate. The isolate works on a thread of its own, so this side stays free to watch: it sets stop
 * words, rejects what runs wait for, and ends the isolate when a run does not listen. Every run that begins here ends
 * here, exactly once, by `end` or `lost`.
 */
import type { StopReason } from '@app/lang';
import { CONTROL_DEADLINE, CONTROL_STOP, SLOTS, slotWord, STOP_REASONS } from '../control';
import { haltEnd, timeoutMessage, type EndOfRun } from '../end-of-run';
import type { LoadedArtifact } from './artifact-store';
import type { ControlClock } from './clock';
import type { CodeCache } from './code-cache';
import { HeapLedger } from './heap-ledger';
import { IsolateVm } from './isolate-vm';
import { nextStep, STUCK_AFTER_MS } from './ladder';
import type { ChildSettings } from './settings';
import { SliceLedger } from './slice-ledger';

/** A slice that long closes the isolate to new runs until it ends. */
const LONG_SLICE_MS = 250;
const HEAP_SAMPLE_MS = 250;
/** A tick wakes a thread: for the many short slices, waking it every time cost more than half as much as the slices. */
const FINE_CLOCK_AFTER_MS = 2;
const NO_ADMISSION_ABOVE = 0.7;
const FAIL_ABOVE = 0.85;
/** A run with more than this share of the isolate's limit is a suspect when the isolate dies of memory. */
const BYTE_BUDGET = 0.25;
/** Nobody fills an isolate in less time on the processor. */
const AT_WORK_MS = 8;

export interface IsolateEvents {
  post(run: number, name: string, payload: string): void;
  trace(run: number, block: Uint8Array): void;
  call(run: number, callId: number, name: string, args: string): void;
  end(run: number, end: EndOfRun): void;
  lost(run: number, suspect: boolean, reason: string): void;
  /** What came out has been taken; tells how to let the isolate send more once it has been passed on. */
  taken(passOn: () => void): void;
  /** All its runs have ended and it takes no more. */
  gone(host: IsolateHost): void;
  /** Only the end of this process can end the isolate. */
  stuck(host: IsolateHost, reason: string): void;
}

export interface Start {
  readonly run: number;
  readonly timeoutMs: number;
  readonly maxResultBytes: number;
  readonly args: readonly [
    runId: string,
    fn: string,
    args: string,
    info: string,
    ctx: string,
    limits: string,
    trace: boolean,
  ];
}

interface ActiveRun {
  readonly run: number;
  readonly slot: number;
  readonly startedAtMs: number;
  /** Moves on while the run waits for the processor behind another one: that time is not its own. */
  deadlineMs: number;
  readonly timeoutMs: number;
  stopped: StopReason | null;
  /** Time since it was asked to stop, as the ladder counts it. */
  ignoredMs: number;
  openCalls: number;
  /** Since when nothing has happened in it. */
  quietSinceMs: number;
}

export class IsolateHost {
  lastUsedMs = 0;
  isLoaded = false;
  private readonly vm: IsolateVm;
  private readonly runs = new Map<number, ActiveRun>();
  /** Slots of runs whose end was reported by force: the stop word must stand until they are really over. */
  private readonly abandoned = new Map<number, number>();
  private readonly free = Array.from({ length: SLOTS }, (_, i) => SLOTS - 1 - i);
  private readonly slices = new SliceLedger();
  private readonly heap: HeapLedger;
  private sampledMs = 0;
  private isSampling = false;
  private isDead = false;
  private deadForMs = 0;

  constructor(
    readonly artifactHash: string,
    private readonly settings: ChildSettings,
    private readonly clock: ControlClock,
    private readonly events: IsolateEvents,
  ) {
    this.heap = new HeapLedger(settings.memoryMb * 1024 * 1024, FAIL_ABOVE);
    this.vm = new IsolateVm(settings.memoryMb, {
      post: (run, name, payload) => {
        if (this.runs.has(run)) events.post(run, name, payload);
        this.took(payload.length);
      },
      trace: (run, block) => {
        if (this.runs.has(run)) events.trace(run, block);
        this.took(block.length);
      },
      call: (run, id, name, args) => this.called(run, id, name, args),
      done: (run, header, resultJson) => this.done(run, header, resultJson),
      catastrophe: (message) => {
        this.die(`the isolate broke down: ${message}`, { isMemory: true });
        events.stuck(this, message);
      },
    });
  }

  async load(
    runtime: { readonly source: string },
    artifact: LoadedArtifact,
    codes: CodeCache,
  ): Promise<void> {
    this.clock.watch(this.vm);
    this.clock.refresh(this.vm);
    await this.vm.load(runtime, artifact, codes, this.settings.loadTimeoutMs);
    this.isLoaded = true;
    await this.sampleHeap();
  }

  get isOpen(): boolean {
    return (
      !this.isDead &&
      this.free.length > 0 &&
      this.atWork() < this.settings.runsPerIsolate &&
      this.slices.headAgeMs(performance.now()) < LONG_SLICE_MS &&
      this.heap.share < NO_ADMISSION_ABOVE
    );
  }

  get isIdle(): boolean {
    return this.runs.size === 0 && this.slices.isIdle;
  }

  /** Idle, and of no further use: too full, or out of slots that will never be given back. */
  get isSpent(): boolean {
    return this.isIdle && (this.heap.share >= NO_ADMISSION_ABOVE || this.free.length < SLOTS / 2);
  }

  get isComputing(): boolean {
    return !this.slices.isIdle;
  }

  /** Whether a slice goes on for so long that its program should have a fine clock. */
  get isLong(): boolean {
    return this.slices.headAgeMs(performance.now()) >= FINE_CLOCK_AFTER_MS;
  }

  /** Whether it must be looked at every few milliseconds. */
  get isTense(): boolean {
    return (
      this.isDead || !this.slices.isIdle || [...this.runs.values()].some((each) => each.stopped !== null)
    );
  }

  get heapBytes(): number {
    return this.heap.bytes;
  }

  /** The next moment at which a run's time is up; Infinity when none runs. */
  get nextDeadlineMs(): number {
    let next = Infinity;
    for (const { deadlineMs, stopped } of this.runs.values())
      if (stopped === null && deadlineMs < next) next = deadlineMs;
    return next;
  }

  has(run: number): boolean {
    return this.runs.has(run);
  }

  begin({ run, timeoutMs, maxResultBytes, args }: Start): void {
    const slot = this.free.pop();
    if (slot === undefined) throw new Error('the isolate takes no runs');
    const nowMs = this.clock.nowMs();
    this.vm.words[slotWord(slot, CONTROL_STOP)] = STOP_REASONS.none;
    this.vm.words[slotWord(slot, CONTROL_DEADLINE)] = nowMs + timeoutMs;
    const active: ActiveRun = {
      run,
      slot,
      startedAtMs: Date.now(),
      deadlineMs: nowMs + timeoutMs,
      timeoutMs,
      stopped: null,
      ignoredMs: 0,
      openCalls: 0,
      quietSinceMs: nowMs,
    };
    this.runs.set(run, active);
    this.lastUsedMs = performance.now();
    for (const each of args) if (typeof each === 'string') this.heap.charge(run, each.length);
    this.slice(run, 'start', [slot, run, timeoutMessage(timeoutMs), maxResultBytes, ...args]);
  }

  answer(run: number, callId: number, isOk: boolean, payload: string): void {
    const active = this.runs.get(run);
    if (active === undefined) return;
    active.openCalls -= 1;
    this.heap.charge(run, payload.length);
    this.slice(run, 'answer', [run, callId, isOk, payload]);
  }

  stop(run: number, reason: Exclude<StopReason, 'none'>): void {
    const active = this.runs.get(run);
    if (active === undefined || active.stopped !== null) return;
    active.stopped = reason;
    Atomics.store(this.vm.words, slotWord(active.slot, CONTROL_STOP), STOP_REASONS[reason]);
    this.slice(run, 'stop', [run]);
  }

  /** The run that has had the processor for at least so long. */
  onCpu(forMs = 0): number | null {
    const { head } = this.slices;
    if (head === undefined || !this.runs.has(head.run)) return null;
    return this.slices.headAgeMs(performance.now()) >= forMs ? head.run : null;
  }

  /**
   * @param elapsedMs since the last look, as far as this process was running: a ladder must not climb while the whole
   *   machine stands still
   */
  watch(elapsedMs: number): void {
    if (this.isDead) {
      this.watchDead(elapsedMs);
      return;
    }
    if (this.vm.isDisposed) {
      this.die('the isolate ran out of memory', { isMemory: true });
      return;
    }
    const nowMs = this.clock.nowMs();
    for (const active of this.runs.values()) {
      if (active.stopped !== null) active.ignoredMs += elapsedMs;
      else if (this.slices.isWaiting(active.run)) this.postpone(active, elapsedMs);
      else if (nowMs > active.deadlineMs) this.stop(active.run, 'timeout');
    }
    this.climb();
    if (!this.isDead && performance.now() - this.sampledMs > HEAP_SAMPLE_MS) void this.sampleHeap();
  }

  private postpone(active: ActiveRun, ms: number): void {
    active.deadlineMs += ms;
    this.vm.words[slotWord(active.slot, CONTROL_DEADLINE)] = Math.ceil(active.deadlineMs);
  }

  /** Ends it. Runs still in it are lost. */
  dispose(reason: string): void {
    this.die(reason, { isMemory: false });
  }

  /** The process has grown beyond what its isolates may take, while this one was computing. */
  outgrow(): void {
    this.die('the sandbox process ran out of memory', { isMemory: true });
  }

  private climb(): void {
    const { head } = this.slices;
    const stopped = new Map<number, number>();
    for (const { run, stopped: reason, ignoredMs } of this.runs.values())
      if (reason !== null) stopped.set(run, ignoredMs);
    const step = nextStep({
      stopped,
      head:
        head === undefined
          ? null
          : {
              run: head.run,
              forMs: this.slices.headAgeMs(performance.now()),
              isAlive: this.runs.has(head.run),
            },
    });
    if (step.do === 'dispose')
      this.die('a run did not stop when it was asked to', { isMemory: false, guilty: step.guilty });
    if (step.do === 'abandon') for (const run of step.runs) this.abandon(run);
  }

  private abandon(run: number): void {
    const active = this.runs.get(run);
    if (active === undefined) return;
    this.runs.delete(run);
    this.heap.forget(run);
    this.abandoned.set(run, active.slot);
    this.report(active, false, 'the run was given up');
  }

  private called(run: number, id: number, name: string, args: string): void {
    const active = this.runs.get(run);
    if (active !== undefined) {
      active.openCalls += 1;
      this.events.call(run, id, name, args);
    }
    this.took(args.length);
  }

  private done(run: number, header: string, resultJson: string): void {
    const active = this.runs.get(run);
    if (active === undefined) {
      const slot = this.abandoned.get(run);
      if (slot !== undefined) this.free.push(slot);
      this.abandoned.delete(run);
    } else {
      this.runs.delete(run);
      this.free.push(active.slot);
      this.heap.forget(run);
      this.events.end(run, { header, startedAtMs: active.startedAtMs, resultJson });
    }
    this.took(resultJson.length);
  }

  private took(chars: number): void {
    this.events.taken(() => this.vm.pass(chars));
  }

  private slice(
    run: number,
    entry: 'start' | 'answer' | 'stop',
    args: readonly (string | number | boolean)[],
  ): void {
    this.clock.refresh(this.vm);
    const slice = this.slices.begin(run, performance.now());
    void this.vm.enter(entry, args).then((hasSurvived) => {
      // Before the slice ends: it tells who had the processor.
      if (!hasSurvived) this.die('the isolate ran out of memory', { isMemory: true });
      this.slices.end(slice, performance.now());
      const active = this.runs.get(run);
      if (active !== undefined) active.quietSinceMs = this.clock.nowMs();
    });
  }

  /** Runs that don't just wait for an answer that takes long. */
  private atWork(): number {
    if (this.runs.size < this.settings.runsPerIsolate) return this.runs.size;
    const parkedBefore = this.clock.nowMs() - this.settings.parkAfterMs;
    let count = 0;
    for (const { run, openCalls, quietSinceMs } of this.runs.values()) {
      if (openCalls === 0 || quietSinceMs > parkedBefore || this.slices.has(run)) count += 1;
    }
    return count;
  }

  private async sampleHeap(): Promise<void> {
    if (this.isSampling) return;
    this.isSampling = true;
    this.sampledMs = performance.now();
    const bytes = await this.vm.heapBytes();
    this.isSampling = false;
    if (bytes === null || this.isDead) return;
    this.heap.sample(bytes, this.slices.takeBusy(performance.now()));
    if (this.heap.isHigh) this.failLargest();
  }

  private failLargest(): void {
    let largest: ActiveRun | null = null;
    for (const active of this.runs.values()) {
      if (active.stopped !== null) continue;
      if (largest === null || this.heap.bytesOf(active.run) > this.heap.bytesOf(largest.run))
        largest = active;
    }
    this.heap.calm();
    if (largest !== null) this.stop(largest.run, 'memory');
  }

  private die(reason: string, cause: { readonly isMemory: boolean; readonly guilty?: number | null }): void {
    if (this.isDead) return;
    this.isDead = true;
    const runs = [...this.runs.values()];
    const holders = cause.isMemory ? this.holders(runs) : [];
    const suspects = new Set(holders);
    // Whoever had the processor when it broke may just have asked for the last byte of what others have taken.
    const onCpu = cause.guilty === undefined ? this.onCpu() : cause.guilty;
    if (holders.length === 0 && onCpu !== null) suspects.add(onCpu);
    // Nobody else can have filled it: trying again would not help.
    const [only] = runs;
    if (cause.isMemory && runs.length === 1 && only !== undefined && suspects.has(only.run))
      only.stopped ??= 'memory';
    this.runs.clear();
    this.clock.unwatch(this.vm);
    this.vm.dispose();
    for (const active of runs) this.report(active, suspects.has(active.run), reason);
    this.events.gone(this);
  }

  /** Runs with a large part of the memory, as last looked at; else the one that has filled it since then. */
  private holders(runs: readonly ActiveRun[]): readonly number[] {
    const budget = this.settings.memoryMb * 1024 * 1024 * BYTE_BUDGET;
    const large = runs.filter(({ run }) => this.heap.bytesOf(run) > budget).map(({ run }) => run);
    if (large.length > 0) return large;
    const busy = this.slices.takeBusy(performance.now());
    const half = [...busy.values()].reduce((sum, ms) => sum + ms, 0) / 2;
    return runs.filter(({ run }) => (busy.get(run) ?? 0) > Math.max(half, AT_WORK_MS)).map(({ run }) => run);
  }

  /** The end of a run that can't tell its own: what it was stopped for, or lost. */
  private report({ run, stopped, ...facts }: ActiveRun, isSuspect: boolean, reason: string): void {
    if (stopped === null || stopped === 'none' || stopped === 'shutdown')
      this.events.lost(run, isSuspect, reason);
    else this.events.end(run, haltEnd(stopped, { ...facts, memoryMb: this.settings.memoryMb }));
  }

  /** Disposed, but a slice goes on: big numbers and normalisation, for instance, don't look up. */
  private watchDead(elapsedMs: number): void {
    if (this.slices.isIdle) return;
    this.deadForMs += elapsedMs;
    if (this.deadForMs > STUCK_AFTER_MS) this.events.stuck(this, 'a disposed isolate went on');
  }

  /** Whether the thread of a dead isolate has come home. */
  get isBuried(): boolean {
    return this.isDead && this.slices.isIdle;
  }
}
