/** What the clock is asked for; replaced in tests. */
export interface Timers {
  now(): number;
  after(ms: number, run: () => void): () => void;
}

export const BROWSER_TIMERS: Timers = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export interface CoalesceOptions {
  /** Quiet time to wait for. */
  readonly quietMs?: number;
  /** Longest wait under constant noise. */
  readonly maxMs?: number;
  readonly timers?: Timers;
  /** Whether nobody can see the result now; it is then made up for on `wake`. */
  readonly asleep?: () => boolean;
}

/**
 * Turns a storm of notices into few refreshes: after 400 ms of quiet, at the latest after 1.5 s, never two at a time,
 * and none while nobody looks.
 */
export class Coalescer {
  private readonly quietMs: number;
  private readonly maxMs: number;
  private readonly timers: Timers;
  private readonly asleep: () => boolean;
  private cancelTimer: (() => void) | undefined;
  private firstAt: number | undefined;
  private running = false;
  private again = false;
  private missed = false;

  constructor(
    private readonly refresh: () => Promise<void>,
    options: CoalesceOptions = {},
  ) {
    this.quietMs = options.quietMs ?? 400;
    this.maxMs = options.maxMs ?? 1500;
    this.timers = options.timers ?? BROWSER_TIMERS;
    this.asleep = options.asleep ?? (() => false);
  }

  /** Something changed. */
  notice(): void {
    if (this.asleep()) {
      this.missed = true;
      return;
    }
    if (this.running) {
      this.again = true;
      return;
    }
    const now = this.timers.now();
    this.firstAt ??= now;
    const wait = Math.max(0, Math.min(this.quietMs, this.firstAt + this.maxMs - now));
    this.cancelTimer?.();
    this.cancelTimer = this.timers.after(wait, () => void this.run());
  }

  /** Somebody looks again. */
  wake(): void {
    if (!this.missed) return;
    this.missed = false;
    this.notice();
  }

  stop(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
  }

  private async run(): Promise<void> {
    this.cancelTimer = undefined;
    this.firstAt = undefined;
    this.running = true;
    try {
      await this.refresh();
    } finally {
      this.running = false;
      if (this.again) {
        this.again = false;
        this.notice();
      }
    }
  }
}
