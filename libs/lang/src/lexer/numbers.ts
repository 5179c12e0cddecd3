import type { DecValue } from '../syntax/token';

const MAX_INT = 9223372036854775807n;
const MIN_INT = -9223372036854775808n;
/** Longer literals cannot be represented anyway, and making a bigint of a megabyte of digits takes seconds. */
const MAX_DEC_DIGITS = 200;

export function parseInt64(text: string): bigint | null {
  const digits = text.replace(/^(-?)0+(?=\d)/, '$1');
  if (digits.length > 20) return null;
  const value = BigInt(digits);
  return value > MAX_INT || value < MIN_INT ? null : value;
}

/** `1.50` → 150, scale 2; `1.` → 1, scale 0. */
export function parseDec(text: string): DecValue | null {
  const dot = text.indexOf('.');
  const fraction = text.slice(dot + 1);
  const digits = (text.slice(0, dot) + fraction).replace(/^(-?)0+(?=\d)/, '$1');
  if (digits.length > MAX_DEC_DIGITS || fraction.length > 32767) return null;
  return { coefficient: BigInt(digits), scale: fraction.length };
}
