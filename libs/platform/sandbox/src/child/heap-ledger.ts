/**
 * Whose bytes fill an isolate. V8 does not tell, so growth between two samples is charged to the runs that had the
 * processor meanwhile, by their time on it; what a collection frees is taken off everybody in proportion. Besides,
 * every run is charged what crossed for it.
 */
export class HeapLedger {
  private readonly charged = new Map<number, number>();
  private lastBytes = 0;
  /** Of the isolate's limit, at the last sample. */
  share = 0;
  private highSamples = 0;

  constructor(
    private readonly limitBytes: number,
    private readonly highShare: number,
  ) {}

  get bytes(): number {
    return this.lastBytes;
  }

  /** Whether the heap was above the high mark twice in a row: once may be garbage that the next collection takes. */
  get isHigh(): boolean {
    return this.highSamples >= 2;
  }

  sample(usedBytes: number, busyMs: ReadonlyMap<number, number>): void {
    const growth = usedBytes - this.lastBytes;
    if (growth > 0) this.spread(growth, busyMs);
    else if (this.lastBytes > 0) this.shrink(usedBytes / this.lastBytes);
    this.lastBytes = usedBytes;
    this.share = usedBytes / this.limitBytes;
    this.highSamples = this.share > this.highShare ? this.highSamples + 1 : 0;
  }

  charge(run: number, bytes: number): void {
    this.charged.set(run, (this.charged.get(run) ?? 0) + bytes);
  }

  bytesOf(run: number): number {
    return this.charged.get(run) ?? 0;
  }

  forget(run: number): void {
    this.charged.delete(run);
  }

  /** A victim has been named: the next needs two samples again. */
  calm(): void {
    this.highSamples = 0;
  }

  private spread(growth: number, busyMs: ReadonlyMap<number, number>): void {
    let total = 0;
    for (const ms of busyMs.values()) total += ms;
    if (total <= 0) return;
    for (const [run, ms] of busyMs) this.charge(run, (growth * ms) / total);
  }

  private shrink(factor: number): void {
    for (const [run, bytes] of this.charged) this.charged.set(run, bytes * factor);
  }
}
