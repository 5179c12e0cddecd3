/**
 * Conversions whose arrows wait. The code that converts is synchronous: where it meets such an arrow it is left with
 * an exception, and run again from its beginning when the answer is there. What arrows gave is kept, so that none runs
 * twice; all else that conversions do has no effects.
 */
import { callAsync, waitsFor } from './call';
import type { ProgramRt } from './program-rt';
import type { Fiber, HotFn, Value } from './values';

/** Thrown through converting code; never reaches programs. */
class Unanswered {
  constructor(
    readonly fn: HotFn,
    readonly d: number,
    readonly site: number,
    readonly arg: Value,
  ) {}
}

export class Replay {
  private at = 0;
  private readonly answers: Value[] = [];

  constructor(private readonly program: ProgramRt) {}

  /** The answer of an arrow: known from before, given at once, or not there yet. */
  answer(fb: Fiber, d: number, site: number, fn: HotFn, arg: Value): Value {
    const known = this.answers[this.at++];
    if (known !== undefined) return known;
    if (waitsFor(this.program, fn, [arg])) throw new Unanswered(fn, d, site, arg);
    const given = fn.s(fb, d, site, arg);
    this.answers.push(given);
    return given;
  }

  async run<T>(fb: Fiber, once: (replay: Replay) => T): Promise<T> {
    for (;;) {
      this.at = 0;
      let open: Unanswered;
      try {
        return once(this);
      } catch (e) {
        if (!(e instanceof Unanswered)) throw e;
        open = e;
      }
      this.answers.push(await callAsync(open.fn, fb, open.d, open.site, [open.arg]));
    }
  }
}
