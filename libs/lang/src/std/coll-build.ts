/** `::hot::coll`: collections made of others: joined, cut out, counted up. */
import { Dec, decAdd, decDiv, decFloor, decMul, decOfInt, decSub } from '../runtime/dec';
import { compare } from '../runtime/equality';
import { HotMap, MapBuilder } from '../runtime/hot-map';
import { addInt } from '../runtime/int';
import { asDec, isInt, isNumber } from '../runtime/arith';
import { Iter } from '../runtime/iter';
import { strOf } from '../runtime/operations';
import { charCount, chars } from '../source/utf8';
import { err, Tagged, type Entry, type Value } from '../runtime/values';
import { A, asItems } from './coll-access';
import { REDUCED_TYPE } from './coll-source';
import {
  MAX_COLLECTION,
  MAX_STRING_BYTES,
  payloadOf,
  textWithin,
  tooLongString,
  tooManyBytes,
  tooManyElements,
} from './limits';
import type { NativeDef } from '../runtime/native-def';

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
    const size = parts.reduce((n, p) => n + p.length, 0);
    const problem = tooManyBytes('concat', size);
    if (problem !== null) return problem;
    fb.r.spend(fb, size >> 5);
    const out = new Uint8Array(size);
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
    const n = countOf(decOfInt(start), decOfInt(stop), decOfInt(step));
    if (n > MAX_COLLECTION) return tooManyElements('range', n);
    let v = start;
    for (let i = 0; i < n; i++) {
      out.push(v);
      v = addInt(v, step);
    }
    return out;
  }
  const first = asDec(start);
  const width = asDec(step);
  const n = countOf(first, asDec(stop), width);
  if (n > MAX_COLLECTION) return tooManyElements('range', n);
  for (let i = 0; i < n; i++) {
    // Not by adding up: each element is start + i · step.
    out.push(decAdd(first, decMul(width, decOfInt(i))));
    if ((i & 1023) === 0) fb.r.spend(fb, 64);
  }
  return out;
};

/** How many steps lie between the bounds, the end not counted; the first number above the safe ones for more. */
function countOf(start: Dec, stop: Dec, step: Dec): number {
  const quotient = decDiv(decSub(stop, start), step);
  if (quotient.c <= 0n) return 0;
  const n = -decFloor(new Dec(-quotient.c, quotient.s));
  return n > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER + 1 : Number(n);
}

export const BUILD: readonly NativeDef[] = [
  A('merge', {
    sig: '(a: Map, b: Map): Map',
    doc: 'Both maps in one, nested maps merged; the right wins.',
    s: (fb, _d, _s, x = null, y = null) => {
      const a = payloadOf(x);
      const b = payloadOf(y);
      if (!(a instanceof HotMap) || !(b instanceof HotMap)) return err('merge expects two maps');
      fb.r.spend(fb, (a.size + b.size) >> 2);
      return merge(a, b, 0);
    },
  }),
  A('concat', {
    sig: [
      '(a: Vec, b: Vec, ...rest: Vec): Vec',
      '(a: Str, b: Str, ...rest: Str): Str',
      '(a: Bytes, b: Bytes, ...rest: Bytes): Bytes',
    ],
    doc: 'Vecs, texts or bytes one after the other.',
    converts: 'Str',
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
  A('range', {
    sig: [
      '(end: Int | Dec): Vec',
      '(start: Int | Dec, end: Int | Dec): Vec',
      '(start: Int | Dec, end: Int | Dec, step: Int | Dec): Vec',
    ],
    doc: 'Numbers from start up to, not including, end.',
    s: range,
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
    s: (fb, _d, _s, a = null, b = null) => {
      const keys = asItems(a);
      const values = asItems(b);
      if (keys === null) return err('zipmap keys must be a collection');
      if (values === null) return err('zipmap values must be a collection');
      fb.r.spend(fb, keys.length >> 2);
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
