/** `::hot::coll`: reading and changing collections, their ends and sizes. */
import { HotMap } from '../runtime/hot-map';
import { isInt } from '../runtime/arith';
import { charAt, chars, utf8Length } from '../source/utf8';
import { err, Res, Tagged, type Entry, type Value } from '../runtime/values';
import { MAX_COLLECTION, payloadOf, tooManyElements, wrongKind } from './limits';
import { native, type NativeDef, type NativeOptions } from '../runtime/native-def';

export const A = (name: string, options: NativeOptions): NativeDef =>
  native(`::hot::coll/${name}`, { core: true, pure: true, traced: false, ...options });

export const COLL = 'coll: Str | Vec | Map';

export const asItems = (v: Value): readonly Value[] | null =>
  Array.isArray(v) ? v : typeof v === 'string' ? chars(v) : null;

const get: Entry = (_fb, _d, site, raw = null, key = null, notFound = null) => {
  const coll = payloadOf(raw);
  if (coll instanceof HotMap) return coll.get(key) ?? notFoundOr(coll, key, notFound);
  const kind = Array.isArray(coll)
    ? 'Vec'
    : typeof coll === 'string'
      ? 'Str'
      : coll instanceof Uint8Array
        ? 'Bytes'
        : null;
  if (kind === null) return wrongKind(site, '::hot::coll/get expects collection (Map, Vec, Str, or Bytes)');
  if (!isInt(key)) return err(`::hot::coll/get: ${kind} index must be an Int`);
  const i = Number(key);
  if (i < 0) return notFound;
  if (typeof coll === 'string') return charAt(coll, i) ?? notFound;
  const v = (coll as readonly Value[] | Uint8Array)[i];
  return v === undefined ? notFound : v;
};

/** A key that is there with null gives null. */
function notFoundOr(m: HotMap, key: Value, notFound: Value): Value {
  return notFound !== null && m.has(key) ? null : notFound;
}

export function stepInto(raw: Value, key: Value): Value | undefined {
  const v = payloadOf(raw);
  if (v instanceof HotMap) return v.get(key);
  if (!isInt(key) || key < 0) return undefined;
  if (Array.isArray(v) || v instanceof Uint8Array) return v[Number(key)];
  return typeof v === 'string' ? (charAt(v, Number(key)) ?? undefined) : undefined;
}

export function getIn(coll: Value, path: readonly Value[], otherwise: Value): Value {
  let v: Value = coll;
  for (const key of path) {
    const next = stepInto(v, key);
    if (next === undefined) return otherwise;
    v = next;
  }
  return v ?? otherwise;
}

export function assocIn(coll: Value, path: readonly Value[], i: number, value: Value): Value {
  const key = path[i];
  if (key === undefined) return value;
  if (coll instanceof Tagged && !(coll instanceof Res)) {
    const inner = assocIn(coll.val, path, i, value);
    return inner instanceof Res ? inner : new Tagged(coll.type, inner);
  }
  if (Array.isArray(coll)) {
    if (!isInt(key)) return coll;
    if (key < 0) return err(`assoc-in: vector index cannot be negative, got ${key}`);
    const at = Number(key);
    if (at >= MAX_COLLECTION) return tooManyElements('assoc-in', at + 1);
    const inner = assocIn(coll[at] ?? null, path, i + 1, value);
    if (inner instanceof Res && !(value instanceof Res)) return inner;
    const copy = coll.slice();
    while (copy.length < at) copy.push(null);
    copy[at] = inner;
    return copy;
  }
  const map = coll instanceof HotMap ? coll : HotMap.empty;
  const inner = assocIn(map.get(key) ?? null, path, i + 1, value);
  return inner instanceof Res && !(value instanceof Res) ? inner : map.set(key, inner);
}

function end(name: 'first' | 'last'): NativeDef {
  return A(name, {
    sig: `(${COLL}): Any`,
    doc: `The ${name} element; null when there is none.`,
    s: (_fb, _d, site, coll = null) => {
      if (Array.isArray(coll)) return coll[name === 'first' ? 0 : coll.length - 1] ?? null;
      if (typeof coll === 'string') {
        if (coll === '') return null;
        if (name === 'first') return String.fromCodePoint(coll.codePointAt(0) ?? 0);
        return chars(coll.slice(-2)).pop() ?? null;
      }
      return noCollection(name, site);
    },
  });
}

/** `first` and `rest` are among the basic operations that stop at once; their mirror images are not. */
function noCollection(name: string, site: number): Value {
  const message = `${name} requires a collection`;
  return name === 'first' || name === 'rest' ? wrongKind(site, message) : err(message);
}

function without(name: 'rest' | 'butlast'): NativeDef {
  const from = name === 'rest' ? 1 : 0;
  const to = name === 'rest' ? undefined : -1;
  return A(name, {
    sig: `(${COLL}): Str | Vec | Map`,
    doc: name === 'rest' ? 'All but the first.' : 'All but the last.',
    s: (_fb, _d, site, coll = null) => {
      if (coll === null) return [];
      if (Array.isArray(coll)) return coll.slice(from, to);
      if (typeof coll === 'string') return chars(coll).slice(from, to).join('');
      return noCollection(name, site);
    },
  });
}

export const length: Entry = (_fb, _d, site, raw = null) => {
  const coll = payloadOf(raw);
  if (Array.isArray(coll) || coll instanceof Uint8Array) return coll.length;
  if (coll instanceof HotMap) return coll.size;
  // Bytes of UTF-8: programs compute sizes of messages with it.
  if (typeof coll === 'string') return utf8Length(coll);
  return wrongKind(site, 'length expects collection (Vec, Map, Str, or Bytes)');
};

/** Unlike `length`, of a Str what a reader would count. */
export const count: Entry = (fb, d, site, raw = null) => {
  const coll = payloadOf(raw);
  return typeof coll === 'string' ? codePoints(coll) : length(fb, d, site, raw);
};

function codePoints(text: string): number {
  let n = text.length;
  // The second half of a pair is no character of its own.
  for (let i = 1; i < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xdc00 && (text.charCodeAt(i - 1) & 0xfc00) === 0xd800) n--;
  }
  return n;
}

export const isEmpty: Entry = (_fb, _d, site, raw = null) => {
  const coll = payloadOf(raw);
  if (coll === null) return true;
  if (Array.isArray(coll) || coll instanceof Uint8Array || typeof coll === 'string') return coll.length === 0;
  if (coll instanceof HotMap) return coll.size === 0;
  return wrongKind(site, 'is-empty requires a collection');
};

export const ACCESS: readonly NativeDef[] = [
  A('get', {
    sig: [
      '(coll: Map | Vec | Str | Bytes, key: Any): Any',
      '(coll: Map | Vec | Str | Bytes, key: Any, not-found: Any): Any',
    ],
    doc: 'The value under a key or at an index.',
    s: get,
  }),
  A('get-in', {
    sig: ['(coll: Map | Vec, path: Vec): Any', '(coll: Map | Vec, path: Vec, default: Any): Any'],
    doc: 'The value at the end of a path.',
    s: (_fb, _d, _s, coll = null, path, otherwise = null) =>
      Array.isArray(path) ? getIn(coll, path, otherwise) : err('get-in: path must be a Vec'),
  }),
  A('assoc', {
    sig: '(map: Map, key: Any, value: Any): Map',
    doc: 'The map with the key set.',
    s: (_fb, _d, _s, map = null, key = null, value = null) => {
      const m = payloadOf(map);
      if (!(m instanceof HotMap)) return err('::hot::coll/assoc expects a Map as the first argument');
      const out = m.set(key, value);
      return map instanceof Tagged ? new Tagged(map.type, out) : out;
    },
  }),
  A('assoc-some', {
    sig: '(map: Map, key: Any, value: Any): Map',
    doc: 'The map with the key set, unless the value is null.',
    s: (_fb, _d, _s, map = null, key = null, value = null) => {
      const m = payloadOf(map);
      if (!(m instanceof HotMap)) return err('::hot::coll/assoc-some expects a Map as the first argument');
      if (value === null) return map;
      const out = m.set(key, value);
      return map instanceof Tagged ? new Tagged(map.type, out) : out;
    },
  }),
  A('assoc-in', {
    sig: '(coll: Map | Vec, path: Vec, value: Any): Map | Vec',
    doc: 'A copy with the value at the end of the path.',
    s: (_fb, _d, _s, coll = null, path, value = null) =>
      Array.isArray(path) ? assocIn(coll, path, 0, value) : err('assoc-in: path must be a Vec'),
  }),
  A('delete', {
    sig: `(${COLL}, key-or-index: Str | Int): Str | Vec | Map`,
    doc: 'The collection without that key or element.',
    s: (_fb, _d, _s, raw = null, key = null) => {
      const coll = payloadOf(raw);
      if (coll instanceof HotMap) return coll.delete(key);
      const items = asItems(coll);
      if (items === null) return err('delete requires a map or vector');
      if (!isInt(key)) return coll;
      const at = Number(key) < 0 ? items.length + Number(key) : Number(key);
      if (at < 0 || at >= items.length) return coll;
      const out = items.filter((_, i) => i !== at);
      return typeof coll === 'string' ? out.join('') : out;
    },
  }),
  end('first'),
  end('last'),
  without('rest'),
  without('butlast'),
  A('length', {
    sig: '(coll: Str | Vec | Map | Bytes): Int',
    doc: 'Number of elements; of a Str its UTF-8 bytes.',
    plain: true,
    s: length,
  }),
  A('count', {
    sig: '(coll: Str | Vec | Map | Bytes): Int',
    doc: 'Number of elements; of a Str its characters (code points).',
    plain: true,
    s: count,
  }),
  A('is-empty', { sig: `(${COLL}): Bool`, doc: 'Whether there is nothing in it.', plain: true, s: isEmpty }),
  A('keys', {
    sig: `(${COLL}): Vec`,
    doc: 'Keys of a map, indices of a Vec or Str.',
    s: (_fb, _d, _s, raw = null) => {
      const coll = payloadOf(raw);
      if (coll instanceof HotMap) return coll.keys();
      const items = asItems(coll);
      return items === null ? err('keys requires a collection') : items.map((_, i) => i);
    },
  }),
  A('vals', {
    sig: `(${COLL}): Vec`,
    doc: 'Values of a map, elements of a Vec or Str.',
    s: (_fb, _d, _s, raw = null) => {
      const coll = payloadOf(raw);
      if (coll instanceof HotMap) return coll.vals();
      const items = asItems(coll);
      return items === null ? err('values requires a collection') : [...items];
    },
  }),
];
