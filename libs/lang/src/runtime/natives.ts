/** Natives as generated code calls them: recorded while tracing, and as values. */
import type { NativeDef } from './native-def';
import type { OpenCall } from './open-call';
import type { Arrows } from './arrows';
import { asThunk, cannotWait } from './call';
import type { ProgramRt } from './program-rt';
import { TYPE_NS } from './types';
import { err, HotFn, SUSPENDS, Thunk, type AsyncEntry, type Entry, type Value } from './values';

export interface NativeEntry {
  readonly s: Entry;
  readonly a: AsyncEntry;
}

/** Trace table indices of natives lie behind those of the program. */
export const NATIVE_CALLS = 1 << 20;

export function tracedNative(program: ProgramRt, def: NativeDef): NativeEntry {
  const { name } = def.signature;
  const own = def.s;
  const s: Entry =
    own ??
    ((_fb, _d, site) => {
      throw cannotWait(site, name);
    });
  const a: AsyncEntry = def.a ?? (async (fb, d, site, ...args) => s(fb, d, site, ...args));
  if (!def.traced) return { s, a };
  const call = program.registerNative(name);
  const many: Entry = (fb, d, site, ...args) => {
    const open = begin(fb, d, site, call, args);
    const result = s(fb, d, site, ...args);
    if (open !== null) fb.r.tracer?.end(fb, open, result);
    return result;
  };
  return {
    s: own !== null && def.lazy === 0 && isPair(def) ? tracedPair(own, call, many) : many,
    a: async (fb, d, site, ...args) => {
      const open = begin(fb, d, site, call, args);
      const result = await a(fb, d, site, ...args);
      if (open !== null) fb.r.tracer?.end(fb, open, result);
      return result;
    },
  };
}

/** Of two parameters: most of what is called for each element of a list. */
const isPair = (def: NativeDef): boolean =>
  def.signature.overloads.every(({ params }) => params.length === 2 && params.every((p) => !p.variadic));

/** Without a list of arguments. */
function tracedPair(own: Entry, call: number, many: Entry): Entry {
  return (fb, d, site, x, y, ...more) => {
    if (x === undefined || y === undefined || more.length > 0) {
      return y === undefined
        ? x === undefined
          ? many(fb, d, site)
          : many(fb, d, site, x)
        : many(fb, d, site, x as Value, y, ...more);
    }
    const { tracer } = fb.r;
    if (tracer === null) return own(fb, d, site, x, y);
    if (fb.tp?.id === 0) {
      fb.r.calls++;
      tracer.dropped++;
      return own(fb, d, site, x, y);
    }
    const open = tracer.begin2(fb, d - 1, site, call, x, y);
    const result = own(fb, d, site, x, y);
    tracer.end(fb, open, result);
    return result;
  };
}

function begin(
  fb: Parameters<Entry>[0],
  d: number,
  site: number,
  call: number,
  args: readonly Value[],
): OpenCall | null {
  const { tracer } = fb.r;
  if (tracer === null) return null;
  fb.r.calls++;
  if (fb.tp?.id === 0) {
    tracer.dropped++;
    return null;
  }
  // A thunk has no value yet.
  const shown = args.some((v) => v instanceof Thunk)
    ? args.map((v) => (v instanceof Thunk ? null : v))
    : args;
  return tracer.begin(fb, d - 1, site, call, shown);
}

/** A native as a function value: its lazy parameters receive thunks of the values it is called with. */
export function nativeFn(def: NativeDef, entry: NativeEntry, streams: boolean, arrows: Arrows): HotFn {
  const { lazy, raw } = def;
  const always = def.s === null || (def.converts !== null && arrows.waitsTo(TYPE_NS + def.converts));
  const byArguments = (streams && def.iterates) || def.poly.some((p) => (lazy & (1 << p.index)) === 0);
  const x = always ? SUSPENDS.maybe : byArguments ? SUSPENDS.byArguments : SUSPENDS.never;
  const prepare = (args: readonly Value[]): Value[] =>
    args.map((v, i) => ((lazy & (1 << i)) !== 0 ? asThunk(v) : v));
  const name = def.signature.name;
  const plain: NativeEntry =
    lazy === 0
      ? entry
      : {
          s: (fb, d, site, ...args) => entry.s(fb, d, site, ...prepare(args)),
          a: (fb, d, site, ...args) => entry.a(fb, d, site, ...prepare(args)),
        };
  const { counts } = countsOf(def);
  const least = counts.length === 0 ? 0 : Math.min(...counts);
  const { s, a } = least === 0 ? plain : guarded(plain, least, def);
  return new HotFn(name, s, a, x, raw === -1 ? -1 : raw | lazy, lazy, -1);
}

/**
 * Missing arguments of a native are never null. Superfluous ones are ignored: who calls back hands over key and
 * value, or index and element, to functions of one parameter too.
 */
function guarded(entry: NativeEntry, least: number, def: NativeDef): NativeEntry {
  const wrong = (got: number): Value =>
    err(`${def.signature.name} expects ${countsText(def)} argument(s), got ${got}`);
  const { most, open } = countsOf(def);
  const a: AsyncEntry = async (fb, d, site, ...args) =>
    args.length < least ? wrong(args.length) : entry.a(fb, d, site, ...args);
  // Callbacks of one and two parameters are called for each element: without a list of arguments.
  if (!open && least === 1 && most <= 2) {
    return {
      s: (fb, d, site, x, y) => {
        if (x === undefined) return wrong(0);
        return y === undefined ? entry.s(fb, d, site, x) : entry.s(fb, d, site, x, y);
      },
      a,
    };
  }
  if (!open && least === 2 && most <= 3) {
    return {
      s: (fb, d, site, x, y, z) => {
        if (x === undefined || y === undefined) return wrong(x === undefined ? 0 : 1);
        return z === undefined ? entry.s(fb, d, site, x, y) : entry.s(fb, d, site, x, y, z);
      },
      a,
    };
  }
  return {
    s: (fb, d, site, ...args) => (args.length < least ? wrong(args.length) : entry.s(fb, d, site, ...args)),
    a,
  };
}

function countsOf({ signature }: NativeDef): {
  readonly counts: readonly number[];
  readonly most: number;
  readonly open: boolean;
} {
  const counts = signature.overloads.map(({ params }) => params.filter((p) => !p.variadic).length);
  return {
    counts,
    most: Math.max(0, ...counts),
    open: signature.overloads.some(({ params }) => params.some((p) => p.variadic)),
  };
}

function countsText(def: NativeDef): string {
  const { counts, open } = countsOf(def);
  const sorted = [...new Set(counts)].sort((x, y) => x - y);
  return open ? `at least ${sorted[0] ?? 0}` : sorted.join(' or ');
}
