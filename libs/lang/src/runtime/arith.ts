/** `add`, `lt`, `eq` and the rest on any values: the slow path of generated code, and the library's functions. */
import { consumeAt } from './consume';
import { Dec, decAdd, decDiv, decMod, decMul, decOfInt, decSub } from './dec';
import { compare, equal } from './equality';
import { consumedErr } from './halt';
import { addInt, modInt, mulInt, normalise, subInt, fitsInt, type Int } from './int';
import { err, type Value } from './values';

export const isInt = (v: Value): v is Int => typeof v === 'number' || typeof v === 'bigint';
export const isNumber = (v: Value): v is Int | Dec => isInt(v) || v instanceof Dec;
export const asDec = (v: Int | Dec): Dec => (v instanceof Dec ? v : decOfInt(v));

function arithmetic(
  site: number,
  name: string,
  x: Value,
  y: Value,
  ints: (a: Int, b: Int) => Value,
  decs: (a: Dec, b: Dec) => Value,
): Value {
  const a = consumeAt(site, x);
  const b = consumeAt(site, y);
  if (isInt(a)) {
    if (isInt(b)) return ints(a, b);
    if (b instanceof Dec) return decs(decOfInt(a), b);
  } else if (a instanceof Dec) {
    if (b instanceof Dec) return decs(a, b);
    if (isInt(b)) return decs(a, decOfInt(b));
  }
  // Wrong kinds stop at once instead of giving an Err that might go unnoticed.
  throw consumedErr(site, err(`${name} requires numbers`));
}

export const add = (site: number, a: Value, b: Value): Value => arithmetic(site, 'add', a, b, addInt, decAdd);
export const sub = (site: number, a: Value, b: Value): Value => arithmetic(site, 'sub', a, b, subInt, decSub);
export const mul = (site: number, a: Value, b: Value): Value => arithmetic(site, 'mul', a, b, mulInt, decMul);

export const div = (site: number, a: Value, b: Value): Value =>
  arithmetic(
    site,
    'div',
    a,
    b,
    (x, y) => {
      if (y === 0) return err('Division by zero');
      if (modInt(x, y) === 0) return normalise(BigInt(x) / BigInt(y));
      return decDiv(decOfInt(x), decOfInt(y));
    },
    (x, y) => (y.c === 0n ? err('Division by zero') : decDiv(x, y)),
  );

export const mod = (site: number, a: Value, b: Value): Value =>
  arithmetic(
    site,
    'mod',
    a,
    b,
    (x, y) => (y === 0 ? err('Modulo by zero') : modInt(x, y)),
    (x, y) => (y.c === 0n ? err('Modulo by zero') : decMod(x, y)),
  );

/** Decimal digits that a power may grow to before it is cut to 77 anyway. */
const MAX_POWER = 100_000;

export const pow = (site: number, a: Value, b: Value): Value =>
  arithmetic(
    site,
    'pow',
    a,
    b,
    (x, y) => {
      if (y >= 0) {
        if (x === 0 || x === 1) return y === 0 ? 1 : x;
        if (x === -1) return modInt(y, 2) === 0 ? 1 : -1;
        if (y < 64) {
          const exact = BigInt(x) ** BigInt(y);
          if (fitsInt(exact)) return normalise(exact);
        }
      }
      return decPow(decOfInt(x), decOfInt(y));
    },
    decPow,
  );

function decPow(base: Dec, exponent: Dec): Value {
  if (exponent.s <= 0 || exponent.c % 10n ** BigInt(exponent.s) === 0n) {
    const n =
      exponent.s <= 0 ? exponent.c * 10n ** BigInt(-exponent.s) : exponent.c / 10n ** BigInt(exponent.s);
    if (base.c === 0n && n < 0n) return err('Division by zero');
    const size = n < 0n ? -n : n;
    if (size > BigInt(MAX_POWER)) return err('pow: exponent out of range');
    let result = new Dec(1n, 0);
    let square = base;
    for (let k = Number(size); k > 0; k = Math.floor(k / 2)) {
      if (k % 2 === 1) result = decMul(result, square);
      if (k > 1) square = decMul(square, square);
    }
    return n < 0n ? decDiv(new Dec(1n, 0), result) : result;
  }
  if (base.c < 0n) return err('pow: fractional exponent of a negative number');
  if (base.c === 0n) return exponent.c < 0n ? err('Division by zero') : new Dec(0n, 0);
  return fractionalPower(base, exponent);
}

import { fractionalPower } from './dec-power';

export const lt = (site: number, a: Value, b: Value): boolean =>
  compare(consumeAt(site, a), consumeAt(site, b)) < 0;
export const lte = (site: number, a: Value, b: Value): boolean =>
  compare(consumeAt(site, a), consumeAt(site, b)) <= 0;
export const gt = (site: number, a: Value, b: Value): boolean =>
  compare(consumeAt(site, a), consumeAt(site, b)) > 0;
export const gte = (site: number, a: Value, b: Value): boolean =>
  compare(consumeAt(site, a), consumeAt(site, b)) >= 0;

export function eq(site: number, a: Value, b: Value): boolean {
  if (typeof a !== 'object' && typeof b !== 'object') return a === b;
  return equal(consumeAt(site, a), consumeAt(site, b));
}
export function ne(site: number, a: Value, b: Value): boolean {
  return !eq(site, a, b);
}
