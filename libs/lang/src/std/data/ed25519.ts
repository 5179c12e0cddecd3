/** Verification of Ed25519 signatures (RFC 8032). Nothing secret takes part, so nothing has to be constant in time. */
import { sha512 } from '@noble/hashes/sha2.js';

const P = (1n << 255n) - 19n;
const ORDER = (1n << 252n) + 27742317777372353535851937790883648493n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const SQRT_MINUS_ONE = 19681161376707505956807079304988542015446066515923890162744021073123829784752n;

const mod = (n: bigint, m = P): bigint => {
  const r = n % m;
  return r < 0n ? r + m : r;
};

export function power(base: bigint, exponent: bigint, m: bigint): bigint {
  let result = 1n;
  let square = base % m;
  for (let e = exponent; e > 0n; e >>= 1n) {
    if ((e & 1n) === 1n) result = (result * square) % m;
    square = (square * square) % m;
  }
  return result;
}

/** Extended coordinates: x = X/Z, y = Y/Z, T = XY/Z. */
interface Point {
  readonly X: bigint;
  readonly Y: bigint;
  readonly Z: bigint;
  readonly T: bigint;
}

const NEUTRAL: Point = { X: 0n, Y: 1n, Z: 1n, T: 0n };
const BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202n;
const BASE_Y = 46316835694926478169428394003475163141307993866256225615783033603165251855960n;
const BASE: Point = { X: BASE_X, Y: BASE_Y, Z: 1n, T: mod(BASE_X * BASE_Y) };

function add(a: Point, b: Point): Point {
  const A = mod((a.Y - a.X) * (b.Y - b.X));
  const B = mod((a.Y + a.X) * (b.Y + b.X));
  const C = mod(2n * a.T * b.T * D);
  const E = mod(2n * a.Z * b.Z);
  const e = B - A;
  const f = E - C;
  const g = E + C;
  const h = B + A;
  return { X: mod(e * f), Y: mod(g * h), Z: mod(f * g), T: mod(e * h) };
}

function multiply(point: Point, n: bigint): Point {
  let result = NEUTRAL;
  let double = point;
  for (let e = n; e > 0n; e >>= 1n) {
    if ((e & 1n) === 1n) result = add(result, double);
    double = add(double, double);
  }
  return result;
}

function littleEndian(bytes: Uint8Array): bigint {
  let n = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) n = (n << 8n) | BigInt(bytes[i] ?? 0);
  return n;
}

/** Null when the bytes are no point of the curve. */
function decode(bytes: Uint8Array): Point | null {
  const n = littleEndian(bytes);
  const sign = n >> 255n;
  const y = n & ((1n << 255n) - 1n);
  if (y >= P) return null;
  const y2 = mod(y * y);
  const u = mod(y2 - 1n);
  const v = mod(D * y2 + 1n);
  const v3 = mod(v * v * v);
  let x = mod(u * v3 * power(mod(u * v3 * v3 * v), (P - 5n) / 8n, P));
  const check = mod(v * x * x);
  if (check !== u) {
    if (check !== mod(-u)) return null;
    x = mod(x * SQRT_MINUS_ONE);
  }
  if (x === 0n && sign === 1n) return null;
  if ((x & 1n) !== sign) x = mod(-x);
  return { X: x, Y: y, Z: 1n, T: mod(x * y) };
}

const same = (a: Point, b: Point): boolean =>
  mod(a.X * b.Z - b.X * a.Z) === 0n && mod(a.Y * b.Z - b.Y * a.Z) === 0n;

/** `key` 32 bytes, `signature` 64. */
export function verifyEd25519(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const A = decode(key);
  const R = decode(signature.subarray(0, 32));
  const s = littleEndian(signature.subarray(32));
  if (A === null || R === null || s >= ORDER) return false;
  const hash = sha512.create();
  hash.update(signature.subarray(0, 32)).update(key).update(message);
  const k = mod(littleEndian(hash.digest()), ORDER);
  return same(multiply(BASE, s), add(R, multiply(A, k)));
}
