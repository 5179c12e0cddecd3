/**
 * The host's clock for calls in quick succession. Asking it takes longer than a short call, so that of events in quick
 * succession only some are followed by a question, and the others have the time of the one before: late by some
 * microseconds, never invented. Work that is known to be long (`stale`) is followed by a question.
 */

/** Questions that are all asked: short runs are timed exactly. */
const EXACT_READS = 32;
/** Events less than this apart on average are in quick succession. */
const DENSE_US = 1.5;
const DENSE_EVENTS = 16;
/** For events that are that quick that even so many of them take no longer than `SHORT_US`. */
const MOST_EVENTS = 64;
const SHORT_US = 2;

export class TraceClock {
  private last = 0;
  private asked = 0;
  private stride = 1;

  constructor(private readonly host: { nowUs(): number }) {}

  read(): number {
    const now = Math.round(this.host.nowUs());
    const passed = now - this.last;
    if (++this.asked <= EXACT_READS || passed >= this.stride * DENSE_US) this.stride = 1;
    else
      this.stride =
        passed < SHORT_US ? Math.min(MOST_EVENTS, Math.max(DENSE_EVENTS, this.stride * 2)) : DENSE_EVENTS;
    return (this.last = now);
  }

  /** Events that need no question after the last one. */
  get skips(): number {
    return this.stride - 1;
  }

  stale(): void {
    this.stride = 1;
  }
}
