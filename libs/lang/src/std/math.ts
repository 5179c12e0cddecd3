/** `::hot::math` and `::hot::cmp`. */
import {
  add,
  asDec,
  div,
  eq,
  gt,
  gte,
  isInt,
  isNumber,
  lt,
  lte,
  mod,
  mul,
  ne,
  pow,
  sub,
} from '../runtime/arith';
import { Dec, decCompare, decFloor, decMul, decRound, parseDec } from '../runtime/dec';
import { compare, equal } from '../runtime/equality';
import { HotMap } from '../runtime/hot-map';
import { compareInt, fitsInt, normalise, subInt } from '../runtime/int';
import { Iter } from '../runtime/iter';
import { shortTypeOf } from '../runtime/types';
import { err, Res, type Fiber, type Value } from '../runtime/values';
import { wrongKind } from './limits';
import { native, type NativeDef, type NativeOptions } from '../runtime/native-def';

const M = (name: string, options: NativeOptions): NativeDef =>
  native(`::hot::math/${name}`, { core: true, pure: true, traced: false, ...options });
const C = (name: string, options: NativeOptions): NativeDef =>
  native(`::hot::cmp/${name}`, { core: true, pure: true, traced: false, plain: true, ...options });

const BINARY = '(x: Int | Dec, y: Int | Dec): Int | Dec';
const COMPARE = '(a: Int | Dec, b: Int | Dec): Bool';

function rounding(name: string, f: (d: Dec) => bigint): NativeDef {
  return M(name, {
    sig: '(x: Int | Dec): Int',
    doc: name === 'round' ? 'To the nearest Int, halves away from zero.' : `${name} to an Int.`,
    s: (_fb, _d, _s, v) => {
      if (v === undefined || v === null) return err(`${name} requires a number`);
      if (isInt(v)) return v;
      if (!(v instanceof Dec)) return err(`${name} requires a number`);
      const n = f(v);
      return fitsInt(n) ? normalise(n) : err(`${name} result out of Int range`);
    },
  });
}

function extreme(name: 'max' | 'min', sign: number): NativeDef {
  return M(name, {
    sig: BINARY,
    doc: `The ${name === 'max' ? 'larger' : 'smaller'} of two numbers.`,
    s: (_fb, _d, _s, a = null, b = null) => {
      if (!isNumber(a) || !isNumber(b)) return err(`${name} requires numbers`);
      const winner = compare(a, b) * sign >= 0 ? a : b;
      return isInt(a) === isInt(b) ? winner : asDec(winner);
    },
  });
}

/** 53 random bits as an integer. */
function random53(fb: Fiber): number {
  const bytes = fb.r.host.randomBytes(7);
  let n = 0;
  for (const b of bytes) n = n * 256 + b;
  return n % 2 ** 53;
}

/** Uniform in [0, 1), as the shortest decimal of the double. */
function random(fb: Fiber): Dec {
  return parseDec(String(random53(fb) / 2 ** 53)) ?? new Dec(0n, 0);
}

function randomBelow(fb: Fiber, n: Value | undefined): Value {
  const unit = random(fb);
  if (n === undefined) return unit;
  if (!isNumber(n)) return err('rand expects a numeric max value');
  if (compare(n, 0) <= 0) return err('rand max must be positive');
  return decMul(unit, asDec(n));
}

const signOf = (v: Value, name: string): number | Res => {
  if (isInt(v)) return compareInt(v, 0);
  if (v instanceof Dec) return decCompare(v, new Dec(0n, 0));
  return err(`${name} requires a number, got ${shortTypeOf(v)}`);
};

export const MATH: readonly NativeDef[] = [
  M('add', {
    sig: BINARY,
    doc: 'x + y',
    plain: true,
    s: (_fb, _d, site, a = null, b = null) => add(site, a, b),
  }),
  M('sub', {
    sig: BINARY,
    doc: 'x − y',
    plain: true,
    s: (_fb, _d, site, a = null, b = null) => sub(site, a, b),
  }),
  M('mul', {
    sig: BINARY,
    doc: 'x · y',
    plain: true,
    s: (_fb, _d, site, a = null, b = null) => mul(site, a, b),
  }),
  M('div', {
    sig: BINARY,
    doc: 'x / y: an Int when exact.',
    s: (_fb, _d, site, a = null, b = null) => div(site, a, b),
  }),
  M('mod', { sig: BINARY, doc: 'The remainder.', s: (_fb, _d, site, a = null, b = null) => mod(site, a, b) }),
  M('pow', {
    sig: '(base: Int | Dec, exp: Int | Dec): Int | Dec',
    doc: 'base to the power of exp.',
    s: (fb, _d, site, a = null, b = null) => {
      fb.r.spend(fb, 50);
      return pow(site, a, b);
    },
  }),
  M('abs', {
    sig: '(x: Int | Dec): Int | Dec',
    doc: 'The amount without its sign.',
    s: (_fb, _d, _s, v = null) => {
      if (isInt(v)) return v < 0 ? subInt(0, v) : v;
      return v instanceof Dec ? new Dec(v.c < 0n ? -v.c : v.c, v.s) : err('abs requires a number');
    },
  }),
  extreme('max', 1),
  extreme('min', -1),
  rounding('round', decRound),
  rounding('floor', decFloor),
  rounding('ceil', (d) => -decFloor(new Dec(-d.c, d.s))),
  M('is-zero', {
    sig: '(x: Int | Dec): Bool',
    doc: 'Whether the number is zero.',
    plain: true,
    s: (_fb, _d, site, v = null) => {
      if (v === null) return true;
      const sign = signOf(v, 'is-zero');
      return sign instanceof Res ? wrongKind(site, sign) : sign === 0;
    },
  }),
  M('is-pos', {
    sig: '(x: Int | Dec): Bool',
    doc: 'x > 0',
    s: (_fb, _d, _s, v = null) => {
      const sign = signOf(v, 'is-pos');
      return sign instanceof Res ? sign : sign > 0;
    },
  }),
  M('is-neg', {
    sig: '(x: Int | Dec): Bool',
    doc: 'x < 0',
    s: (_fb, _d, _s, v = null) => {
      const sign = signOf(v, 'is-neg');
      return sign instanceof Res ? sign : sign < 0;
    },
  }),
  M('rand', {
    sig: ['(): Dec', '(n: Int): Dec'],
    doc: 'A random number from 0 up to 1, or n.',
    pure: false,
    s: (fb, _d, _s, n) => randomBelow(fb, n),
  }),
  M('rand-int', {
    sig: ['(): Int', '(n: Int): Int'],
    doc: 'A random Int, below n if n is given.',
    pure: false,
    s: (fb, _d, _s, n) => {
      if (n === undefined) return random53(fb);
      const v = randomBelow(fb, n);
      return v instanceof Dec ? normalise(decFloor(v)) : v;
    },
  }),
  C('eq', {
    sig: '(a: Any, b: Any): Bool',
    doc: 'Same kind and same content.',
    s: (_fb, _d, site, a = null, b = null) => eq(site, a, b),
  }),
  C('ne', {
    sig: '(a: Any, b: Any): Bool',
    doc: 'Not equal.',
    s: (_fb, _d, site, a = null, b = null) => ne(site, a, b),
  }),
  C('gt', { sig: COMPARE, doc: 'a > b', s: (_fb, _d, site, a = null, b = null) => gt(site, a, b) }),
  C('gte', { sig: COMPARE, doc: 'a ≥ b', s: (_fb, _d, site, a = null, b = null) => gte(site, a, b) }),
  C('lt', { sig: COMPARE, doc: 'a < b', s: (_fb, _d, site, a = null, b = null) => lt(site, a, b) }),
  C('lte', { sig: COMPARE, doc: 'a ≤ b', s: (_fb, _d, site, a = null, b = null) => lte(site, a, b) }),
  C('between', {
    sig: '(x: Int | Dec, low: Int | Dec, high: Int | Dec): Bool',
    doc: 'low ≤ x ≤ high',
    s: (_fb, _d, _s, x = null, low = null, high = null) => compare(x, low) >= 0 && compare(x, high) <= 0,
  }),
  C('in', {
    sig: '(value: Any, coll: Vec): Bool',
    doc: 'Whether some element equals the value.',
    plain: false,
    s: (_fb, _d, _s, v = null, coll = null) => {
      if (coll === null) return false;
      if (Array.isArray(coll)) return coll.some((x) => equal(x, v));
      if (coll instanceof HotMap) return coll.entries().some((x) => equal(x, v));
      if (coll instanceof Iter) {
        for (let x = coll.next(); x !== undefined; x = coll.next()) if (equal(x, v)) return true;
        return false;
      }
      return err('some requires a collection');
    },
  }),
];
