import { truthy } from '../runtime/boundaries';
import { compare, equals } from '../runtime/equality';
import { display, str } from '../runtime/display';
import { canonicalKey, HotMap } from '../runtime/hot-map';
import * as n from '../runtime/numbers';
import type { RunContext } from '../runtime/run-context';
import { Dec, Tagged, type Value } from '../runtime/values';
import { utf8Encode, utf8Length } from '../runtime/utf8';
import { asMap, callback, callbackKeeping, chars, fail, isVec, kindError, requireFn } from './helpers';
import { native, type Native } from './registry';

const MAX_ELEMENTS = 16_777_216;

/** Elements as reduce, some and the like see them: pairs for maps. */
function elements(coll: Value, message: string): readonly Value[] {
  if (coll === null) return [];
  if (isVec(coll)) return coll;
  const map = asMap(coll);
  return map === null ? kindError(message) : [...map.entries()];
}

function mapOver(rc: RunContext, coll: Value, f: Value, onErr: Value | undefined): Value {
  requireFn(rc, f, 'map');
  const keep = onErr instanceof Tagged && onErr.tag === '::hot::type/OnErr.Preserve';
  const one = keep ? callbackKeeping : callback;
  if (coll === null) return [];
  if (isVec(coll)) return coll.map((item) => one(rc, f, [item]));
  if (typeof coll === 'string') return chars(coll).map((item) => one(rc, f, [item]));
  const map = asMap(coll);
  if (map === null) return kindError('Map function expects a collection (Vec, Map, Str, or Iter)');
  return [...map.entries()].map(([key, value]) => one(rc, f, [key, value]));
}

function filterOver(rc: RunContext, coll: Value, f: Value): Value {
  requireFn(rc, f, 'filter');
  if (coll === null) return [];
  if (isVec(coll)) return coll.filter((item) => truthy(callback(rc, f, [item])));
  if (typeof coll === 'string') return chars(coll).filter((item) => truthy(callback(rc, f, [item])));
  const map = asMap(coll);
  if (map === null) return kindError('filter requires a collection');
  return [...map.entries()].filter(([key, value]) => truthy(callback(rc, f, [key, value])));
}

function reduceOver(rc: RunContext, coll: Value, f: Value, initial: Value): Value {
  requireFn(rc, f, 'reduce');
  let acc = initial;
  for (const item of elements(coll, 'reduce requires a collection')) {
    acc = callback(rc, f, [acc, item]);
    if (acc instanceof Tagged && acc.tag === '::hot::coll/Reduced') return asMap(acc)?.getField('value') ?? null;
  }
  return acc;
}

function lengthOf(value: Value): Value {
  if (isVec(value)) return value.length;
  if (typeof value === 'string') return utf8Length(value);
  if (value instanceof Uint8Array) return value.length;
  return asMap(value)?.size ?? kindError('length expects collection (Vec, Map, Str, or Bytes)');
}

function getFrom(coll: Value, key: Value, missing: Value): Value {
  const base = coll instanceof Tagged ? (coll.payload ?? null) : coll;
  if (base instanceof HotMap) return base.has(key) ? (base.get(key) ?? null) : missing;
  if (!isVec(base) && typeof base !== 'string' && !(base instanceof Uint8Array)) {
    return kindError('::hot::coll/get expects collection (Map, Vec, Str, or Bytes)');
  }
  if (!n.isInt(key)) return fail(`::hot::coll/get: ${isVec(base) ? 'Vec' : 'Str'} index must be an Int`);
  const list = typeof base === 'string' ? chars(base) : base;
  const index = Number(key);
  return index >= 0 && index < list.length ? (list[index] ?? null) : missing;
}

function concatAll(rc: RunContext, parts: readonly Value[]): Value {
  const present = parts.filter((part) => part !== null);
  if (present.some((part) => typeof part === 'string')) return present.map((part) => str(rc, part)).join('');
  if (present.every((part) => isVec(part))) {
    const total = present.reduce((sum: number, part) => sum + (part as readonly Value[]).length, 0);
    if (total > MAX_ELEMENTS) {
      return fail(`concat: refusing to allocate collection of ${total} elements (limit ${MAX_ELEMENTS}). Raise HOT_MAX_COLLECTION_SIZE if this is intentional.`);
    }
    return (present as (readonly Value[])[]).flatMap((part) => [...part]);
  }
  if (present.every((part) => part instanceof Uint8Array)) {
    return Uint8Array.from((present as Uint8Array[]).flatMap((part) => [...part]));
  }
  return kindError('concat expects all arguments to be strings, vectors, or bytes');
}

function sliceOf(coll: Value, start: Value, end: Value | undefined): Value {
  if (!n.isInt(start)) return fail('slice start index must be an integer');
  const cut = <T>(items: readonly T[]): T[] => {
    const from = Number(start) < 0 ? items.length : Number(start);
    const to = end === undefined || !n.isInt(end) || Number(end) < 0 ? items.length : Number(end);
    return from >= to ? [] : items.slice(from, to);
  };
  if (typeof coll === 'string') return cut([...coll]).join('');
  if (isVec(coll)) return cut(coll);
  if (coll instanceof Uint8Array) return Uint8Array.from(cut([...coll]));
  const map = asMap(coll);
  return map === null ? kindError('slice requires a collection') : HotMap.of(cut([...map.entries()]));
}

function rangeOf(args: readonly Value[]): Value {
  const [start, end, step] = args.length === 1 ? [0, args[0] ?? null, 1] : [args[0] ?? null, args[1] ?? null, args[2] ?? 1];
  if (!n.isNumber(start)) return fail('range start must be a number');
  if (!n.isNumber(end)) return fail('range end must be a number');
  if (!n.isNumber(step)) return fail('range step must be a number');
  if (n.compareNumbers(step, 0) === 0) return fail('range step cannot be zero');
  const isUp = n.compareNumbers(step, 0) > 0;
  const out: Value[] = [];
  const isInts = n.isInt(start) && n.isInt(end) && n.isInt(step);
  let at: n.Int | Dec = isInts ? start : n.toDec(start);
  while (isUp ? n.compareNumbers(at, end) < 0 : n.compareNumbers(at, end) > 0) {
    if (out.length >= MAX_ELEMENTS) {
      return fail(`range: refusing to allocate collection of more than ${MAX_ELEMENTS} elements (limit ${MAX_ELEMENTS}). Raise HOT_MAX_COLLECTION_SIZE if this is intentional.`);
    }
    out.push(at);
    at = at instanceof Dec ? n.addDec(at, n.toDec(step)) : n.addInt(at, step as n.Int);
  }
  return out;
}

function ends(coll: Value, name: string): readonly Value[] {
  if (typeof coll === 'string') return chars(coll);
  return isVec(coll) ? coll : kindError(`${name} requires a collection`);
}

function mapOf(value: Value, message: string): HotMap {
  return asMap(value) ?? kindError(message);
}

function group(rc: RunContext, coll: Value, f: Value, put: (map: HotMap, key: Value, item: Value) => void): Value {
  const map = new HotMap();
  for (const item of elements(coll, 'group-by requires a collection')) put(map, callback(rc, f, [item]), item);
  return map;
}

function mergeDeep(a: HotMap, b: HotMap): HotMap {
  const merged = a.copy();
  for (const [key, value] of b.entries()) {
    const mine = merged.get(key);
    merged.put(key, mine instanceof HotMap && value instanceof HotMap ? mergeDeep(mine, value) : value);
  }
  return merged;
}

function flatten(items: readonly Value[]): Value[] {
  return items.flatMap((item) => (isVec(item) ? flatten(item) : [item]));
}

function distinct(items: readonly Value[]): Value[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const key = canonicalKey(item);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

export const COLL: readonly Native[] = [
  native('* ::hot::coll/map(coll, func: Fn): Vec | (coll, func: Fn, on-err): Vec', (rc, coll = null, f = null, onErr) => mapOver(rc, coll, f, onErr)),
  native('* ::hot::coll/pmap(coll, func: Fn): Vec | (coll, func: Fn, on-err): Vec', (rc, coll = null, f = null, onErr) => mapOver(rc, coll, f, onErr)),
  native('* ::hot::coll/map-indexed(coll, func: Fn): Vec', (rc, coll = null, f = null) => {
    const map = asMap(coll);
    if (map !== null) return [...map.entries()].map(([k, v], i) => callback(rc, f, [i, k, v]));
    return ends(coll, 'map-indexed').map((item, i) => callback(rc, f, [i, item]));
  }),
  native('* ::hot::coll/mapcat(coll, f: Fn): Vec', (rc, coll = null, f = null) =>
    elements(coll, 'mapcat requires a collection').flatMap((item) => {
      const result = callback(rc, f, [item]);
      return isVec(result) ? [...result] : [result];
    }),
  ),
  native('* ::hot::coll/filter(coll, predicate: Fn): Vec', (rc, coll = null, f = null) => filterOver(rc, coll, f)),
  native('* ::hot::coll/remove(coll, predicate: Fn)', (rc, coll = null, f = null) => {
    const drop = (args: readonly Value[]): boolean => truthy(callback(rc, f, args));
    if (isVec(coll)) return coll.filter((item) => !drop([item]));
    if (typeof coll === 'string') return chars(coll).filter((item) => !drop([item])).join('');
    return HotMap.of([...mapOf(coll, 'remove requires a collection').entries()].filter((pair) => !drop(pair)));
  }),
  native('* ::hot::coll/reduce(coll, reducer: Fn, initial)', (rc, coll = null, f = null, initial = null) => reduceOver(rc, coll, f, initial)),
  native('* ::hot::coll/reduced(value)', (_, value = null) => new Tagged('::hot::coll/Reduced', HotMap.of([['value', value]]))),
  native('* ::hot::coll/find-first(coll, predicate: Fn)', (rc, coll = null, f = null) =>
    elements(coll, 'find-first requires a collection (Vec, Map, or Iter)').find((item) => truthy(callback(rc, f, [item]))) ?? null,
  ),
  native('* ::hot::coll/some(coll, predicate: Fn): Bool', (rc, coll = null, f = null) =>
    elements(coll, 'some requires a collection (Vec, Map, or Iter)').some((item) => truthy(callback(rc, f, [item]))),
  ),
  native('* ::hot::coll/all(coll, predicate: Fn): Bool', (rc, coll = null, f = null) =>
    coll === null
      ? kindError('all requires a collection (Vec, Map, or Iter)')
      : elements(coll, 'all requires a collection (Vec, Map, or Iter)').every((item) => truthy(callback(rc, f, [item]))),
  ),
  native('* ::hot::coll/sort(coll)', (_, coll = null) => {
    const sorted = [...ends(coll, 'sort')].sort(compare);
    return typeof coll === 'string' ? sorted.join('') : sorted;
  }),
  native('* ::hot::coll/sort-by(coll: Vec, func: Fn): Vec', (rc, coll = null, f = null) =>
    ends(coll, 'sort-by').map((item) => [callback(rc, f, [item]), item] as const).sort((a, b) => compare(a[0], b[0])).map(([, item]) => item),
  ),
  native('* ::hot::coll/reverse(coll)', (_, coll = null) => {
    const reversed = [...ends(coll, 'reverse')].reverse();
    return typeof coll === 'string' ? reversed.join('') : reversed;
  }),
  native('* ::hot::coll/distinct(coll)', (_, coll = null) => {
    const kept = distinct(ends(coll, 'distinct'));
    return typeof coll === 'string' ? kept.join('') : kept;
  }),
  native('* ::hot::coll/flatten(coll: Vec): Vec', (_, coll = null) => flatten(ends(coll, 'flatten'))),
  native('* ::hot::coll/group-by(coll: Vec, func: Fn): Map', (rc, coll = null, f = null) =>
    group(rc, coll, f, (map, key, item) => map.put(key, [...((map.get(key) ?? []) as readonly Value[]), item])),
  ),
  native('* ::hot::coll/index-by(coll: Vec, func: Fn): Map', (rc, coll = null, f = null) => group(rc, coll, f, (map, key, item) => map.put(key, item))),
  native('* ::hot::coll/frequencies(coll: Vec): Map', (_, coll = null) => {
    const map = new HotMap();
    for (const item of elements(coll, 'frequencies requires a collection')) map.put(item, n.addInt((map.get(item) ?? 0) as number, 1));
    return map;
  }),
  native('* ::hot::coll/zipmap(a: Vec, b: Vec): Map', (_, a = null, b = null) => {
    const values = ends(b, 'zipmap');
    return HotMap.of(ends(a, 'zipmap').slice(0, values.length).map((key, i) => [key, values[i] ?? null] as const));
  }),
  native('* ::hot::coll/partition(coll, size: Int | Fn)', (rc, coll = null, size = null) => {
    if (!n.isInt(size)) {
      const items = ends(coll, 'partition');
      const kept = items.filter((item) => truthy(callback(rc, size, [item])));
      return [kept, items.filter((item) => !kept.includes(item))];
    }
    if (Number(size) <= 0) return fail('partition size must be > 0');
    const items = ends(coll, 'partition');
    const out: Value[] = [];
    for (let i = 0; i < items.length; i += Number(size)) out.push(items.slice(i, i + Number(size)));
    return out;
  }),
  native('* ::hot::coll/get(coll: Map, key) | (coll: Map, key, not-found)', (_, coll = null, key = null, missing = null) => getFrom(coll, key, missing)),
  native('* ::hot::coll/get-in(coll: Map, path: Vec) | (coll: Map, path: Vec, default)', (_, coll = null, path = null, missing = null) => {
    if (!isVec(path)) return fail('get-in: path must be a Vec');
    let at: Value = coll;
    for (const key of path) {
      if (!(at instanceof HotMap) && !isVec(at) && !(at instanceof Tagged)) return missing;
      at = getFrom(at, key, null);
    }
    return at ?? missing;
  }),
  native('* ::hot::coll/assoc(map: Map, key, value): Map', (_, map = null, key = null, value = null) =>
    mapOf(map, '::hot::coll/assoc expects a Map as the first argument').copy().put(key, value),
  ),
  native('* ::hot::coll/assoc-some(map: Map, key, value): Map', (_, map = null, key = null, value = null) => {
    const copy = mapOf(map, '::hot::coll/assoc-some expects a Map as the first argument').copy();
    return value === null ? copy : copy.put(key, value);
  }),
  native('* ::hot::coll/update(map: Map, key, func: Fn): Map', (rc, map = null, key = null, f = null) => {
    const copy = mapOf(map, '::hot::coll/update expects a Map as the first argument').copy();
    return copy.put(key, callback(rc, f, [copy.get(key) ?? null]));
  }),
  native('* ::hot::coll/delete(coll, key)', (_, coll = null, key = null) => {
    const map = asMap(coll);
    if (map !== null) return map.copy().remove(key);
    if (!isVec(coll) && typeof coll !== 'string') return fail('delete requires a map or vector');
    const items = typeof coll === 'string' ? chars(coll) : [...coll];
    const index = n.isInt(key) ? (Number(key) < 0 ? items.length + Number(key) : Number(key)) : -1;
    if (index >= 0 && index < items.length) items.splice(index, 1);
    return typeof coll === 'string' ? items.join('') : items;
  }),
  native('* ::hot::coll/merge(a: Map, b: Map): Map', (_, a = null, b = null) => {
    const [x, y] = [asMap(a), asMap(b)];
    return x === null || y === null ? fail('merge expects two maps') : mergeDeep(x, y);
  }),
  native('* ::hot::coll/concat(...parts)', (rc, ...parts) => concatAll(rc, parts)),
  native('* ::hot::coll/slice(coll, start: Int) | (coll, start: Int, end: Int)', (_, coll = null, start = null, end) => sliceOf(coll, start, end)),
  native('* ::hot::coll/first(coll)', (_, coll = null) => ends(coll, 'first')[0] ?? null),
  native('* ::hot::coll/last(coll)', (_, coll = null) => ends(coll, 'last').at(-1) ?? null),
  native('* ::hot::coll/rest(coll)', (_, coll = null) => {
    const tail = coll === null ? [] : ends(coll, 'rest').slice(1);
    return typeof coll === 'string' ? tail.join('') : tail;
  }),
  native('* ::hot::coll/butlast(coll)', (_, coll = null) => {
    const head = coll === null ? [] : ends(coll, 'butlast').slice(0, -1);
    return typeof coll === 'string' ? head.join('') : head;
  }),
  native('* ::hot::coll/length(coll): Int', (_, coll = null) => lengthOf(coll)),
  native('* ::hot::coll/count(coll): Int', (_, coll = null) => (typeof coll === 'string' ? chars(coll).length : lengthOf(coll))),
  native('* ::hot::coll/is-empty(coll): Bool', (_, coll = null) => {
    if (coll === null) return true;
    if (isVec(coll) || typeof coll === 'string' || coll instanceof Uint8Array) return coll.length === 0;
    return asMap(coll) === null ? kindError('is-empty requires a collection') : asMap(coll)?.size === 0;
  }),
  native('* ::hot::coll/keys(coll): Vec', (_, coll = null) => asMap(coll)?.keys() ?? ends(coll, 'keys').map((__, i) => i)),
  native('* ::hot::coll/vals(coll): Vec', (_, coll = null) => asMap(coll)?.values() ?? ends(coll, 'values')),
  native('* ::hot::coll/map-keys(m: Map, func: Fn): Map', (rc, m = null, f = null) =>
    HotMap.of([...mapOf(m, 'map-keys expects a Map').entries()].map(([k, v]) => [callback(rc, f, [k]), v] as const)),
  ),
  native('* ::hot::coll/map-vals(m: Map, func: Fn): Map', (rc, m = null, f = null) =>
    HotMap.of([...mapOf(m, 'map-vals expects a Map').entries()].map(([k, v]) => [k, callback(rc, f, [v])] as const)),
  ),
  native('* ::hot::coll/filter-keys(m: Map, predicate: Fn): Map', (rc, m = null, f = null) =>
    HotMap.of([...mapOf(m, 'filter-keys expects a Map').entries()].filter(([k]) => truthy(callback(rc, f, [k])))),
  ),
  native('* ::hot::coll/filter-vals(m: Map, predicate: Fn): Map', (rc, m = null, f = null) =>
    HotMap.of([...mapOf(m, 'filter-vals expects a Map').entries()].filter(([, v]) => truthy(callback(rc, f, [v])))),
  ),
  native('* ::hot::coll/range(end) | (start, end) | (start, end, step)', (_, ...args) => rangeOf(args)),
  native('* ::hot::iter/take(coll, n: Int): Vec', (_, coll = null, count = null) => ends(coll, 'take').slice(0, Math.max(0, Number(count)))),
  native('* ::hot::iter/for-each(coll, f: Fn): Null', (rc, coll = null, f = null) => {
    for (const item of elements(coll, 'for-each requires a collection (Vec, Map, Str, or Iter)')) callback(rc, f, [item]);
    return null;
  }),
];

const text = (value: Value, message: string): string => (typeof value === 'string' ? value : kindError(message));

const pad =
  (name: string, join: (padding: string, shown: string) => string) =>
  (rc: RunContext, value: Value = null, width: Value = null, given: Value = ' '): Value => {
    if (!n.isInt(width)) return fail(`${name} length must be an integer`);
    const shown = str(rc, value);
    const missing = Math.min(Number(width), 1_000_000) - utf8Length(shown);
    const fill = text(given, `${name} pad must be a string`);
    if (missing <= 0 || fill === '') return shown;
    return join(fill.repeat(Math.ceil(missing / fill.length)).slice(0, missing), shown);
  };

export const STR: readonly Native[] = [
  native('* ::hot::str/split(s: Str, delim: Str): Vec', (_, s = null, d = null) => text(s, 'split expects string as first argument').split(text(d, 'split expects string as second argument'))),
  native('* ::hot::str/join(values: Vec, delim: Str): Str', (_, values = null, d = null) => {
    if (!isVec(values)) return fail('join expects vector as first argument');
    const delim = text(d, 'join expects string as second argument');
    return values.every((each) => typeof each === 'string') ? values.join(delim) : fail('join expects all elements to be strings');
  }),
  native('* ::hot::str/trim(s: Str): Str', (_, s = null) => text(s, 'trim expects string argument').trim()),
  native('* ::hot::str/trim-start(s: Str): Str', (_, s = null) => text(s, 'trim-start expects string argument').trimStart()),
  native('* ::hot::str/trim-end(s: Str): Str', (_, s = null) => text(s, 'trim-end expects string argument').trimEnd()),
  native('* ::hot::str/replace(s: Str, from: Str, to: Str): Str', (_, s = null, from = null, to = null) =>
    text(s, 'replace text must be a string').replaceAll(text(from, 'replace from must be a string'), () => text(to, 'replace to must be a string')),
  ),
  native('* ::hot::str/replace-first(s: Str, from: Str, to: Str): Str', (_, s = null, from = null, to = null) =>
    text(s, 'replace text must be a string').replace(text(from, 'replace from must be a string'), () => text(to, 'replace to must be a string')),
  ),
  native('* ::hot::str/lowercase(s: Str): Str', (_, s = null) => text(s, 'lowercase expects string argument').toLowerCase()),
  native('* ::hot::str/uppercase(s: Str): Str', (_, s = null) => text(s, 'uppercase expects string argument').toUpperCase()),
  native('* ::hot::str/is-blank(s: Str): Bool', (_, s = null) => s === null || text(s, 'is-blank expects string argument').trim() === ''),
  native('* ::hot::str/contains(s: Str, substring: Str): Bool', (_, s = null, part = null) =>
    text(s, `contains expects string as first argument, got ${display(s)}`).includes(text(part, `contains expects string as second argument, got ${display(part)}`)),
  ),
  native('* ::hot::str/starts-with(s: Str, prefix: Str): Bool', (_, s = null, part = null) =>
    text(s, 'starts-with expects string as first argument').startsWith(text(part, 'starts-with expects string as second argument')),
  ),
  native('* ::hot::str/ends-with(s: Str, suffix: Str): Bool', (_, s = null, part = null) =>
    text(s, 'ends-with expects string as first argument').endsWith(text(part, 'ends-with expects string as second argument')),
  ),
  native('* ::hot::str/pad-start(s, width: Int) | (s, width: Int, pad: Str)', pad('pad-start', (fill, shown) => fill + shown)),
  native('* ::hot::str/pad-end(s, width: Int) | (s, width: Int, pad: Str)', pad('pad-end', (fill, shown) => shown + fill)),
];

/** Used by the constructor of Bytes. */
export const bytesOfText = utf8Encode;
export const sameValue = equals;
