/** Arithmetic. Ints are numbers while they are safe, 64-bit with wrap-around beyond; Decs exact up to 256 bits. */
import { Dec, type Value } from './values';

export type Int = number | bigint;

const MAX = Number.MAX_SAFE_INTEGER;

export const isInt = (value: Value): value is Int => typeof value === 'number' || typeof value === 'bigint';
export const isNumber = (value: Value): value is Int | Dec => isInt(value) || value instanceof Dec;

/** The one form of an integer: wrapped to 64 bits, a number when that is exact. */
export function int(value: bigint): Int {
  const wrapped = BigInt.asIntN(64, value);
  return wrapped >= -9007199254740991n && wrapped <= 9007199254740991n ? Number(wrapped) : wrapped;
}

export function addInt(a: Int, b: Int): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (sum <= MAX && sum >= -MAX) return sum;
  }
  return int(BigInt(a) + BigInt(b));
}

export function subInt(a: Int, b: Int): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (difference <= MAX && difference >= -MAX) return difference;
  }
  return int(BigInt(a) - BigInt(b));
}

export function mulInt(a: Int, b: Int): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    // −0 is no Int.
    if (product <= MAX && product >= -MAX) return product + 0;
  }
  return int(BigInt(a) * BigInt(b));
}

/** Sign of the dividend. The divisor is not zero. */
export function modInt(a: Int, b: Int): Int {
  if (typeof a === 'number' && typeof b === 'number') return (a % b) + 0;
  return int(BigInt(a) % BigInt(b));
}

// ---- Dec

/** Largest magnitude of a coefficient: an unsigned 256-bit integer. */
const LIMIT = 1n << 256n;
const MAX_SCALE = 32_767;

export const toDec = (value: Int | Dec): Dec => (value instanceof Dec ? value : new Dec(BigInt(value), 0));

const powers: bigint[] = [1n];
export function pow10(exponent: number): bigint {
  for (let i = powers.length; i <= exponent && i < 1024; i += 1) powers.push((powers[i - 1] ?? 1n) * 10n);
  return powers[exponent] ?? 10n ** BigInt(exponent);
}

/** Quotient rounded half away from zero. */
function divideRounded(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  const rest = a % b;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  const size = b < 0n ? -b : b;
  if (twice < size) return quotient;
  return a < 0n === b < 0n ? quotient + 1n : quotient - 1n;
}

/** Within 256 bits: low digits go, rounded. */
export function fit(coefficient: bigint, scale: number): Dec {
  let digits = coefficient;
  let places = scale;
  while (digits >= LIMIT || digits <= -LIMIT || places > MAX_SCALE) {
    const excess = Math.max(1, (digits < 0n ? -digits : digits).toString().length - 77);
    digits = divideRounded(digits, pow10(excess));
    places -= excess;
  }
  return new Dec(digits, places);
}

function aligned(a: Dec, b: Dec): { readonly x: bigint; readonly y: bigint; readonly scale: number } {
  const scale = Math.max(a.scale, b.scale);
  return {
    x: a.coefficient * pow10(scale - a.scale),
    y: b.coefficient * pow10(scale - b.scale),
    scale,
  };
}

export function addDec(a: Dec, b: Dec): Dec {
  const { x, y, scale } = aligned(a, b);
  return fit(x + y, scale);
}

export function subDec(a: Dec, b: Dec): Dec {
  const { x, y, scale } = aligned(a, b);
  return fit(x - y, scale);
}

export function mulDec(a: Dec, b: Dec): Dec {
  return fit(a.coefficient * b.coefficient, a.scale + b.scale);
}

/** The divisor is not zero. Exact when it ends, else 77 digits; no trailing zeros are added. */
export function divDec(a: Dec, b: Dec): Dec {
  let scale = a.scale - b.scale;
  let quotient = a.coefficient / b.coefficient;
  let rest = a.coefficient % b.coefficient;
  const isNegative = a.coefficient < 0n !== b.coefficient < 0n;
  const unit = isNegative ? -1n : 1n;
  const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);
  let q = magnitude(quotient);
  let r = magnitude(rest);
  const d = magnitude(b.coefficient);
  while (r !== 0n) {
    const next = r * 10n;
    const longer = q * 10n + next / d;
    if (longer >= LIMIT || q.toString().length >= 77) {
      if (r * 2n >= d) q += 1n;
      break;
    }
    q = longer;
    r = next % d;
    scale += 1;
  }
  quotient = q * unit;
  rest = r;
  return reduceWhole(quotient, scale);
}

/** `4.0 / 2.0` is `2`: a quotient of whole numbers with a negative scale is written out. */
function reduceWhole(coefficient: bigint, scale: number): Dec {
  return scale < 0 ? new Dec(coefficient * pow10(-scale), 0) : new Dec(coefficient, scale);
}

export function compareNumbers(a: Int | Dec, b: Int | Dec): number {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : 0;
  const { x, y } = aligned(toDec(a), toDec(b));
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Whole part, toward zero. */
export function truncate({ coefficient, scale }: Dec): bigint {
  return scale <= 0 ? coefficient * pow10(-scale) : coefficient / pow10(scale);
}

export function floorDec(value: Dec): bigint {
  const whole = truncate(value);
  const isExact = value.scale <= 0 || whole * pow10(value.scale) === value.coefficient;
  return isExact || value.coefficient >= 0n ? whole : whole - 1n;
}

export function ceilDec(value: Dec): bigint {
  const floor = floorDec(value);
  const isExact = value.scale <= 0 || floor * pow10(value.scale) === value.coefficient;
  return isExact ? floor : floor + 1n;
}

export function roundDec({ coefficient, scale }: Dec): bigint {
  return scale <= 0 ? coefficient * pow10(-scale) : divideRounded(coefficient, pow10(scale));
}

/** a − floor(a / b) · b: the sign of the divisor. */
export function modDec(a: Dec, b: Dec): Dec {
  const { x, y, scale } = aligned(a, b);
  const rest = x % y;
  return new Dec(rest !== 0n && rest < 0n !== y < 0n ? rest + y : rest, scale);
}

// ---- text

export function decText({ coefficient, scale }: Dec): string {
  const sign = coefficient < 0n ? '-' : '';
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString();
  if (scale <= 0) return -scale > 15 ? `${sign}${digits}e+${-scale}` : `${sign}${digits}${'0'.repeat(-scale)}`;
  if (digits.length > scale) return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  if (scale - digits.length <= 5) return `${sign}0.${digits.padStart(scale, '0')}`;
  const rest = digits.slice(1);
  return `${sign}${digits[0]}${rest === '' ? '' : `.${rest}`}E-${scale - digits.length + 1}`;
}

const DECIMAL = /^([+-]?)(\d[\d_]*)?(?:\.([\d_]*))?(?:[eE]([+-]?\d+))?$/;

/** null: not a number. */
export function parseDec(text: string): Dec | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const [, sign = '', wholeText = '', fractionText = '', exponentText = '0'] = match;
  const whole = wholeText.replaceAll('_', '');
  const fraction = fractionText.replaceAll('_', '');
  if (whole === '' && fraction === '') return null;
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > MAX_SCALE) return null;
  const coefficient = BigInt(whole + fraction);
  return fit(sign === '-' ? -coefficient : coefficient, fraction.length - exponent);
}

export function parseInt64(text: string): Int | null {
  if (!/^[+-]?\d{1,20}$/.test(text)) return null;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return value === BigInt.asIntN(64, value) ? int(value) : null;
}
