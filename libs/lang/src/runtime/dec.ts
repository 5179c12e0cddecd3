/**
 * Exact decimals: coefficient × 10^(−scale). The scale is kept (`1.50` prints as `1.50`), the coefficient has at
 * most 256 bits; what does not fit loses low digits, rounding half away from zero.
 */
export class Dec {
  constructor(
    readonly c: bigint,
    readonly s: number,
  ) {}
}

const LIMIT = 1n << 256n;
const MAX_SCALE = 32767;
const POWERS: bigint[] = [1n];

/** Parsing and shifting never need more; larger exponents are refused before they get here. */
export function pow10(n: number): bigint {
  for (let i = POWERS.length; i <= n && i <= 512; i++) POWERS.push((POWERS[i - 1] ?? 1n) * 10n);
  return POWERS[n] ?? 10n ** BigInt(n);
}

const abs = (n: bigint): bigint => (n < 0n ? -n : n);

/** n / d rounded half away from zero. */
export function divRound(n: bigint, d: bigint): bigint {
  const negative = n < 0n !== d < 0n;
  const an = abs(n);
  const ad = abs(d);
  const q = an / ad;
  const r = an % ad;
  const rounded = r * 2n >= ad ? q + 1n : q;
  return negative ? -rounded : rounded;
}

/** Drops low digits until the coefficient fits 256 bits and the scale 16. */
export function fit(c: bigint, s: number): Dec {
  if (abs(c) < LIMIT && s <= MAX_SCALE && s >= -MAX_SCALE) return new Dec(c, s);
  let drop = Math.max(0, s - MAX_SCALE);
  const digits = abs(c).toString().length;
  drop = Math.max(drop, digits - 78);
  let r = divRound(c, pow10(Math.max(0, drop)));
  while (abs(r) >= LIMIT) {
    drop++;
    r = divRound(c, pow10(drop));
  }
  const scale = s - drop;
  // A number too large for the scale has no representation; the largest one stands for it.
  return new Dec(r, Math.max(scale, -MAX_SCALE));
}

export function decOfInt(n: number | bigint): Dec {
  return new Dec(BigInt(n), 0);
}

/** Aligns two coefficients to the larger scale. Far apart scales are cut to what 256 bits can hold. */
function align(a: Dec, b: Dec): [bigint, bigint, number] {
  if (a.s === b.s) return [a.c, b.c, a.s];
  if (a.s > b.s) return [a.c, b.c * pow10(a.s - b.s), a.s];
  return [a.c * pow10(b.s - a.s), b.c, b.s];
}

export function decAdd(a: Dec, b: Dec): Dec {
  const [x, y, s] = align(a, b);
  return fit(x + y, s);
}

export function decSub(a: Dec, b: Dec): Dec {
  const [x, y, s] = align(a, b);
  return fit(x - y, s);
}

export function decMul(a: Dec, b: Dec): Dec {
  return fit(a.c * b.c, a.s + b.s);
}

const DIV_DIGITS = 77;

/** b must not be zero. Digits are appended while there is a remainder, never trailing zeros. */
export function decDiv(a: Dec, b: Dec): Dec {
  const scale = a.s - b.s;
  const negative = a.c < 0n !== b.c < 0n;
  const n = abs(a.c);
  const d = abs(b.c);
  const whole = n / d;
  if (n % d === 0n) return fit(negative ? -whole : whole, scale);
  const digits = (x: bigint): number => x.toString().length;
  let extra = whole === 0n ? DIV_DIGITS + digits(d) - digits(n) : DIV_DIGITS - digits(whole);
  if (extra < 0) extra = 0;
  let q = (n * pow10(extra)) / d;
  if (extra > 0 && digits(q) > DIV_DIGITS) q = (n * pow10(--extra)) / d;
  const rest = n * pow10(extra) - q * d;
  if (rest === 0n) {
    while (extra > 0 && q % 10n === 0n) {
      q /= 10n;
      extra--;
    }
  } else if (rest * 2n >= d) {
    q += 1n;
  }
  return fit(negative ? -q : q, scale + extra);
}

export function decFloor(a: Dec): bigint {
  if (a.s <= 0) return a.c * pow10(-a.s);
  const p = pow10(a.s);
  const q = a.c / p;
  return a.c < 0n && a.c % p !== 0n ? q - 1n : q;
}

export function decTrunc(a: Dec): bigint {
  return a.s <= 0 ? a.c * pow10(-a.s) : a.c / pow10(a.s);
}

export function decRound(a: Dec): bigint {
  return a.s <= 0 ? a.c * pow10(-a.s) : divRound(a.c, pow10(a.s));
}

/** a − floor(a/b)·b; the sign follows b, which must not be zero. */
export function decMod(a: Dec, b: Dec): Dec {
  const [x, y, s] = align(a, b);
  let r = x % y;
  if (r !== 0n && r < 0n !== y < 0n) r += y;
  return fit(r, s);
}

export function decCompare(a: Dec, b: Dec): number {
  const signA = a.c === 0n ? 0 : a.c < 0n ? -1 : 1;
  const signB = b.c === 0n ? 0 : b.c < 0n ? -1 : 1;
  if (signA !== signB) return signA < signB ? -1 : 1;
  if (signA === 0) return 0;
  // Orders of magnitude first: aligning 1e-30000 with 1e30000 would build a number of 60,000 digits.
  const magnitude = abs(a.c).toString().length - a.s - (abs(b.c).toString().length - b.s);
  if (magnitude !== 0) return magnitude < 0 ? -signA : signA;
  const [x, y] = align(a, b);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** The same number without trailing zeros: equal decimals have equal keys. */
export function decKey(a: Dec): string {
  if (a.c === 0n) return '0';
  let c = a.c;
  let s = a.s;
  while (c % 10n === 0n) {
    c /= 10n;
    s--;
  }
  return `${c}e${-s}`;
}

export function decToString(a: Dec): string {
  const sign = a.c < 0n ? '-' : '';
  const digits = abs(a.c).toString();
  if (a.s <= 0) {
    if (a.s === 0) return sign + digits;
    if (-a.s > 15) return `${sign}${digits}e+${-a.s}`;
    // Zero has one digit: `0000` would be no number in JSON.
    return a.c === 0n ? '0' : sign + digits + '0'.repeat(-a.s);
  }
  const point = digits.length - a.s;
  if (point > 0) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
  const zeros = -point;
  if (zeros > 5) {
    const tail = digits.length > 1 ? `.${digits.slice(1)}` : '';
    return `${sign}${digits[0] ?? '0'}${tail}E-${a.s - digits.length + 1}`;
  }
  return `${sign}0.${'0'.repeat(zeros)}${digits}`;
}

const DEC_TEXT = /^([+-]?)(\d[\d_]*)?(?:\.([\d_]*))?(?:[eE]([+-]?\d{1,6}))?$/;

/** Null when the text is no number. Takes an optional sign, point, exponent and `_` between digits. */
export function parseDec(text: string): Dec | null {
  const m = DEC_TEXT.exec(text);
  if (!m) return null;
  const whole = (m[2] ?? '').replaceAll('_', '');
  const fraction = (m[3] ?? '').replaceAll('_', '');
  if (whole === '' && fraction === '') return null;
  const scale = fraction.length - Number(m[4] ?? 0);
  if (whole.length + fraction.length > 40_000 || Math.abs(scale) > MAX_SCALE * 2) return null;
  const c = BigInt(whole + fraction);
  // The largest number there is would stand for it: another one than was written.
  if (scale < -MAX_SCALE && c !== 0n) return null;
  return fit(m[1] === '-' ? -c : c, scale);
}
