/**
 * The host's clock for calls in quick succession. Asking it takes longer than a short call, so that of questions less
 * than 1.5 µs apart on average one in sixteen is asked, and the others get the answer before: late by some
 * microseconds, never invented. Work that is known to be long (`stale`) is followed by a question that is asked.
 */

/** Questions that are all asked: short runs are timed exactly. */
const EXACT_READS = 32;
const DENSE_US = 1.5;
const DENSE_READS = 16;

export class TraceClock {
  private last = 0;
  private asked = 0;
  private stride = 1;
  private skip = 0;

  constructor(private readonly nowUs: () => number) {}

  read(): number {
    if (this.skip > 0) {
      this.skip--;
      return this.last;
    }
    return this.ask();
  }

  private ask(): number {
    const now = Math.round(this.nowUs());
    const isDense = ++this.asked > EXACT_READS && now - this.last < this.stride * DENSE_US;
    this.stride = isDense ? DENSE_READS : 1;
    this.skip = this.stride - 1;
    return (this.last = now);
  }

  stale(): void {
    this.skip = 0;
    this.stride = 1;
  }
}
