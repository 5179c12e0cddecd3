/** Natives as generated code calls them: recorded while tracing, and as values. */
import type { NativeDef } from './native-def';
import { asThunk, cannotWait } from './call';
import type { ProgramRt } from './program-rt';
import { HotFn, SUSPENDS, Thunk, type AsyncEntry, type Entry, type Value } from './values';

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
  return {
    s: (fb, d, site, ...args) => {
      const open = begin(fb, d, site, call, args);
      const result = s(fb, d, site, ...args);
      if (open !== null) fb.r.tracer?.end(fb, open, result);
      return result;
    },
    a: async (fb, d, site, ...args) => {
      const open = begin(fb, d, site, call, args);
      const result = await a(fb, d, site, ...args);
      if (open !== null) fb.r.tracer?.end(fb, open, result);
      return result;
    },
  };
}

function begin(
  fb: Parameters<Entry>[0],
  d: number,
  site: number,
  call: number,
  args: readonly Value[],
): import('./trace').OpenCall | null {
  const { tracer } = fb.r;
  if (tracer === null) return null;
  fb.r.calls++;
  // A thunk has no value yet.
  const shown = args.map((v) => (v instanceof Thunk ? null : v));
  return tracer.begin(fb, fb.r.limits.maxDepth - d + 1, site, call, shown);
}

/** A native as a function value: its lazy parameters receive thunks of the values it is called with. */
export function nativeFn(def: NativeDef, entry: NativeEntry): HotFn {
  const { lazy, raw } = def;
  const always = def.s === null;
  const byArguments = def.poly.some((p) => (lazy & (1 << p.index)) === 0);
  const x = always ? SUSPENDS.maybe : byArguments ? SUSPENDS.byArguments : SUSPENDS.never;
  const prepare = (args: readonly Value[]): Value[] =>
    args.map((v, i) => ((lazy & (1 << i)) !== 0 ? asThunk(v) : v));
  return new HotFn(
    def.signature.name,
    lazy === 0 ? entry.s : (fb, d, site, ...args) => entry.s(fb, d, site, ...prepare(args)),
    lazy === 0 ? entry.a : (fb, d, site, ...args) => entry.a(fb, d, site, ...prepare(args)),
    x,
    raw === -1 ? -1 : raw | lazy,
    lazy,
    -1,
  );
}
