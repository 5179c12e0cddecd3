/** One run: everything that is its own while several of them share an isolate. */
import {
  CONTROL_BEAT,
  CONTROL_DEADLINE,
  CONTROL_HEADER_WORDS,
  CONTROL_NOW,
  CONTROL_RUNNING,
  CONTROL_STOP,
  CONTROL_WORDS_PER_SLOT,
  STOP_REASONS,
  type RunControl,
  type RunHost,
  type RunLimits,
} from '../embed';
import { FUEL } from './fuel';
import { recursionError, stopHalt, type Halt, type StopCause } from './halt';
import type { HotMap } from './hot-map';
import { Masker } from './mask';
import type { Place, ProgramRt } from './program-rt';
import type { OpenCall } from './open-call';
import { Tracer } from './trace';
import type { Fiber, Value } from './values';

/** Work of a native, in calls, after which the time is asked for again. */
const LONG_WORK = 64;

export interface Continued {
  /** Puts the values that are there already into their cells. */
  fill(run: Run): void;
  /** Whether a step (its index) is done with. */
  skips(step: number): boolean;
}

export class Run {
  readonly masker = new Masker();
  /** Null while nothing is recorded. */
  tracer: Tracer | null;
  /** Namespace values of this run; those computed once stand in the program. */
  readonly cells: Value[] = [];
  /** Context variables, and which keys are secret. */
  ctx = new Map<string, Value>();
  readonly secretKeys = new Set<string>();
  info: HotMap | null = null;
  /** Text of log lines kept by `capture-stdout` and `capture-stderr`. */
  captures: { out: { text: string } | null; err: { text: string } | null } = { out: null, err: null };
  /** Full name of the test under way. */
  currentTest = '';
  /** Where the assertions stand that failed in it, in their order; null: not known. */
  failedAt: (Place | null)[] = [];
  /** What this run takes over from an earlier one; see session.ts. */
  continued: Continued | null = null;
  calls = 0;
  private fibers = 0;
  /** Work of natives in a traced run since the last look at the control words. */
  private owed = 0;
  /** Arrows to Str that are being applied inside each other. */
  strDepth = 0;
  private readonly base: number;

  constructor(
    readonly program: ProgramRt,
    readonly host: RunHost,
    readonly control: RunControl,
    readonly limits: RunLimits,
    readonly startMs: number,
    trace: boolean,
  ) {
    this.base = CONTROL_HEADER_WORDS + control.slot * CONTROL_WORDS_PER_SLOT;
    this.tracer = trace
      ? new Tracer(
          program,
          { maxBytes: limits.maxTraceBytes, maxCalls: limits.maxTraceCalls, maxDepth: limits.maxDepth },
          { nowUs: () => host.nowUs(), post: (block) => host.trace?.(block), check: () => this.check() },
          this.masker,
        )
      : null;
  }

  fiber(tp: OpenCall | null): Fiber {
    // Each has fuel of its own: a tree of many that make a few calls each would never look up otherwise. None but
    // the first is begun without: a halt ends only its own branch, and the others would grow on.
    if (this.fibers++ > 0) {
      this.tracer?.share(tp);
      this.check();
    }
    return { f: this.tracer === null || tp?.id === 0 ? FUEL : 0, tp, r: this };
  }

  /** The slow path of a function's entry that is not recorded: out of fuel, or too deep. */
  enter(fb: Fiber, d: number, site: number): null {
    if (d < 0) throw recursionError(site, this.limits.maxDepth);
    const { tracer } = this;
    if (tracer !== null) tracer.dropped += FUEL - fb.f;
    this.refuel(fb);
    return null;
  }

  /** The slow path of a loop in the library. */
  again(fb: Fiber): void {
    if (this.tracer === null || fb.tp?.id === 0) {
      this.refuel(fb);
      return;
    }
    fb.f = 0;
    if ((++this.calls & 127) === 0) this.check();
  }

  /**
   * So many turns (512, see compile/loops.ts) of a self tail call: those that make up less are billed to the fibre.
   * `open`: the call in which their flows are recorded; gives back null when they are so no longer.
   */
  turns(open: OpenCall | null): OpenCall | null {
    this.calls += FUEL;
    this.check();
    const { tracer } = this;
    if (tracer === null) return null;
    if (open === null) tracer.dropped += FUEL;
    return tracer.isFull ? null : open;
  }

  private refuel(fb: Fiber): void {
    this.calls += FUEL - fb.f;
    fb.f = FUEL;
    this.check();
  }

  /** A halt has been caught: what it left open in the trace, inside `to`, has failed with it. */
  unwind(fb: Fiber, to: OpenCall | null, halt: Halt): void {
    const { tracer } = this;
    if (tracer === null) return;
    tracer.unwind(fb, to, this.masker.text(halt.message), halt.frames);
  }

  /** Natives that do long work bill it as calls. */
  spend(fb: Fiber, amount: number): void {
    if (this.tracer !== null) {
      // The fibre's own fuel is mostly below zero then, and says nothing.
      this.owed += amount;
      if (amount >= LONG_WORK) this.tracer.stale();
      if (this.owed >= FUEL) {
        this.owed = 0;
        this.check();
      }
      return;
    }
    fb.f -= amount;
    if (fb.f < 0) {
      this.calls += FUEL - fb.f;
      fb.f = FUEL;
      this.check();
    }
  }

  /** Reads the control words; halts the run when it must stop. */
  check(): void {
    const { words, slot } = this.control;
    words[CONTROL_RUNNING] = slot + 1;
    // An ordinary store: the embedder only watches whether it changes.
    words[CONTROL_BEAT] = ((words[CONTROL_BEAT] ?? 0) + 1) | 0;
    const stop = words[this.base + CONTROL_STOP] ?? 0;
    if (stop !== STOP_REASONS.none) throw stopHalt(0, causeOf(stop));
    const deadline = words[this.base + CONTROL_DEADLINE] ?? 0;
    if (deadline !== 0 && (words[CONTROL_NOW] ?? 0) > deadline) throw stopHalt(0, 'timeout');
  }

  /** After an await: this run has the processor again. */
  resume<T>(value: T): T {
    this.tracer?.stale();
    this.check();
    return value;
  }

  /** Nothing of this run is running until the host answers. */
  pause(): void {
    const { words, slot } = this.control;
    if (words[CONTROL_RUNNING] === slot + 1) words[CONTROL_RUNNING] = 0;
  }

  private idMs = 0;
  private idCounter = 0;

  /** Time and counter of the next time-ordered id: strictly growing within the run. */
  nextIdTime(): { readonly ms: number; readonly counter: number } {
    const now = this.host.epochMs();
    if (now > this.idMs) {
      this.idMs = now;
      this.idCounter = 0;
    } else if (++this.idCounter > 0xfff) {
      this.idMs++;
      this.idCounter = 0;
    }
    return { ms: this.idMs, counter: this.idCounter };
  }

  /** Calls made so far; `fb` is the fibre the run began with. */
  callCount(fb: Fiber): number {
    return this.tracer === null ? this.calls + Math.max(0, FUEL - fb.f) : this.calls;
  }

  stopCause(): StopCause | null {
    const stop = this.control.words[this.base + CONTROL_STOP] ?? 0;
    return stop === STOP_REASONS.none ? null : causeOf(stop);
  }
}

function causeOf(stop: number): StopCause {
  switch (stop) {
    case STOP_REASONS.timeout:
      return 'timeout';
    case STOP_REASONS.memory:
      return 'memory';
    case STOP_REASONS.shutdown:
      return 'shutdown';
    default:
      return 'cancelled';
  }
}
