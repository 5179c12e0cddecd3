/** `::hot::coll`: functions that call back for each element. */
import { truthy } from '../runtime/consume';
import { HotMap, MapBuilder } from '../runtime/hot-map';
import { Iter } from '../runtime/iter';
import { chars } from '../source/utf8';
import { err, HotFn, Res, SUSPENDS, Tagged, type Value } from '../runtime/values';
import { C, COLL, entries, FN_SECOND, policy, REDUCED_TYPE, single, source } from './coll-source';
import { MAX_COLLECTION, payloadOf, tooManyElements } from './limits';
import { callback, loopNative, over, settle, type Loop } from './loops';
import { native, type NativeDef } from '../runtime/native-def';

function mapping(
  name: string,
  message: (v: Value) => string,
  nullable: boolean,
  indexed: boolean,
): NativeDef {
  const own = C(
    name,
    [`(${COLL}, func: Fn): Vec`, `(${COLL}, func: Fn, on-err: OnErr): Vec`],
    indexed ? 'The function applied to index and element.' : 'The function applied to each element.',
    (fb, _site, [raw = null, fn, onErr]) => {
      const coll = payloadOf(raw);
      const from = coll === null && !nullable ? null : indexed && coll instanceof Iter ? null : source(coll);
      if (from === null) return err(message(coll));
      const f = callback(fb, name, fn);
      if (f instanceof Res) return f;
      const preserve = policy(name, onErr);
      if (preserve instanceof Res) return preserve;
      const out: Value[] = [];
      let i = 0;
      const next = indexed
        ? (): Value[] | null => {
            const args = from.next();
            return args === null ? null : [i++, ...args];
          }
        : from.next;
      const loop: Loop = { f, next, step: (r) => out.push(r) < 0, done: () => out, preserve };
      return loop;
    },
  );
  if (indexed) return own;
  const slow = own.s;
  // By far the most common case: a Vec and a function that cannot wait.
  return {
    ...own,
    s: (fb, d, site, coll, fn, onErr) => {
      if (Array.isArray(coll) && fn instanceof HotFn && fn.x === SUSPENDS.never && onErr === undefined) {
        const { s } = fn;
        const n = coll.length;
        const out: Value[] = new Array<Value>(n);
        for (let i = 0; i < n; i++) out[i] = settle(site, s(fb, d - 1, site, coll[i] as Value), false);
        fb.r.spend(fb, n);
        return out;
      }
      const args = onErr === undefined ? [coll ?? null, fn ?? null] : [coll ?? null, fn ?? null, onErr];
      return slow === null ? null : slow(fb, d, site, ...args);
    },
  };
}

function fast(
  def: NativeDef,
  s: (slow: NonNullable<NativeDef['s']>) => NonNullable<NativeDef['s']>,
): NativeDef {
  return def.s === null ? def : { ...def, s: s(def.s) };
}

const filter = fast(
  C(
    'filter',
    `(${COLL}, predicate: Fn): Vec`,
    'The elements for which the predicate holds.',
    (fb, _site, [raw = null, fn]) => {
      const coll = payloadOf(raw);
      const from = source(coll);
      if (from === null) return err('filter requires a collection');
      const f = callback(fb, 'filter', fn);
      if (f instanceof Res) return f;
      const out: Value[] = [];
      let last: Value[] | null = null;
      return {
        f,
        next: () => (last = from.next()),
        step: (r) => {
          if (truthy(r) && last !== null) out.push(last.length === 2 ? [...last] : (last[0] ?? null));
          return false;
        },
        done: () => out,
      };
    },
  ),
  (slow) => (fb, d, site, coll, fn) => {
    if (Array.isArray(coll) && fn instanceof HotFn && fn.x === SUSPENDS.never) {
      const { s } = fn;
      const out: Value[] = [];
      for (let i = 0; i < coll.length; i++) {
        const item = coll[i] as Value;
        const keep = s(fb, d - 1, site, item);
        if (keep === true || (keep !== false && truthy(settle(site, keep, false)))) out.push(item);
      }
      fb.r.spend(fb, coll.length);
      return out;
    }
    return slow(fb, d, site, coll ?? null, fn ?? null);
  },
);

const isReduced = (v: Value): v is Tagged => v instanceof Tagged && v.type.name === REDUCED_TYPE.name;

function reducedValue(v: Tagged): Value {
  return v.val instanceof HotMap ? (v.val.getStr('value') ?? null) : v.val;
}

const reduce = fast(
  C(
    'reduce',
    `(${COLL}, reducer: Fn, initial: Any): Any`,
    'Combines the elements one after the other, beginning with `initial`.',
    (fb, _site, [raw = null, fn, initial = null]) => {
      const coll = payloadOf(raw);
      const f = callback(fb, 'reduce', fn);
      // Entries of maps come as a pair, or as key and value where the reducer has parameters for both.
      const apart = coll instanceof HotMap && f instanceof HotFn && f.arity === 3;
      const from = apart ? entries(coll) : single(coll, false);
      if (from === null) return err('reduce requires a collection');
      if (f instanceof Res) return f;
      let acc = initial;
      return {
        f,
        next: () => {
          const args = from.next();
          return args === null ? null : [acc, ...args];
        },
        step: (r) => {
          const end = isReduced(r);
          acc = end ? reducedValue(r) : r;
          return end;
        },
        done: () => acc,
      };
    },
  ),
  (slow) => (fb, d, site, coll, fn, initial) => {
    if (Array.isArray(coll) && fn instanceof HotFn && fn.x === SUSPENDS.never) {
      const { s } = fn;
      let acc = initial ?? null;
      for (let i = 0; i < coll.length; i++) {
        acc = settle(site, s(fb, d - 1, site, acc, coll[i] as Value), false);
        if (acc instanceof Tagged && isReduced(acc)) return reducedValue(acc);
      }
      fb.r.spend(fb, coll.length);
      return acc;
    }
    return slow(fb, d, site, coll ?? null, fn ?? null, initial ?? null);
  },
);

/** `some`, `all`, `find-first`: stop as soon as the answer is known. */
function searching(
  name: string,
  sig: string,
  doc: string,
  nullable: boolean,
  decide: (hit: boolean, item: Value) => Value | undefined,
  otherwise: Value,
): NativeDef {
  return C(name, sig, doc, (fb, _site, [raw = null, fn]) => {
    const coll = payloadOf(raw);
    const from = coll === null && !nullable ? null : single(coll, false);
    if (from === null)
      return err(`${name} requires a collection${name === 'some' ? '' : ' (Vec, Map, or Iter)'}`);
    const f = callback(fb, name, fn);
    if (f instanceof Res) return f;
    let answer = otherwise;
    let item: Value = null;
    return {
      f,
      next: () => {
        const args = from.next();
        item = args?.[0] ?? null;
        return args;
      },
      step: (r) => {
        const known = decide(truthy(r), item);
        if (known !== undefined) answer = known;
        return known !== undefined;
      },
      done: () => answer,
    };
  });
}

const remove = C(
  'remove',
  `(${COLL}, predicate: Fn): Str | Vec | Map`,
  'The collection without the elements for which the predicate holds.',
  (fb, _site, [raw = null, fn]) => {
    const coll = payloadOf(raw);
    const f = callback(fb, 'remove', fn);
    if (f instanceof Res) return f;
    if (coll instanceof HotMap) {
      const out = new MapBuilder();
      const from = entries(coll);
      let last: Value[] | null = null;
      return {
        f,
        next: () => (last = from.next()),
        step: (r) => {
          if (!truthy(r) && last !== null) out.set(last[0] ?? null, last[1] ?? null);
          return false;
        },
        done: () => out.done(),
      };
    }
    const items = typeof coll === 'string' ? chars(coll) : Array.isArray(coll) ? coll : null;
    if (items === null) return err('remove requires a collection');
    const out: Value[] = [];
    return over(
      f,
      items,
      (r, item) => {
        if (!truthy(r)) out.push(item);
        return false;
      },
      () => (typeof coll === 'string' ? out.join('') : out),
    );
  },
);

export const mapcat = C(
  'mapcat',
  [`(${COLL}, f: Fn): Vec`, `(${COLL}, f: Fn, on-err: OnErr): Vec`],
  'Joins the Vecs that the function gives.',
  (fb, _site, [raw = null, fn, onErr]) => {
    const coll = payloadOf(raw);
    const from = coll instanceof Iter ? null : single(coll, false);
    if (from === null) return err('mapcat requires a collection');
    const f = callback(fb, 'mapcat', fn);
    if (f instanceof Res) return f;
    const preserve = policy('mapcat', onErr);
    if (preserve instanceof Res) return preserve;
    const out: Value[] = [];
    return {
      f,
      preserve,
      next: from.next,
      step: (r) => {
        if (Array.isArray(r)) for (const x of r) out.push(x);
        else out.push(r);
        return out.length > MAX_COLLECTION;
      },
      done: () => (out.length > MAX_COLLECTION ? tooManyElements('mapcat', out.length) : out),
    };
  },
);

const forEach = native('::hot::iter/for-each', {
  core: true,
  pure: true,
  sig: '(coll: Any, f: Fn): Null',
  doc: 'Calls the function for each element.',
  poly: FN_SECOND,
  ...loopNative((fb, _site, [raw = null, fn]) => {
    const coll = payloadOf(raw);
    const from = single(coll, true);
    if (from === null) return err('for-each requires a collection (Vec, Map, Str, or Iter)');
    const f = callback(fb, 'for-each', fn);
    if (f instanceof Res) return f;
    return { f, next: from.next, step: () => false, done: () => null };
  }),
});

export const TRANSFORM: readonly NativeDef[] = [
  mapping('map', () => 'Map function expects a collection (Vec, Map, Str, or Iter)', true, false),
  mapping('map-indexed', () => 'map-indexed requires a collection', false, true),
  filter,
  reduce,
  remove,
  mapcat,
  searching(
    'find-first',
    '(coll: Vec, predicate: Fn): Any',
    'The first element for which the predicate holds.',
    true,
    (hit, item) => (hit ? item : undefined),
    null,
  ),
  searching(
    'some',
    `(${COLL}, predicate: Fn): Bool`,
    'Whether the predicate holds for some element.',
    true,
    (hit) => (hit ? true : undefined),
    false,
  ),
  searching(
    'all',
    `(${COLL}, predicate: Fn): Bool`,
    'Whether the predicate holds for all elements.',
    false,
    (hit) => (hit ? undefined : false),
    true,
  ),
  forEach,
];
