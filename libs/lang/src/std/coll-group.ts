/** `::hot::coll`: functions that call back and sort elements into maps, groups and chunks. */
import { functionOf } from '../runtime/call';
import { truthy } from '../runtime/consume';
import { compare, equal } from '../runtime/equality';
import { HotMap, MapBuilder } from '../runtime/hot-map';
import { chars } from '../source/utf8';
import { err, Res, type Value } from '../runtime/values';
import { C, COLL, single } from './coll-source';
import { payloadOf } from './limits';
import { callback, over } from './loops';
import type { NativeDef } from '../runtime/native-def';

/** Loops over the keys or values of a map. */
function overMap(
  name: string,
  doc: string,
  keys: boolean,
  build: (b: MapBuilder, r: Value, k: Value, v: Value) => void,
): NativeDef {
  const param = name.startsWith('filter') ? 'predicate' : 'func';
  return C(name, `(m: Map, ${param}: Fn): Map`, doc, (fb, _site, [raw = null, fn]) => {
    const m = payloadOf(raw);
    if (!(m instanceof HotMap)) return err(`${name} requires a collection`);
    const f = callback(fb, name, fn);
    if (f instanceof Res) return f;
    const out = new MapBuilder();
    let i = 0;
    return {
      f,
      next: () => {
        if (i >= m.size) return null;
        const at = i++;
        return [keys ? m.keyAt(at) : m.valueAt(at)];
      },
      step: (r) => {
        build(out, r, m.keyAt(i - 1), m.valueAt(i - 1));
        return false;
      },
      done: () => out.done(),
    };
  });
}

function grouping(
  name: string,
  doc: string,
  add: (b: MapBuilder, key: Value, item: Value) => void,
): NativeDef {
  return C(name, '(coll: Vec, func: Fn): Map', doc, (fb, _site, [raw = null, fn]) => {
    const from = single(payloadOf(raw), false);
    if (from === null) return err(`${name} requires a collection`);
    const f = callback(fb, name, fn);
    if (f instanceof Res) return f;
    const out = new MapBuilder();
    let item: Value = null;
    return {
      f,
      next: () => {
        const args = from.next();
        item = args?.[0] ?? null;
        return args;
      },
      step: (r) => {
        add(out, r, item);
        return false;
      },
      done: () => out.done(),
    };
  });
}

const sortBy = C(
  'sort-by',
  `(${COLL}, func: Fn): Vec`,
  'Sorted by what the function gives, stable.',
  (fb, _site, [coll = null, fn]) => {
    if (!Array.isArray(coll)) return err('sort-by requires a collection');
    const f = callback(fb, 'sort-by', fn);
    if (f instanceof Res) return f;
    const keyed: [Value, Value][] = [];
    return over(
      f,
      coll,
      (key, item) => keyed.push([key, item]) < 0,
      () => {
        fb.r.spend(fb, coll.length);
        return keyed.sort((a, b) => compare(a[0], b[0])).map(([, item]) => item);
      },
    );
  },
);

const partitionBy = C(
  'partition-by',
  `(${COLL}, func: Fn): Vec<Vec>`,
  'Runs of elements with equal keys.',
  (fb, _site, [coll = null, fn]) => {
    if (!Array.isArray(coll)) return err('partition-by requires a collection');
    const f = callback(fb, 'partition-by', fn);
    if (f instanceof Res) return f;
    const out: Value[][] = [];
    let key: Value | undefined;
    return over(
      f,
      coll,
      (r, item) => {
        const run = out[out.length - 1];
        if (run !== undefined && key !== undefined && equal(key, r)) run.push(item);
        else out.push([item]);
        key = r;
        return false;
      },
      () => out,
    );
  },
);

const partition = C(
  'partition',
  ['(coll: Str | Vec | Map, size: Int): Vec', '(coll: Vec, pred: Fn): Vec<Vec>'],
  'Chunks of a size; or the elements that match and the rest.',
  (fb, _site, [raw = null, how = null]) => {
    const coll = payloadOf(raw);
    if (typeof how === 'number' || typeof how === 'bigint') return chunks(coll, Number(how));
    const f = functionOf(fb.r.program, how, true);
    if (f === null) return err('partition expects a size or a function');
    const from = single(coll, false);
    if (from === null || coll === null) return err('partition requires a collection');
    const yes: Value[] = [];
    const no: Value[] = [];
    let item: Value = null;
    const asMap = coll instanceof HotMap;
    return {
      f,
      next: () => {
        const args = from.next();
        item = args?.[0] ?? null;
        return args;
      },
      step: (r) => (truthy(r) ? yes : no).push(item) < 0,
      done: () => (asMap ? [fromPairs(yes), fromPairs(no)] : [yes, no]),
    };
  },
);

export function fromPairs(pairs: readonly Value[]): HotMap {
  const b = new MapBuilder();
  for (const pair of pairs) if (Array.isArray(pair)) b.set(pair[0] ?? null, pair[1] ?? null);
  return b.done();
}

function chunks(coll: Value, size: number): Value {
  if (size <= 0) return err('partition size must be > 0');
  const isMap = coll instanceof HotMap;
  const items = isMap
    ? coll.entries()
    : typeof coll === 'string'
      ? chars(coll)
      : Array.isArray(coll)
        ? coll
        : null;
  if (items === null) return err('partition requires a collection');
  const out: Value[] = [];
  for (let i = 0; i < items.length; i += size) {
    const chunk = items.slice(i, i + size);
    out.push(isMap ? fromPairs(chunk) : chunk);
  }
  return out;
}

export const GROUP: readonly NativeDef[] = [
  overMap('map-keys', 'The function applied to each key.', true, (b, r, _k, v) => b.set(r, v)),
  overMap('map-vals', 'The function applied to each value.', false, (b, r, k) => b.set(k, r)),
  overMap('filter-keys', 'The entries whose key fulfils the predicate.', true, (b, r, k, v) => {
    if (truthy(r)) b.set(k, v);
  }),
  overMap('filter-vals', 'The entries whose value fulfils the predicate.', false, (b, r, k, v) => {
    if (truthy(r)) b.set(k, v);
  }),
  grouping('group-by', 'Key → the elements with that key.', (b, key, item) => {
    const list = b.get(key);
    if (Array.isArray(list)) list.push(item);
    else b.set(key, [item]);
  }),
  grouping('index-by', 'Key → the last element with that key.', (b, key, item) => b.set(key, item)),
  sortBy,
  partitionBy,
  partition,
];
