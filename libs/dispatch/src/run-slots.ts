/** How many runs may go on at once. Tickets wait here, not in memory of rows: a row is claimed when it can start. */
export class RunSlots {
  private free: number;
  private readonly waiting: ((granted: boolean) => void)[] = [];
  private closed = false;
  private idle: (() => void)[] = [];

  constructor(private readonly size: number) {
    this.free = size;
  }

  get inUse(): number {
    return this.size - this.free;
  }

  /** False when no more runs are started; else the slot must be released. */
  acquire(): boolean | Promise<boolean> {
    if (this.closed) return false;
    if (this.free > 0) {
      this.free -= 1;
      return true;
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  release(): void {
    const next = this.closed ? undefined : this.waiting.shift();
    if (next !== undefined) {
      next(true);
      return;
    }
    this.free += 1;
    if (this.free === this.size) for (const wake of this.idle.splice(0)) wake();
  }

  /** Starts nothing more. Resolves when the runs going on have ended. */
  async close(): Promise<void> {
    this.closed = true;
    for (const refuse of this.waiting.splice(0)) refuse(false);
    if (this.free < this.size) await new Promise<void>((resolve) => this.idle.push(resolve));
  }
}
