/** How many containers a worker's engine has at once: as much as their memory allows, first come first served. */

interface Waiting {
  readonly memoryMb: number;
  readonly proceed: () => void;
}

export class ContainerRoom {
  private usedMb = 0;
  private readonly waiting = new Set<Waiting>();

  constructor(private readonly memoryMb: number) {}

  /** Whether another one could begin at once, whatever its size: who can't had better wait where others may take it. */
  get isFree(): boolean {
    return this.waiting.size === 0 && this.usedMb < this.memoryMb;
  }

  get isEmpty(): boolean {
    return this.usedMb === 0;
  }

  /** Resolves when there is room; to be given back with `release`. Rejects when the signal aborts before. */
  async take(memoryMb: number, signal: AbortSignal): Promise<void> {
    if (this.waiting.size === 0 && this.fits(memoryMb)) {
      this.usedMb += memoryMb;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const entry: Waiting = { memoryMb, proceed: resolve };
      this.waiting.add(entry);
      signal.addEventListener(
        'abort',
        () => {
          if (!this.waiting.delete(entry)) return;
          reject(new Error('Stopped while it waited for room'));
          this.admit();
        },
        { once: true },
      );
    });
  }

  release(memoryMb: number): void {
    this.usedMb -= memoryMb;
    this.admit();
  }

  /** One that is larger than everything has everything to itself. */
  private fits(memoryMb: number): boolean {
    return this.isEmpty || this.usedMb + memoryMb <= this.memoryMb;
  }

  private admit(): void {
    for (const entry of this.waiting) {
      if (!this.fits(entry.memoryMb)) return;
      this.waiting.delete(entry);
      this.usedMb += entry.memoryMb;
      entry.proceed();
    }
  }
}
