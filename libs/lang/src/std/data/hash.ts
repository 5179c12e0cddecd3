/** `::hot::hash` and `::hot::hmac`. */
import { blake3 } from '@noble/hashes/blake3.js';
import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { err, Res, type Fiber, type Value } from '../../runtime/values';
import { native, type NativeDef } from '../../runtime/native-def';
import { utf8Encode } from '../../source/utf8';
import { base64Decode, base64Of, billBytes, dataOf, hexDecode, hexOf, NOT_DATA, sameBytes } from './bytes-of';
import { verifyEd25519 } from './ed25519';

interface Hash {
  (message: Uint8Array): Uint8Array;
  create(): { update(part: Uint8Array): unknown; digest(): Uint8Array };
}

/** Between two parts the run can be stopped. */
const PART = 1 << 20;

function digest(fb: Fiber, hash: Hash, data: Uint8Array): Uint8Array {
  if (data.length <= PART) {
    billBytes(fb, data.length);
    return hash(data);
  }
  const state = hash.create();
  for (let i = 0; i < data.length; i += PART) {
    billBytes(fb, PART);
    state.update(data.subarray(i, i + PART));
  }
  return state.digest();
}

function hashing(name: string, hash: Hash, core = false): NativeDef {
  return native(`::hot::hash/${name}`, {
    core,
    pure: true,
    sig: '(data: Str | Bytes): Str',
    doc: `The ${name.toUpperCase()} hash as lower-case hexadecimal.`,
    s: (fb, _d, _s, v = null) => {
      const data = dataOf(v);
      return data === null ? err(`::hot::hash/${name}: ${NOT_DATA}`) : hexOf(digest(fb, hash, data));
    },
  });
}

// ---- keyed ------------------------------------------------------------------------------------------------------------

const ALGORITHMS = { sha256, sha512, sha1 } as const;
type Algorithm = keyof typeof ALGORITHMS;

const isAlgorithm = (v: Value): v is Algorithm => typeof v === 'string' && Object.hasOwn(ALGORITHMS, v);

function mac(fb: Fiber, fn: string, algorithm: Algorithm, key: Value, data: Value): Uint8Array | Res {
  const k = dataOf(key);
  if (k === null) return err(`${fn} key: ${NOT_DATA}`);
  const d = dataOf(data);
  if (d === null) return err(`${fn} data: ${NOT_DATA}`);
  billBytes(fb, d.length + k.length);
  return hmac(ALGORITHMS[algorithm], k, d);
}

function keyed(name: string, algorithm: Algorithm, core: boolean, raw: boolean): NativeDef {
  const fn = `::hot::hmac/${name}`;
  return native(fn, {
    core,
    pure: true,
    sig: `(key: Str | Bytes, data: Str | Bytes): ${raw ? 'Bytes' : 'Str'}`,
    doc: `HMAC with ${algorithm.toUpperCase()}${raw ? ' as bytes' : ', lower-case hexadecimal'}.`,
    s: (fb, _d, _s, key = null, data = null) => {
      const code = mac(fb, fn, algorithm, key, data);
      return code instanceof Res ? code : raw ? code : hexOf(code);
    },
  });
}

type Verify = (code: Uint8Array, expected: Value) => Value;

function verifying(
  name: string,
  core: boolean,
  param: string,
  unsupported: string,
  verify: Verify,
): NativeDef {
  const fn = `::hot::hmac/${name}`;
  return native(fn, {
    core,
    pure: true,
    sig: `(key: Str | Bytes, data: Str | Bytes, ${param}: Str, algorithm: Str): Bool`,
    doc: 'Whether a message authentication code is the right one, compared in constant time.',
    s: (fb, _d, _s, key = null, data = null, expected = null, algorithm = null) => {
      if (!isAlgorithm(algorithm)) {
        return err(unsupported.replace('{}', () => (typeof algorithm === 'string' ? algorithm : '')));
      }
      const code = mac(fb, fn, algorithm, key, data);
      return code instanceof Res ? code : verify(code, expected);
    },
  });
}

function verifyHex(code: Uint8Array, expected: Value): Value {
  const wanted = typeof expected === 'string' ? hexDecode(expected) : 'not a string';
  if (typeof wanted === 'string') return err(`::hot::hmac/hmac-verify: invalid hex in expected: ${wanted}`);
  return sameBytes(code, wanted);
}

export const HASH: readonly NativeDef[] = [
  hashing('sha256', sha256, true),
  hashing('sha384', sha384),
  hashing('sha512', sha512),
  hashing('blake3', blake3, true),
  hashing('sha1', sha1),
  hashing('md5', md5),
  native('::hot::hash/ed25519-verify', {
    pure: true,
    sig: '(public-key: Str, message: Str | Bytes, signature: Str): Bool',
    doc: 'Whether an Ed25519 signature is right. Key and signature are hexadecimal.',
    s: (fb, _d, _s, key = null, message = null, signature = null) => {
      const fn = '::hot::hash/ed25519-verify';
      const k = typeof key === 'string' ? hexDecode(key) : 'not a string';
      if (typeof k === 'string') return err(`${fn}: invalid hex in public key: ${k}`);
      if (k.length !== 32) return err(`${fn}: invalid public key: expected 32 bytes, got ${k.length}`);
      const data = dataOf(message);
      if (data === null) return err(`${fn}: ${NOT_DATA}`);
      const s = typeof signature === 'string' ? hexDecode(signature) : '';
      if (typeof s === 'string' || s.length !== 64) return false;
      // A verification costs some milliseconds whatever the message.
      fb.r.spend(fb, 2000 + (data.length >> 5));
      return verifyEd25519(k, data, s);
    },
  }),
  keyed('hmac-sha256', 'sha256', true, false),
  keyed('hmac-sha256-bytes', 'sha256', true, true),
  keyed('hmac-sha512', 'sha512', false, false),
  keyed('hmac-sha1', 'sha1', false, false),
  verifying(
    'hmac-verify',
    true,
    'expected',
    "::hot::hmac/hmac-verify: unsupported algorithm '{}'. Use 'sha256', 'sha512', or 'sha1'",
    verifyHex,
  ),
  verifying(
    'hmac-verify-hex',
    false,
    'expected-hex',
    "hmac-verify-hex: unsupported algorithm '{}'",
    (code, expected) => {
      const wanted = typeof expected === 'string' ? hexDecode(expected) : '';
      return typeof wanted !== 'string' && sameBytes(code, wanted);
    },
  ),
  verifying(
    'hmac-verify-base64',
    false,
    'expected-b64',
    "hmac-verify-base64: unsupported algorithm '{}'",
    (code, expected) =>
      typeof expected === 'string' &&
      typeof base64Decode(expected) !== 'string' &&
      sameBytes(utf8Encode(base64Of(code)), utf8Encode(expected)),
  ),
];
