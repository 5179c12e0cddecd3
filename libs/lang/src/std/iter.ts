/** `::hot::iter`: single-pass sources of values. */
import { compare } from '../runtime/equality';
import { HotMap } from '../runtime/hot-map';
import { isInt } from '../runtime/arith';
import { addInt, compareInt } from '../runtime/int';
import { Iter } from '../runtime/iter';
import { shortTypeOf } from '../runtime/types';
import { chars } from '../source/utf8';
import { err, Tagged, TypeInfo, type Value } from '../runtime/values';
import { MAX_COLLECTION, payloadOf, tooManyElements } from './limits';
import { native, type NativeDef, type NativeOptions } from '../runtime/native-def';

const NEXT_TYPE = new TypeInfo('::hot::iter/Next');
const I = (name: string, options: NativeOptions): NativeDef =>
  native(`::hot::iter/${name}`, { core: true, pure: false, traced: false, ...options });

function iterOf(raw: Value): Iter | null {
  const v = payloadOf(raw);
  if (v instanceof Iter) return v;
  if (Array.isArray(v)) return Iter.of(v);
  if (v instanceof HotMap) return Iter.of(v.entries());
  return typeof v === 'string' ? Iter.of(chars(v)) : null;
}

function range(args: readonly Value[]): Value {
  const [a = null, b = null, c = null] = args;
  const start = args.length === 1 ? 0 : a;
  const stop = args.length === 1 ? a : b;
  const step = args.length === 3 ? c : 1;
  if (!isInt(start) || !isInt(stop) || !isInt(step)) return err('range start, end and step must be Ints');
  const direction = compare(step, 0);
  if (direction === 0) return err('range step cannot be zero');
  let at = start;
  return new Iter(() => {
    if (compareInt(at, stop) * direction >= 0) return undefined;
    const v = at;
    at = addInt(at, step);
    return v;
  });
}

export const ITER: readonly NativeDef[] = [
  I('Iter', {
    sig: ['(coll: Vec<Any> | Map<Any, Any> | Str): Iter', '(it: Iter): Iter'],
    doc: 'An iterator over a collection.',
    s: (_fb, _d, _s, v = null) => iterOf(v) ?? err(`::hot::iter/Iter: cannot iterate over ${shortTypeOf(v)}`),
  }),
  I('next', {
    sig: '(iter: Any): Next',
    doc: 'The next value, and whether there was none.',
    s: (_fb, _d, _s, it = null) => {
      if (!(it instanceof Iter)) return err(`next expects an Iter, got ${shortTypeOf(it)}`);
      const v = it.next();
      return new Tagged(
        NEXT_TYPE,
        HotMap.of([
          ['value', v ?? null],
          ['done', v === undefined],
        ]),
      );
    },
  }),
  I('collect', {
    sig: '(iter: Any): Vec<Any>',
    doc: 'The remaining values.',
    s: (fb, _d, _s, it = null) => {
      if (Array.isArray(it)) return it;
      if (!(it instanceof Iter)) return err(`collect expects an Iter, got ${shortTypeOf(it)}`);
      const out: Value[] = [];
      for (let v = it.next(); v !== undefined; v = it.next()) {
        if (out.push(v) > MAX_COLLECTION) return tooManyElements('collect', out.length);
        if ((out.length & 255) === 0) fb.r.spend(fb, 16);
      }
      return out;
    },
  }),
  I('is-iter', {
    sig: '(value: Any): Bool',
    doc: 'Whether the value is an iterator.',
    plain: true,
    s: (_fb, _d, _s, v) => v instanceof Iter,
  }),
  I('take', {
    sig: '(coll: Any, n: Int): Vec<Any>',
    doc: 'The first n values.',
    s: (_fb, _d, _s, coll = null, n = null) => {
      if (!isInt(n)) return err('take expects an Int');
      const it = coll === null ? Iter.of([]) : iterOf(coll);
      if (it === null) return err('take requires a collection (Vec, Map, Str, or Iter)');
      return n <= 0 ? [] : it.rest(Number(n));
    },
  }),
  I('range', {
    core: false,
    sig: ['(end: Int): Any', '(start: Int, end: Int): Any', '(start: Int, end: Int, step: Int): Any'],
    doc: 'Numbers one by one.',
    s: (_fb, _d, _s, ...args) => range(args),
  }),
];
