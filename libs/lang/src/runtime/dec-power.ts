/** Powers with fractional exponents: exp(e · ln b) in fixed point, then cut to 77 digits. */
import { Dec, fit, pow10 } from './dec';

const DIGITS = 77;
/** Guard digits against what series lose. */
const SCALE = 110;
const ONE = pow10(SCALE);

const mulFixed = (a: bigint, b: bigint): bigint => (a * b) / ONE;

/** ln of a fixed-point number in [1, 10), through square roots down to near 1. */
function lnFixed(x: bigint): bigint {
  let halvings = 0n;
  let y = x;
  while (y > ONE + ONE / 100n) {
    y = sqrt(y * ONE);
    halvings++;
  }
  // 2·artanh((y−1)/(y+1))
  const z = ((y - ONE) * ONE) / (y + ONE);
  const square = mulFixed(z, z);
  let term = z;
  let sum = 0n;
  for (let k = 1n; term !== 0n; k += 2n) {
    sum += term / k;
    term = mulFixed(term, square);
  }
  return (2n * sum) << halvings;
}

function sqrt(n: bigint): bigint {
  if (n < 2n) return n;
  let x = 1n << (BigInt(n.toString(2).length) / 2n + 1n);
  for (;;) {
    const y = (x + n / x) >> 1n;
    if (y >= x) return x;
    x = y;
  }
}

let ln10Cache: bigint | null = null;
function ln10(): bigint {
  // ln(10) = 2·ln(√10); lnFixed wants less than 10.
  return (ln10Cache ??= 2n * lnFixed(sqrt(10n * ONE * ONE)));
}

function expFixed(x: bigint): bigint {
  const steps = 8n;
  const small = x >> steps;
  let term = ONE;
  let sum = ONE;
  for (let k = 1n; term !== 0n; k++) {
    term = mulFixed(term, small) / k;
    sum += term;
  }
  for (let i = 0n; i < steps; i++) sum = mulFixed(sum, sum);
  return sum;
}

/** base > 0. */
export function fractionalPower(base: Dec, exponent: Dec): Dec {
  const digits = base.c.toString().length;
  // base = m · 10^p with m in [1, 10)
  const p = BigInt(digits - 1 - base.s);
  const m = (base.c * ONE) / pow10(digits - 1);
  const ln = lnFixed(m) + p * ln10();
  const e = exponent.s >= 0 ? (exponent.c * ONE) / pow10(exponent.s) : exponent.c * pow10(-exponent.s) * ONE;
  const product = mulFixed(ln, e);
  // exp(product) = 10^q · exp(rest)
  const q = product / ln10();
  if (q > 32000n || q < -32000n) return q > 0n ? fit(1n, -32000) : new Dec(0n, 0);
  const value = expFixed(product - q * ln10());
  const length = value.toString().length;
  const drop = Math.max(0, length - DIGITS);
  const cut = (value + pow10(drop) / 2n) / pow10(drop);
  return strip(fit(cut, SCALE - drop - Number(q)));
}

/** √4 is 2, not 2.000…0. */
function strip(d: Dec): Dec {
  let { c, s } = d;
  while (s > 0 && c % 10n === 0n) {
    c /= 10n;
    s--;
  }
  return new Dec(c, s);
}
