/** Percent-encoding with the character sets of the URL standard. */
import { utf8Encode } from '../../source/utf8';

const HEX = Array.from({ length: 256 }, (_, i) => `%${i.toString(16).toUpperCase().padStart(2, '0')}`);

const set = (chars: string, from?: ReadonlySet<number>): ReadonlySet<number> =>
  new Set([...(from ?? []), ...Array.from(chars, (c) => c.charCodeAt(0))]);

export const CONTROL = set('');
export const FRAGMENT = set(' "<>`');
export const QUERY = set(' "#<>');
export const SPECIAL_QUERY = set("'", QUERY);
export const PATH = set('?^`{}', QUERY);
export const USERINFO = set('/:;=@[\\]|', PATH);

/** Everything outside of printable ASCII, and the set. A `%` stays: what is encoded already is not encoded again. */
export function percentEncode(text: string, encoded: ReadonlySet<number>): string {
  let out = '';
  for (const c of text) {
    const code = c.codePointAt(0) ?? 0;
    if (code > 0x1f && code < 0x7f && !encoded.has(code)) out += c;
    else for (const b of utf8Encode(c)) out += HEX[b] ?? '';
  }
  return out;
}

/** All bytes but those of letters, digits and `keep`. */
export function encodeAll(text: string, keep: string, space = '%20'): string {
  let out = '';
  for (const b of utf8Encode(text)) {
    const c = String.fromCharCode(b);
    if (b === 0x20) out += space;
    else out += (b < 0x80 && /[A-Za-z0-9]/.test(c)) || keep.includes(c) ? c : (HEX[b] ?? '');
  }
  return out;
}

/** The bytes; malformed sequences stay as they are. */
export function percentDecode(text: string): Uint8Array {
  const bytes = utf8Encode(text);
  if (!text.includes('%')) return bytes;
  const out = new Uint8Array(bytes.length);
  let o = 0;
  for (let i = 0; i < bytes.length; i++) {
    const high = bytes[i] === 0x25 ? digit(bytes[i + 1]) : -1;
    const low = high < 0 ? -1 : digit(bytes[i + 2]);
    if (low < 0) out[o++] = bytes[i] ?? 0;
    else {
      out[o++] = high * 16 + low;
      i += 2;
    }
  }
  return out.subarray(0, o);
}

function digit(b = 0): number {
  if (b >= 0x30 && b <= 0x39) return b - 0x30;
  const lower = b | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
