/**
 * Work handed to an isolate's thread and not yet done, in order: the first has the processor. The promise of an
 * `apply` settles only when the microtasks it caused are done too, so this is exact whatever the program does, where
 * a word written by the program's side would be only its own account.
 */
export interface Slice {
  readonly run: number;
  /** When it got the processor, on the monotonic clock in milliseconds; null while it waits for it. */
  sinceMs: number | null;
  /** Its time up to here has been taken. */
  takenMs: number;
}

export class SliceLedger {
  private readonly queue: Slice[] = [];
  private busy = new Map<number, number>();

  get isIdle(): boolean {
    return this.queue.length === 0;
  }

  get head(): Slice | undefined {
    return this.queue[0];
  }

  /** How long the first one has had the processor. */
  headAgeMs(nowMs: number): number {
    const head = this.queue[0];
    return head === undefined ? 0 : nowMs - (head.sinceMs ?? nowMs);
  }

  has(run: number): boolean {
    return this.queue.some((slice) => slice.run === run);
  }

  /** Whether the run could go on but another one has the processor. */
  isWaiting(run: number): boolean {
    return this.queue[0] !== undefined && this.queue[0].run !== run && this.has(run);
  }

  begin(run: number, nowMs: number): Slice {
    const slice = { run, sinceMs: this.isIdle ? nowMs : null, takenMs: 0 };
    this.queue.push(slice);
    return slice;
  }

  end(slice: Slice, nowMs: number): void {
    const at = this.queue.indexOf(slice);
    if (at < 0) return;
    this.charge(slice, nowMs);
    this.queue.splice(at, 1);
    const [next] = this.queue;
    if (next !== undefined) next.sinceMs ??= nowMs;
  }

  /** Milliseconds each run had the processor since the last call. */
  takeBusy(nowMs: number): ReadonlyMap<number, number> {
    if (this.queue[0] !== undefined) this.charge(this.queue[0], nowMs);
    const taken = this.busy;
    this.busy = new Map();
    return taken;
  }

  private charge(slice: Slice, nowMs: number): void {
    if (slice.sinceMs === null) return;
    const ms = nowMs - Math.max(slice.sinceMs, slice.takenMs);
    slice.takenMs = nowMs;
    this.busy.set(slice.run, (this.busy.get(slice.run) ?? 0) + ms);
  }
}
