/** `update` and its kin, and the walks through nested values. */
import { cannotWait, callAsync, waits } from '../runtime/call';
import { hardError } from '../runtime/halt';
import { HotMap, MapBuilder } from '../runtime/hot-map';
import { err, HotFn, Res, SUSPENDS, Tagged, type Fiber, type Value } from '../runtime/values';
import { assocIn, getIn } from './coll-access';
import { C } from './coll-transform';
import { payloadOf } from './limits';
import { callback, settle, type Loop } from './loops';
import { native, type NativeDef } from '../runtime/native-def';

/** One call, then what becomes of its result. */
function once(f: HotFn, arg: Value, done: (r: Value) => Value): Loop {
  let result: Value = null;
  let called = false;
  return {
    f,
    next: () => {
      if (called) return null;
      called = true;
      return [arg];
    },
    step: (r) => {
      result = r;
      return true;
    },
    done: () => done(result),
  };
}

const THIRD = [{ index: 2, byName: true }];

const update = C(
  'update',
  '(map: Map, key: Any, func: Fn): Map',
  'The map with the function applied to the value under the key.',
  (fb, _site, [raw = null, key = null, fn]) => {
    const m = payloadOf(raw);
    if (!(m instanceof HotMap)) return err('::hot::coll/update expects a Map as the first argument');
    const f = callback(fb, 'update', fn);
    if (f instanceof Res) return f;
    return once(f, m.get(key) ?? null, (r) =>
      raw instanceof Tagged ? new Tagged(raw.type, m.set(key, r)) : m.set(key, r),
    );
  },
  THIRD,
);

const updateIn = C(
  'update-in',
  '(coll: Map | Vec, path: Vec, func: Fn): Map | Vec',
  'A copy with the function applied to the value at the end of the path.',
  (fb, _site, [coll = null, path, fn]) => {
    if (!Array.isArray(path)) return err('update-in: path must be a Vec');
    const f = callback(fb, 'update-in', fn);
    if (f instanceof Res) return f;
    return once(f, getIn(coll, path, null), (r) => assocIn(coll, path, 0, r));
  },
  THIRD,
);

const MAX_WALK = 10_000;

/**
 * The walks recurse between callbacks, so they are generators of calls to make: driven with and without waiting.
 */
type Walk = Generator<readonly [HotFn, Value], Value, Value>;

function* parts(v: Value, each: (part: Value) => Walk, site: number): Walk {
  if (Array.isArray(v)) {
    const out: Value[] = [];
    for (const x of v) out.push(yield* each(x));
    return out;
  }
  if (v instanceof HotMap) {
    const b = new MapBuilder();
    for (let i = 0; i < v.size; i++) b.set(v.keyAt(i), yield* each(v.valueAt(i)));
    return b.done();
  }
  if (v instanceof Tagged && !v.unit) {
    const inner = yield* parts(v.val, each, site);
    return v instanceof Res ? new Res(v.ok, inner) : new Tagged(v.type, inner);
  }
  return v;
}

function tooDeep(site: number, depth: number): void {
  if (depth > MAX_WALK) throw hardError(site, `walk: nesting depth exceeds ${MAX_WALK} levels`);
}

function* postwalk(f: HotFn, v: Value, site: number, depth: number): Walk {
  tooDeep(site, depth);
  const rebuilt = yield* parts(v, (x) => postwalk(f, x, site, depth + 1), site);
  return yield [f, rebuilt];
}

function* prewalk(f: HotFn, v: Value, site: number, depth: number): Walk {
  tooDeep(site, depth);
  const changed: Value = yield [f, v];
  return yield* parts(changed, (x) => prewalk(f, x, site, depth + 1), site);
}

function* walk(inner: HotFn, outer: HotFn, v: Value, site: number): Walk {
  const call = function* (x: Value): Walk {
    return yield [inner, x];
  };
  const rebuilt = yield* parts(v, call, site);
  return yield [outer, rebuilt];
}

type Start = (fb: Fiber, site: number, args: readonly Value[]) => Walk | Res;

function drive(
  start: Start,
): Pick<NativeDef, 's' | 'a'> & { s: NonNullable<NativeDef['s']>; a: NonNullable<NativeDef['a']> } {
  return {
    s: (fb, d, site, ...args) => {
      const steps = start(fb, site, args);
      if (steps instanceof Res) return steps;
      for (let at = steps.next(); ;) {
        if (at.done === true) return at.value;
        const [f, v] = at.value;
        if (f.x === SUSPENDS.maybe || (f.x === SUSPENDS.byArguments && waits(v))) {
          throw cannotWait(site, f.name ?? '<function>');
        }
        at = steps.next(settle(site, f.s(fb, d - 1, site, v), false));
      }
    },
    a: async (fb, d, site, ...args) => {
      const steps = start(fb, site, args);
      if (steps instanceof Res) return steps;
      for (let at = steps.next(); ;) {
        if (at.done === true) return at.value;
        const [f, v] = at.value;
        at = steps.next(settle(site, await callAsync(f, fb, d - 1, site, [v]), false));
      }
    },
  };
}

function W(name: string, sig: string, doc: string, fns: readonly number[], start: Start): NativeDef {
  return native(`::hot::coll/${name}`, {
    core: true,
    pure: true,
    sig,
    doc,
    poly: fns.map((index) => ({ index, byName: true })),
    ...drive(start),
  });
}

export const WALK: readonly NativeDef[] = [
  update,
  updateIn,
  W(
    'walk',
    '(inner: Fn, outer: Fn, form: Any): Any',
    'One level: inner on the parts, outer on the whole.',
    [0, 1],
    (fb, site, [a, b, v = null]) => {
      const inner = callback(fb, 'walk', a);
      const outer = callback(fb, 'walk', b);
      if (inner instanceof Res) return inner;
      return outer instanceof Res ? outer : walk(inner, outer, v, site);
    },
  ),
  W(
    'prewalk',
    '(f: Fn, form: Any): Any',
    'The function on the whole, then on the parts of what it gave.',
    [0],
    (fb, site, [fn, v = null]) => {
      const f = callback(fb, 'prewalk', fn);
      return f instanceof Res ? f : prewalk(f, v, site, 0);
    },
  ),
  W(
    'postwalk',
    '(f: Fn, form: Any): Any',
    'The function on the parts, then on the whole.',
    [0],
    (fb, site, [fn, v = null]) => {
      const f = callback(fb, 'postwalk', fn);
      return f instanceof Res ? f : postwalk(f, v, site, 0);
    },
  ),
  native('::hot::coll/postwalk-replace', {
    core: true,
    pure: true,
    sig: '(replacement-map: Map, form: Any): Any',
    doc: 'Replaces every part that equals a key.',
    s: (_fb, _d, site, map, v = null) => {
      if (!(map instanceof HotMap)) {
        return err('::hot::coll/postwalk-replace: first argument must be a map of {old: new} values');
      }
      return replaceAll(map, v, site, 0);
    },
  }),
];

function replaceAll(map: HotMap, v: Value, site: number, depth: number): Value {
  tooDeep(site, depth);
  let out = v;
  if (Array.isArray(v)) out = v.map((x) => replaceAll(map, x, site, depth + 1));
  else if (v instanceof HotMap) {
    const b = new MapBuilder();
    for (let i = 0; i < v.size; i++) {
      b.set(replaceAll(map, v.keyAt(i), site, depth + 1), replaceAll(map, v.valueAt(i), site, depth + 1));
    }
    out = b.done();
  } else if (v instanceof Tagged && !v.unit) {
    const inner = replaceAll(map, v.val, site, depth + 1);
    out = v instanceof Res ? new Res(v.ok, inner) : new Tagged(v.type, inner);
  }
  return map.get(out) ?? out;
}
