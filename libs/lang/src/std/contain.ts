/**
 * Boundaries inside a program: natives that evaluate a lazy argument and see what came of it, a value or a halt.
 * Each is written once as a function of the outcome; the drivers evaluate with and without waiting.
 */
import { callAsync, cannotWait, force, forceAsync, functionOf, someWait, waits } from '../runtime/call';
import { asHalt, type Halt } from '../runtime/halt';
import { HotFn, SUSPENDS, type AsyncEntry, type Entry, type Fiber, type Value } from '../runtime/values';

export type Outcome =
  { readonly value: Value; readonly halt: null } | { readonly value: null; readonly halt: Halt };

/** Call this function with these arguments next, and give what it gives. */
export class CallNext {
  constructor(
    readonly f: HotFn,
    readonly args: readonly Value[],
  ) {}
}

/** Ends of runs are never contained: a stopped run is stopped. */
function contained(fb: Fiber, open: Fiber['tp'], e: unknown): Outcome {
  const halt = asHalt(e, 0);
  if (halt.kind === 'stop') throw halt;
  fb.r.unwind(fb, open, halt);
  return { value: null, halt };
}

export function outcome(fb: Fiber, f: () => Value): Outcome {
  const open = fb.tp;
  try {
    return { value: f(), halt: null };
  } catch (e) {
    return contained(fb, open, e);
  }
}

export async function outcomeAsync(fb: Fiber, f: () => Promise<Value>): Promise<Outcome> {
  const open = fb.tp;
  try {
    return { value: fb.r.resume(await f()), halt: null };
  } catch (e) {
    return contained(fb, open, e);
  }
}

export type Decide = (
  fb: Fiber,
  d: number,
  site: number,
  outcome: Outcome,
  rest: readonly Value[],
) => Value | CallNext;

/** A native whose first, lazy argument is contained. */
export function containing(decide: Decide): { readonly s: Entry; readonly a: AsyncEntry } {
  return {
    s: (fb, d, site, thunk, ...rest) => {
      const v = decide(
        fb,
        d,
        site,
        outcome(fb, () => force(fb, d, thunk as Value)),
        rest,
      );
      return v instanceof CallNext ? callNow(fb, d, site, v) : v;
    },
    a: async (fb, d, site, thunk, ...rest) => {
      const v = decide(fb, d, site, await outcomeAsync(fb, () => forceAsync(fb, d, thunk as Value)), rest);
      return v instanceof CallNext ? callAsync(v.f, fb, d - 1, site, [...v.args]) : v;
    },
  };
}

/** A native that only forces its lazy arguments, in order: halts pass. */
export function forcing(
  count: number,
  then: (fb: Fiber, d: number, site: number, args: Value[]) => Value,
): { readonly s: Entry; readonly a: AsyncEntry } {
  return {
    s: (fb, d, site, ...args) => {
      for (let i = 0; i < Math.min(count, args.length); i++) args[i] = force(fb, d, args[i] as Value);
      return then(fb, d, site, args);
    },
    a: async (fb, d, site, ...args) => {
      for (let i = 0; i < Math.min(count, args.length); i++) {
        const v = args[i] as Value;
        args[i] = waits(v) ? fb.r.resume(await forceAsync(fb, d, v)) : force(fb, d, v);
      }
      return then(fb, d, site, args);
    },
  };
}

export function callNow(fb: Fiber, d: number, site: number, { f, args }: CallNext): Value {
  if (f.x === SUSPENDS.maybe || (f.x === SUSPENDS.byArguments && someWait(fb.r.program, args))) {
    throw cannotWait(site, f.name ?? '<function>');
  }
  return f.s(fb, d - 1, site, ...args);
}

/** A handler is called when it is a function; any other value, a Str too, stands for itself. */
export function handled(fb: Fiber, handler: Value | undefined, arg: Value): Value | CallNext {
  if (handler === undefined) return null;
  const f = functionOf(fb.r.program, handler, false);
  return f === null ? handler : new CallNext(f, [arg]);
}
