/** `::hot::coll`: elements in another order, without repetitions, with others between them. */
import { compare } from '../runtime/equality';
import { keyOf } from '../runtime/keys';
import { strOf } from '../runtime/operations';
import { charCount, chars } from '../source/utf8';
import { err, type Entry, type Value } from '../runtime/values';
import { A, asItems, COLL } from './coll-access';
import { MAX_COLLECTION, MAX_STRING_BYTES, textWithin, tooLongString, tooManyElements } from './limits';
import type { NativeDef } from '../runtime/native-def';

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

export const ORDER: readonly NativeDef[] = [
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
    s: (fb, _d, _s, a = null, b = null) => {
      const x = asItems(a);
      const y = asItems(b);
      if (x === null || y === null) return err('interleave requires a collection');
      const n = x.length + y.length;
      if (n > MAX_COLLECTION) return tooManyElements('interleave', n);
      fb.r.spend(fb, n >> 4);
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
    converts: 'Str',
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
      fb.r.spend(fb, n >> 4);
      return coll.flatMap((v, i) => (i === 0 ? [v] : [separator, v]));
    },
  }),
];
