import { compare, equals } from '../runtime/equality';
import * as n from '../runtime/numbers';
import type { RunContext } from '../runtime/run-context';
import { Dec, type Value } from '../runtime/values';
import { fail, kindError } from './helpers';
import { native, type Native } from './registry';

type Num = n.Int | Dec;

function numbers(name: string, a: Value, b: Value): asserts a is Num {
  if (!n.isNumber(a) || !n.isNumber(b)) kindError(`${name} requires numbers`);
}

const binary =
  (name: string, ints: (a: n.Int, b: n.Int) => Value, decs: (a: Dec, b: Dec) => Value) =>
  (_: RunContext, a: Value = null, b: Value = null): Value => {
    numbers(name, a, b);
    numbers(name, b, a);
    return n.isInt(a) && n.isInt(b) ? ints(a, b) : decs(n.toDec(a), n.toDec(b));
  };

const isZero = (value: Num): boolean => (value instanceof Dec ? value.coefficient === 0n : value === 0);

function divide(a: Num, b: Num): Value {
  if (isZero(b)) return fail('Division by zero');
  if (n.isInt(a) && n.isInt(b)) {
    const [x, y] = [BigInt(a), BigInt(b)];
    if (x % y === 0n) return n.int(x / y);
  }
  return n.divDec(n.toDec(a), n.toDec(b));
}

function power(a: Num, b: Num): Value {
  if (n.isInt(b)) {
    const exponent = Number(b);
    if (Math.abs(exponent) > 10_000) return fail('pow exponent is too large');
    if (n.isInt(a) && exponent >= 0) {
      const exact = BigInt(a) ** BigInt(exponent);
      return exact === BigInt.asIntN(64, exact) ? n.int(exact) : n.fit(exact, 0);
    }
    const base = n.toDec(a);
    if (exponent < 0 && isZero(a)) return fail('Division by zero');
    let result = new Dec(1n, 0);
    for (let i = 0; i < Math.abs(exponent); i += 1) result = n.mulDec(result, base);
    return exponent < 0 ? n.divDec(new Dec(1n, 0), result) : result;
  }
  const value = Math.pow(Number(n.decText(n.toDec(a))), Number(n.decText(n.toDec(b))));
  return n.parseDec(String(value)) ?? fail('pow has no real result');
}

const toInt =
  (name: string, whole: (value: Dec) => bigint) =>
  (_: RunContext, value: Value = null): Value => {
    if (n.isInt(value)) return value;
    if (!(value instanceof Dec)) return kindError(`${name} requires a number`);
    const result = whole(value);
    return result === BigInt.asIntN(64, result) ? n.int(result) : fail(`${name} result out of Int range`);
  };

const extreme =
  (name: string, wanted: number) =>
  (_: RunContext, a: Value = null, b: Value = null): Value => {
    numbers(name, a, b);
    numbers(name, b, a);
    const winner = Math.sign(n.compareNumbers(a, b)) === wanted ? a : b;
    return n.isInt(a) && n.isInt(b) ? winner : n.toDec(winner);
  };

const test =
  (accept: (order: number) => boolean) =>
  (_: RunContext, a: Value = null, b: Value = null): Value =>
    accept(compare(a, b));

export const MATH: readonly Native[] = [
  native('* ::hot::math/add(x: Int, y: Int): Int | Dec', binary('add', n.addInt, n.addDec)),
  native('* ::hot::math/sub(x: Int, y: Int): Int | Dec', binary('sub', n.subInt, n.subDec)),
  native('* ::hot::math/mul(x: Int, y: Int): Int | Dec', binary('mul', n.mulInt, n.mulDec)),
  native('* ::hot::math/div(x: Int, y: Int): Int | Dec', binary('div', divide, divide)),
  native(
    '* ::hot::math/mod(x: Int, y: Int): Int | Dec',
    binary(
      'mod',
      (a, b) => (isZero(b) ? fail('Modulo by zero') : n.modInt(a, b)),
      (a, b) => (isZero(b) ? fail('Modulo by zero') : n.modDec(a, b)),
    ),
  ),
  native('* ::hot::math/pow(base: Int, exp: Int): Int | Dec', binary('pow', power, power)),
  native('* ::hot::math/abs(x: Int): Int | Dec', (_, x = null) => {
    if (x instanceof Dec) return x.coefficient < 0n ? new Dec(-x.coefficient, x.scale) : x;
    return n.isInt(x) ? (x < 0 ? n.subInt(0, x) : x) : kindError('abs requires a number');
  }),
  native('* ::hot::math/max(x: Int, y: Int): Int | Dec', extreme('max', 1)),
  native('* ::hot::math/min(x: Int, y: Int): Int | Dec', extreme('min', -1)),
  native('* ::hot::math/round(x: Dec): Int', toInt('round', n.roundDec)),
  native('* ::hot::math/floor(x: Dec): Int', toInt('floor', n.floorDec)),
  native('* ::hot::math/ceil(x: Dec): Int', toInt('ceil', n.ceilDec)),
  native('* ::hot::math/is-zero(x: Int): Bool', (_, x = null) =>
    x === null ? true : n.isNumber(x) ? isZero(x) : kindError('is-zero requires a number'),
  ),
  native('* ::hot::math/is-pos(x: Int): Bool', (_, x = null) => compare(x, 0) > 0),
  native('* ::hot::math/is-neg(x: Int): Bool', (_, x = null) => compare(x, 0) < 0),
  native('* ::hot::cmp/eq(a, b): Bool', (_, a = null, b = null) => equals(a, b)),
  native('* ::hot::cmp/ne(a, b): Bool', (_, a = null, b = null) => !equals(a, b)),
  native('* ::hot::cmp/lt(a: Int, b: Int): Bool', test((order) => order < 0)),
  native('* ::hot::cmp/lte(a: Int, b: Int): Bool', test((order) => order <= 0)),
  native('* ::hot::cmp/gt(a: Int, b: Int): Bool', test((order) => order > 0)),
  native('* ::hot::cmp/gte(a: Int, b: Int): Bool', test((order) => order >= 0)),
  native('* ::hot::cmp/between(x, low, high): Bool', (_, x = null, low = null, high = null) =>
    compare(x, low) >= 0 && compare(x, high) <= 0,
  ),
  native('* ::hot::cmp/in(value, coll): Bool', (_, value = null, coll = null) => {
    if (coll === null) return false;
    return Array.isArray(coll) ? coll.some((item) => equals(item, value)) : fail('in requires a Vec');
  }),
];
