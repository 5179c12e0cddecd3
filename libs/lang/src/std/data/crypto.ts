/** `::hot::crypto` and `::hot::random`. */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { isInt } from '../../runtime/arith';
import { err, type Fiber, type Value } from '../../runtime/values';
import { native, type NativeDef } from '../../runtime/native-def';
import { tooManyBytes } from '../limits';
import { base64Of, billBytes, bytesOf, dataOf, hexOf, NOT_DATA, sameBytes } from './bytes-of';
import { readPem, RsaError, sign, verify } from './rsa';

// ---- keys from passwords ----------------------------------------------------------------------------------------------

const MAX_ITERATIONS = 100_000_000;
const MAX_LENGTH = 1024;
/** Iterations between two looks at whether the run must stop. */
const ROUND = 512;

function derive(
  fb: Fiber,
  password: Uint8Array,
  salt: Uint8Array,
  iterations: number,
  length: number,
): Uint8Array {
  const out = new Uint8Array(length);
  const keyed = hmac.create(sha256, password);
  const salted = keyed._cloneInto().update(salt);
  const u = new Uint8Array(32);
  let state = keyed._cloneInto();
  for (let block = 1, at = 0; at < length; block++, at += 32) {
    const counter = Uint8Array.of(block >>> 24, block >>> 16, block >>> 8, block);
    state = salted._cloneInto(state);
    state.update(counter).digestInto(u);
    const t = u.slice();
    for (let i = 1; i < iterations; i++) {
      if (i % ROUND === 0) fb.r.spend(fb, ROUND * 4);
      keyed._cloneInto(state).update(u).digestInto(u);
      for (let k = 0; k < 32; k++) t[k] = (t[k] ?? 0) ^ (u[k] ?? 0);
    }
    out.set(t.subarray(0, Math.min(32, length - at)), at);
  }
  return out;
}

function pbkdf2(fb: Fiber, args: readonly Value[]): Value {
  const fn = '::hot::crypto/pbkdf2-hmac-sha256';
  const [password = null, salt = null, iterations = null, length = 32] = args;
  const p = dataOf(password);
  if (p === null) return err(`${fn} password: ${NOT_DATA}`);
  const s = dataOf(salt);
  if (s === null) return err(`${fn} salt: ${NOT_DATA}`);
  if (!isInt(iterations)) return err(`${fn}: Iterations must be an integer`);
  if (iterations < 1 || iterations > MAX_ITERATIONS) {
    return err(`${fn}: Iterations must be between 1 and ${MAX_ITERATIONS}, got ${iterations}`);
  }
  if (!isInt(length)) return err(`${fn}: Length must be an integer`);
  if (length < 1 || length > MAX_LENGTH) {
    return err(`${fn}: Length must be between 1 and ${MAX_LENGTH}, got ${length}`);
  }
  billBytes(fb, p.length + s.length);
  return derive(fb, p, s, Number(iterations), Number(length));
}

// ---- signatures -------------------------------------------------------------------------------------------------------

function rsaSign(fb: Fiber, pem: Value, message: Value): Value {
  const fn = '::hot::crypto/rsa-sha256-sign';
  if (typeof pem !== 'string') return err(`${fn}: invalid RSA key: not a string`);
  const data = dataOf(message);
  if (data === null) return err(`${fn}: ${NOT_DATA}`);
  fb.r.spend(fb, 10_000 + (data.length >> 5));
  try {
    return sign(readPem(pem), data);
  } catch (e) {
    if (e instanceof RsaError) return err(`${fn}: ${e.message}`);
    throw e;
  }
}

// ---- randomness -------------------------------------------------------------------------------------------------------

const MAX_RANDOM = 1_048_576;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Bytes from here on would favour the first letters. */
const UNBIASED = 256 - (256 % LETTERS.length);

function randomString(fb: Fiber, length: Value): Value {
  const fn = '::hot::random/random-string';
  if (!isInt(length)) return err(`${fn}: length must be an integer`);
  if (length <= 0) return err(`${fn}: length must be positive`);
  if (length > MAX_RANDOM) return err(`${fn}: length cannot exceed 1MB (${MAX_RANDOM} bytes)`);
  const wanted = Number(length);
  billBytes(fb, wanted);
  let out = '';
  while (out.length < wanted) {
    for (const b of fb.r.host.randomBytes(Math.min(65_536, wanted - out.length + 16))) {
      if (b < UNBIASED && out.length < wanted) out += LETTERS[b % LETTERS.length] ?? '';
    }
  }
  return out;
}

function randomBytes(fb: Fiber, length: Value, encoding: Value | undefined): Value {
  const fn = '::hot::random/random-bytes';
  if (!isInt(length)) return err(`${fn}: length must be an integer`);
  if (length <= 0) return err(`${fn}: length must be positive`);
  if (length > MAX_RANDOM) return err(`${fn}: length cannot exceed 1MB (${MAX_RANDOM} bytes)`);
  if (encoding !== undefined && encoding !== 'hex' && encoding !== 'base64' && encoding !== 'bytes') {
    const shown = typeof encoding === 'string' ? encoding : '';
    return err(`${fn}: unknown encoding '${shown}'. Use 'hex', 'base64', or 'bytes'`);
  }
  const problem = tooManyBytes('random-bytes', Number(length));
  if (problem !== null) return problem;
  billBytes(fb, Number(length));
  // The host may reuse its buffer; what programs hold is their own.
  const bytes = fb.r.host.randomBytes(Number(length)).slice();
  return encoding === 'hex' ? hexOf(bytes) : encoding === 'base64' ? base64Of(bytes) : bytes;
}

export const CRYPTO: readonly NativeDef[] = [
  native('::hot::crypto/pbkdf2-hmac-sha256', {
    pure: true,
    sig: [
      '(password: Str | Bytes, salt: Str | Bytes, iterations: Int): Bytes',
      '(password: Str | Bytes, salt: Str | Bytes, iterations: Int, length: Int): Bytes',
    ],
    doc: 'A key derived from a password.',
    s: (fb, _d, _s, ...args) => pbkdf2(fb, args),
  }),
  native('::hot::crypto/rsa-sha256-sign', {
    pure: true,
    sig: '(private-key-pem: Str, message: Str | Bytes): Bytes',
    doc: 'A signature (RSASSA-PKCS1-v1_5, SHA-256) with a private key in PEM form.',
    s: (fb, _d, _s, pem = null, message = null) => rsaSign(fb, pem, message),
  }),
  native('::hot::crypto/rsa-sha256-verify', {
    pure: true,
    sig: '(n: Bytes, e: Bytes, message: Str | Bytes, signature: Bytes): Bool',
    doc: 'Whether a signature is right for the public key of modulus and exponent.',
    s: (fb, _d, _s, n = null, e = null, message = null, signature = null) => {
      const fn = '::hot::crypto/rsa-sha256-verify';
      const data = dataOf(message);
      if (data === null) return err(`${fn}: ${NOT_DATA}`);
      const [modulus, exponent, given] = [bytesOf(n), bytesOf(e), bytesOf(signature)];
      if (modulus === null || exponent === null || given === null) return false;
      fb.r.spend(fb, 500 + (data.length >> 5));
      return verify(modulus, exponent, data, given);
    },
  }),
  native('::hot::random/random-bytes', {
    core: true,
    sig: ['(length: Int): Bytes', '(length: Int, encoding: Str): Str | Bytes'],
    doc: 'Cryptographically strong random bytes.',
    s: (fb, _d, _s, length = null, encoding) => randomBytes(fb, length, encoding),
  }),
  native('::hot::random/random-string', {
    core: true,
    sig: '(length: Int): Str',
    doc: 'Random letters and digits.',
    s: (fb, _d, _s, length = null) => randomString(fb, length),
  }),
  native('::hot::random/secure-compare', {
    core: true,
    pure: true,
    sig: '(a: Str | Bytes, b: Str | Bytes): Bool',
    doc: 'Whether two texts or bytes are the same, in constant time.',
    s: (fb, _d, _s, a = null, b = null) => {
      const x = dataOf(a);
      if (x === null) return err(`::hot::random/secure-compare a: ${NOT_DATA}`);
      const y = dataOf(b);
      if (y === null) return err(`::hot::random/secure-compare b: ${NOT_DATA}`);
      billBytes(fb, x.length);
      return sameBytes(x, y);
    },
  }),
];
