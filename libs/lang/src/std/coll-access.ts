/** `::hot::coll`: reading, changing and building collections. */
import { decAdd, decMul } from '../runtime/dec';
import { compare } from '../runtime/equality';
import { HotMap, MapBuilder } from '../runtime/hot-map';
import { addInt, compareInt, mulInt } from '../runtime/int';
import { asDec, isInt, isNumber } from '../runtime/arith';
import { Iter } from '../runtime/iter';
import { keyOf } from '../runtime/keys';
import { strOf } from '../runtime/operations';
import { charAt, charCount, chars, utf8Length } from '../source/utf8';
import { err, Res, Tagged, type Entry, type Value } from '../runtime/values';
import { REDUCED_TYPE } from './coll-transform';
import {
  MAX_COLLECTION,
  MAX_STRING_BYTES,
  payloadOf,
  textWithin,
  tooLongString,
  tooManyElements,
  wrongKind,
} from './limits';
import { native, type NativeDef, type NativeOptions } from '../runtime/native-def';

export const A = (name: string, options: NativeOptions): NativeDef =>
  native(`::hot::coll/${name}`, { core: true, pure: true, traced: false, ...options });

const COLL = 'coll: Str | Vec | Map';

// ---- get ------------------------------------------------------------------------------------------------------------

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

// ---- merge, concat, slice ---------------------------------------------------------------------------------------------

function merge(a: HotMap, b: HotMap, depth: number): HotMap {
  const out = new MapBuilder();
  for (let i = 0; i < a.size; i++) out.set(a.keyAt(i), a.valueAt(i));
  for (let i = 0; i < b.size; i++) {
    const key = b.keyAt(i);
    const old = out.get(key);
    const v = b.valueAt(i);
    out.set(key, old instanceof HotMap && v instanceof HotMap && depth < 1000 ? merge(old, v, depth + 1) : v);
  }
  return out.done();
}

const concat: Entry = (fb, d, site, ...args) => {
  if (args.some((v) => typeof v === 'string')) {
    let out = '';
    for (const v of args) {
      if (v === null) continue;
      const text = strOf(fb, d, site, v);
      // The host has a limit of its own, above which it throws.
      if (out.length + text.length > MAX_STRING_BYTES)
        return tooLongString('concat', out.length + text.length);
      out += text;
    }
    return textWithin('concat', out);
  }
  const parts = args.filter((v) => v !== null);
  if (parts.every((v) => Array.isArray(v))) {
    let n = 0;
    for (const p of parts) n += p.length;
    if (n > MAX_COLLECTION) return tooManyElements('concat', n);
    fb.r.spend(fb, n >> 4);
    return parts.length === 2 ? (parts[0] ?? []).concat(parts[1] ?? []) : parts.flat();
  }
  if (parts.every((v) => v instanceof Uint8Array)) {
    const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
    let at = 0;
    for (const p of parts) {
      out.set(p, at);
      at += p.length;
    }
    return out;
  }
  return err('concat expects all arguments to be strings, vectors, or bytes');
};

export const slice: Entry = (_fb, _d, _site, raw = null, start, end) => {
  const coll = payloadOf(raw);
  if (start === undefined || !isInt(start)) return err('slice start index must be an integer');
  if (end !== undefined && !isInt(end)) return err('slice end index must be an integer');
  const items =
    Array.isArray(coll) || coll instanceof Uint8Array
      ? coll
      : coll instanceof HotMap
        ? coll.entries()
        : typeof coll === 'string'
          ? coll
          : null;
  if (items === null) return err('slice requires a collection');
  const cut = (n: number): [number, number] => {
    // Both negative forms are not "from the end": a negative start gives nothing, a negative end means the end.
    const to = end === undefined || end < 0 ? n : Math.min(Number(end), n);
    const from = start < 0 ? n : Math.min(Number(start), n);
    return [from, Math.max(from, to)];
  };
  if (typeof items === 'string') {
    const n = charCount(items);
    const [from, to] = cut(n);
    return n === items.length ? items.slice(from, to) : chars(items).slice(from, to).join('');
  }
  const [from, to] = cut(items.length);
  if (items instanceof Uint8Array) return items.slice(from, to);
  const part = items.slice(from, to);
  if (!(coll instanceof HotMap)) return part as Value[];
  const b = new MapBuilder();
  for (const [k = null, v = null] of part as Value[][]) b.set(k, v);
  return b.done();
};

// ---- ends -------------------------------------------------------------------------------------------------------------

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

// ---- range ------------------------------------------------------------------------------------------------------------

const range: Entry = (fb, _d, _site, ...args) => {
  const [a = null, b, c] = args;
  const start = args.length === 1 ? 0 : a;
  const stop = args.length === 1 ? a : (b ?? null);
  const step = c ?? 1;
  if (!isNumber(start)) return err('range start must be a number');
  if (!isNumber(stop)) return err('range end must be a number');
  if (!isNumber(step)) return err('range step must be a number');
  const direction = compare(step, 0);
  if (direction === 0) return err('range step cannot be zero');
  const out: Value[] = [];
  if (isInt(start) && isInt(stop) && isInt(step)) {
    if (typeof start === 'number' && typeof stop === 'number' && typeof step === 'number') {
      const n = Math.max(0, Math.ceil((stop - start) / step));
      if (n > MAX_COLLECTION) return tooManyElements('range', n);
      fb.r.spend(fb, n >> 4);
      for (let i = 0; i < n; i++) out.push(start + i * step);
      return out;
    }
    for (let v = start; compareInt(v, stop) * direction < 0; v = addInt(v, step)) {
      if (out.push(v) > MAX_COLLECTION) return tooManyElements('range', out.length);
    }
    return out;
  }
  const first = asDec(start);
  const width = asDec(step);
  for (let i = 0; ; i++) {
    const v = decAdd(first, decMul(width, asDec(mulInt(i, 1))));
    if (compare(v, stop) * direction >= 0) return out;
    if (out.push(v) > MAX_COLLECTION) return tooManyElements('range', out.length);
    if ((i & 1023) === 0) fb.r.spend(fb, 64);
  }
};

// ---- order and sets ---------------------------------------------------------------------------------------------------

/** For functions on Vec and Str alike. */
function sequence(
  name: string,
  doc: string,
  f: (items: readonly Value[], fb: Parameters<Entry>[0]) => Value[],
  pure = true,
): NativeDef {
  return A(name, {
    sig: `(${COLL}): Str | Vec | Map`,
    doc,
    pure,
    s: (fb, _d, _s, coll = null) => {
      if (Array.isArray(coll)) {
        fb.r.spend(fb, coll.length >> 2);
        return f(coll, fb);
      }
      return typeof coll === 'string' ? f(chars(coll), fb).join('') : err(`${name} requires a collection`);
    },
  });
}

function distinct(items: readonly Value[]): Value[] {
  const seen = new Set<unknown>();
  return items.filter((v) => {
    const key = keyOf(v);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function shuffled(items: readonly Value[], fb: Parameters<Entry>[0]): Value[] {
  const out = items.slice();
  for (let i = out.length - 1; i > 0; i--) {
    const bytes = fb.r.host.randomBytes(6);
    let n = 0;
    for (const b of bytes) n = n * 256 + b;
    const j = n % (i + 1);
    const held = out[i] as Value;
    out[i] = out[j] as Value;
    out[j] = held;
  }
  return out;
}

function flatten(items: readonly Value[], out: Value[]): Value[] {
  for (const v of items) {
    if (Array.isArray(v)) flatten(v, out);
    else out.push(v);
  }
  return out;
}

const asItems = (v: Value): readonly Value[] | null =>
  Array.isArray(v) ? v : typeof v === 'string' ? chars(v) : null;

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
  A('merge', {
    sig: '(a: Map, b: Map): Map',
    doc: 'Both maps in one, nested maps merged; the right wins.',
    s: (_fb, _d, _s, x = null, y = null) => {
      const a = payloadOf(x);
      const b = payloadOf(y);
      return a instanceof HotMap && b instanceof HotMap ? merge(a, b, 0) : err('merge expects two maps');
    },
  }),
  A('concat', {
    sig: [
      '(a: Vec, b: Vec, ...rest: Vec): Vec',
      '(a: Str, b: Str, ...rest: Str): Str',
      '(a: Bytes, b: Bytes, ...rest: Bytes): Bytes',
    ],
    doc: 'Vecs, texts or bytes one after the other.',
    s: concat,
  }),
  A('slice', {
    sig: [
      '(coll: Str | Vec | Map | Bytes, start: Int): Str | Vec | Map | Bytes',
      '(coll: Str | Vec | Map | Bytes, start: Int, end: Int): Str | Vec | Map | Bytes',
    ],
    doc: 'The part from start up to end.',
    s: slice,
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
  A('range', {
    sig: [
      '(end: Int | Dec): Vec',
      '(start: Int | Dec, end: Int | Dec): Vec',
      '(start: Int | Dec, end: Int | Dec, step: Int | Dec): Vec',
    ],
    doc: 'Numbers from start up to, not including, end.',
    s: range,
  }),
  sequence('sort', 'In ascending order, stable.', (items) => items.slice().sort(compare)),
  sequence('reverse', 'In the opposite order.', (items) => items.slice().reverse()),
  sequence('distinct', 'Without repetitions.', distinct),
  sequence('shuffle', 'In random order.', shuffled, false),
  A('flatten', {
    sig: `(${COLL}): Vec`,
    doc: 'Vecs inside Vecs dissolved.',
    s: (fb, _d, _s, coll = null) => {
      if (!Array.isArray(coll)) return err('flatten requires a collection');
      fb.r.spend(fb, coll.length >> 2);
      const out = flatten(coll, []);
      return out.length > MAX_COLLECTION ? tooManyElements('flatten', out.length) : out;
    },
  }),
  A('interleave', {
    sig: '(a: Str | Vec | Map, b: Str | Vec | Map): Vec',
    doc: 'One of each in turn, then the rest.',
    s: (_fb, _d, _s, a = null, b = null) => {
      const x = asItems(a);
      const y = asItems(b);
      if (x === null || y === null) return err('interleave requires a collection');
      const n = x.length + y.length;
      if (n > MAX_COLLECTION) return tooManyElements('interleave', n);
      const out: Value[] = [];
      for (let i = 0; i < Math.max(x.length, y.length); i++) {
        if (i < x.length) out.push(x[i] as Value);
        if (i < y.length) out.push(y[i] as Value);
      }
      return out;
    },
  }),
  A('interpose', {
    sig: '(coll: Str | Vec | Map, separator: Any): Str | Vec | Map',
    doc: 'With a separator between the elements.',
    s: (fb, d, site, coll = null, separator = null) => {
      if (typeof coll === 'string') {
        const between = strOf(fb, d, site, separator);
        const size = coll.length + Math.max(0, charCount(coll) - 1) * between.length;
        if (size > MAX_STRING_BYTES) return tooLongString('interpose', size);
        return textWithin('interpose', chars(coll).join(between));
      }
      if (!Array.isArray(coll)) return err('interpose requires a collection');
      const n = Math.max(0, 2 * coll.length - 1);
      if (n > MAX_COLLECTION) return tooManyElements('interpose', n);
      return coll.flatMap((v, i) => (i === 0 ? [v] : [separator, v]));
    },
  }),
  A('frequencies', {
    sig: '(coll: Vec): Map',
    doc: 'How often each value occurs.',
    s: (fb, _d, _s, raw = null) => {
      const coll = payloadOf(raw);
      const items =
        coll === null
          ? []
          : coll instanceof HotMap
            ? coll.entries()
            : coll instanceof Iter
              ? coll.rest()
              : Array.isArray(coll)
                ? coll
                : null;
      if (items === null) return err('frequencies requires a collection');
      fb.r.spend(fb, items.length >> 2);
      const b = new MapBuilder();
      for (const v of items) {
        const n = b.get(v);
        b.set(v, typeof n === 'number' ? n + 1 : 1);
      }
      return b.done();
    },
  }),
  A('zipmap', {
    sig: '(a: Vec, b: Vec): Map',
    doc: 'Keys and values paired up.',
    s: (_fb, _d, _s, a = null, b = null) => {
      const keys = asItems(a);
      const values = asItems(b);
      if (keys === null) return err('zipmap keys must be a collection');
      if (values === null) return err('zipmap values must be a collection');
      const out = new MapBuilder();
      for (let i = 0; i < Math.min(keys.length, values.length); i++)
        out.set(keys[i] as Value, values[i] as Value);
      return out.done();
    },
  }),
  A('reduced', {
    sig: '(value: Any): Reduced',
    doc: 'Ends a reduce with this value.',
    s: (_fb, _d, _s, v = null) => new Tagged(REDUCED_TYPE, HotMap.of([['value', v]])),
  }),
];
