/** Ints: safe integers as numbers, the rest of the 64-bit range as bigints. */
export type Int = number | bigint;

const MAX = 9007199254740991;

/** A bigint of any size → Int, wrapping at 64 bits. */
export function normalise(n: bigint): Int {
  const wrapped = BigInt.asIntN(64, n);
  return wrapped <= 9007199254740991n && wrapped >= -9007199254740991n ? Number(wrapped) : wrapped;
}

export const INT_MIN = -(1n << 63n);
export const INT_MAX = (1n << 63n) - 1n;

export function fitsInt(n: bigint): boolean {
  return n >= INT_MIN && n <= INT_MAX;
}

export function addInt(a: Int, b: Int): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const r = a + b;
    if (r <= MAX && r >= -MAX) return r;
  }
  return normalise(BigInt(a) + BigInt(b));
}

export function subInt(a: Int, b: Int): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const r = a - b;
    if (r <= MAX && r >= -MAX) return r;
  }
  return normalise(BigInt(a) - BigInt(b));
}

export function mulInt(a: Int, b: Int): Int {
  if (typeof a === 'number' && typeof b === 'number') {
    const r = a * b;
    // `+ 0` turns the -0 of `0 * -5` into 0.
    if (r <= MAX && r >= -MAX) return r + 0;
  }
  return normalise(BigInt(a) * BigInt(b));
}

/** Sign of the dividend, like `%`. b is not zero. */
export function modInt(a: Int, b: Int): Int {
  if (typeof a === 'number' && typeof b === 'number') return (a % b) + 0;
  return normalise(BigInt(a) % BigInt(b));
}

export function compareInt(a: Int, b: Int): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const INT_TEXT = /^[+-]?0*\d{1,19}$/;

/** Strict decimal text; null when it is none or does not fit 64 bits. */
export function parseInt64(text: string): Int | null {
  if (!INT_TEXT.test(text)) return null;
  if (text.length < 16) return Number(text) + 0;
  const n = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return fitsInt(n) ? normalise(n) : null;
}
