/** Where time comes from. Replaced in tests. */
export abstract class Clock {
  /** Milliseconds since the epoch. */
  abstract nowMs(): number;

  now(): Date {
    return new Date(this.nowMs());
  }
}

export class SystemClock extends Clock {
  override nowMs(): number {
    return Date.now();
  }
}

/** A clock that stands still until told otherwise. */
export class FixedClock extends Clock {
  constructor(private currentMs: number) {
    super();
  }

  override nowMs(): number {
    return this.currentMs;
  }

  advance(ms: number): void {
    this.currentMs += ms;
  }
}
