/** What counts as data, and texts of bytes: hexadecimal and base64. */
import { utf8Encode } from '../../source/utf8';
import { Byte, type Fiber, type Value } from '../../runtime/values';

export const NOT_DATA = 'Argument must be a string or bytes';

/** UTF-8 of a Str, Bytes, or a Vec of Bytes or Ints that are some; null otherwise. */
export function dataOf(v: Value): Uint8Array | null {
  return typeof v === 'string' ? utf8Encode(v) : bytesOf(v);
}

export function bytesOf(v: Value): Uint8Array | null {
  if (v instanceof Uint8Array) return v;
  if (!Array.isArray(v)) return null;
  const out = new Uint8Array(v.length);
  for (let i = 0; i < v.length; i++) {
    const one = v[i] ?? null;
    const n = one instanceof Byte ? one.n : one;
    if (typeof n !== 'number' || n < 0 || n > 255) return null;
    out[i] = n;
  }
  return out;
}

/** Work on so many bytes, billed. */
export const billBytes = (fb: Fiber, n: number): void => fb.r.spend(fb, 1 + (n >> 5));

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'));

export function hexOf(bytes: Uint8Array): string {
  let out = '';
  for (const n of bytes) out += HEX[n] ?? '';
  return out;
}

/** A problem as text when it is no hexadecimal. */
export function hexDecode(text: string): Uint8Array | string {
  if (text.length % 2 === 1) return 'odd number of digits';
  const bad = /[^0-9a-fA-F]/u.exec(text);
  if (bad) return `invalid character '${bad[0]}' at index ${bad.index}`;
  const out = new Uint8Array(text.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = parseInt(text.slice(i * 2, i * 2 + 2), 16);
  return out;
}

const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const URL_SAFE = `${STANDARD.slice(0, 62)}-_`;
const VALUES = new Int8Array(128).fill(-1);
for (let i = 0; i < 64; i++) VALUES[STANDARD.charCodeAt(i)] = i;
const URL_VALUES = VALUES.slice();
URL_VALUES[43] = URL_VALUES[47] = -1;
URL_VALUES[45] = 62;
URL_VALUES[95] = 63;

/** `url`: the alphabet for addresses, without padding. */
export function base64Of(bytes: Uint8Array, url = false): string {
  const alphabet = url ? URL_SAFE : STANDARD;
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const n = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    out += alphabet[n >> 18] ?? '';
    out += alphabet[(n >> 12) & 63] ?? '';
    if (left > 1) out += alphabet[(n >> 6) & 63] ?? '';
    if (left > 2) out += alphabet[n & 63] ?? '';
    if (left < 3 && !url) out += left === 1 ? '==' : '=';
  }
  return out;
}

/** Strict: no white space, no stray bits; padding required, or with `url` optional. A problem as text otherwise. */
export function base64Decode(text: string, url = false): Uint8Array | string {
  const padding = /={0,2}$/.exec(text)?.[0].length ?? 0;
  const body = text.slice(0, text.length - padding);
  const padded = text.length % 4 === 0;
  if (!padded && (!url || padding > 0)) return 'invalid padding';
  if (body.length % 4 === 1 || (padding > 0 && (body.length + padding) % 4 !== 0)) return 'invalid length';
  const values = url ? URL_VALUES : VALUES;
  const out = new Uint8Array(Math.floor((body.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let o = 0;
  for (let i = 0; i < body.length; i++) {
    const value = values[body.charCodeAt(i)] ?? -1;
    if (value < 0) return `invalid symbol '${body[i] ?? ''}' at index ${i}`;
    held = (held << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[o++] = (held >> bits) & 255;
    }
  }
  return (held & ((1 << bits) - 1)) === 0 ? out : 'stray bits at the end';
}

/** Without an early end, so that the time tells nothing. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let different = 0;
  for (let i = 0; i < a.length; i++) different |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return different === 0;
}
