/** Arithmetic and comparison in place: two numbers are handled without a call. */
import type { CallNode, Core } from '../analyse/core';
import type { Activation } from './activation';
import { emit } from './expr';

const MAX = '9007199254740991';

const ARITHMETIC: Readonly<Record<string, { readonly op: string; readonly slow: string }>> = {
  '::hot::math/add': { op: '+', slow: 'add' },
  '::hot::math/sub': { op: '-', slow: 'sub' },
  '::hot::math/mul': { op: '*', slow: 'mul' },
};
const COMPARISON: Readonly<Record<string, { readonly op: string; readonly slow: string }>> = {
  '::hot::cmp/lt': { op: '<', slow: 'lt' },
  '::hot::cmp/lte': { op: '<=', slow: 'lte' },
  '::hot::cmp/gt': { op: '>', slow: 'gt' },
  '::hot::cmp/gte': { op: '>=', slow: 'gte' },
};

export function emitOperator(ac: Activation, node: CallNode, site: number): string | null {
  const { callee, args } = node;
  const [a, b] = args;
  if (callee.kind !== 'native' || args.length !== 2 || a?.mode !== 'value' || b?.mode !== 'value')
    return null;
  const { name } = callee.native;
  const arithmetic = ARITHMETIC[name];
  if (arithmetic) return emitArithmetic(ac, arithmetic, a.value, b.value, site);
  const comparison = COMPARISON[name];
  if (comparison) {
    const { setup, left, right, numbers } = operands(ac, a.value, b.value);
    const slow = `${comparison.slow}(${site}, ${left}, ${right})`;
    return `(${setup}${numbers === '' ? '' : `${numbers} ? `}${left} ${comparison.op} ${right}${numbers === '' ? '' : ` : ${slow}`})`;
  }
  if (name === '::hot::math/mod') return emitMod(ac, a.value, b.value, site);
  if (name === '::hot::cmp/eq') return emitEqual(ac, a.value, b.value, site);
  if (name === '::hot::cmp/ne') return `!${emitEqual(ac, a.value, b.value, site)}`;
  return null;
}

const INTEGER = /^-?\d+$/;
/** Literals that `===` compares as `eq` does, unless the other side is an object. */
const PRIMITIVE = /^(?:-?\d+|"(?:[^"\\]|\\.)*"|true|false|null)$/;

function emitEqual(ac: Activation, a: Core, b: Core, site: number): string {
  const { setup, left, right } = operands(ac, a, b);
  const other = PRIMITIVE.test(right) ? left : PRIMITIVE.test(left) ? right : null;
  const slow = `eq(${site}, ${left}, ${right})`;
  if (other === null) return `(${setup}${slow})`;
  return `(${setup}${left} === ${right} || typeof ${other} === "object" && ${slow})`;
}

/** The remainder of safe integers is one. `+ 0`: −4 % 2 must not be −0. */
function emitMod(ac: Activation, a: Core, b: Core, site: number): string {
  const { setup, left, right, numbers } = operands(ac, a, b);
  const tests = [...(numbers === '' ? [] : [numbers]), ...(INTEGER.test(right) ? [] : [`${right} !== 0`])];
  const slow = `mod(${site}, ${left}, ${right})`;
  if (right === '0') return `(${setup}${slow})`;
  const fast = `${left} % ${right} + 0`;
  return tests.length === 0 ? `(${setup}${fast})` : `(${setup}${tests.join(' && ')} ? ${fast} : ${slow})`;
}

function emitArithmetic(
  ac: Activation,
  { op, slow }: { readonly op: string; readonly slow: string },
  a: Core,
  b: Core,
  site: number,
): string {
  const { setup, left, right, numbers } = operands(ac, a, b);
  const sum = ac.temp();
  // `+ 0`: 0 × −5 must not become −0.
  const result = op === '*' ? `${left} * ${right} + 0` : `${left} ${op} ${right}`;
  const test = numbers === '' ? '' : `${numbers} && `;
  // The first test is the one that the engine does with integers; the range would make it go over to floating point.
  const safe = `((${sum} = ${result}) === (${sum} | 0) || ${sum} <= ${MAX} && ${sum} >= -${MAX})`;
  const head = `(${setup}${test}${safe} ? ${sum} : `;
  const rest = `${slow}(${site}, ${left}, ${right})`;
  const whole = `${head}${rest})`;
  ac.sums.set(whole, { head, rest });
  return whole;
}

function operands(
  ac: Activation,
  a: Core,
  b: Core,
): { readonly setup: string; readonly left: string; readonly right: string; readonly numbers: string } {
  const [x = 'null', y = 'null'] = ac.spill([(): string => emit(ac, a), (): string => emit(ac, b)]);
  const simple = (s: string): boolean => /^[\w$]+$/.test(s) || PRIMITIVE.test(s);
  const number = (s: string): boolean => INTEGER.test(s);
  let setup = '';
  const hold = (s: string): string => {
    const name = ac.temp();
    setup += `${name} = ${s}, `;
    return name;
  };
  // A variable on the left may stay where it is: nothing on the right assigns it.
  const left = simple(x) ? x : hold(x);
  const right = simple(y) ? y : hold(y);
  const numbers = [left, right].filter((s) => !number(s)).map((s) => `typeof ${s} === "number"`);
  return { setup, left, right, numbers: numbers.join(' && ') };
}
