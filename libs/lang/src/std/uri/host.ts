/** Hosts as the URL standard writes them: lower case, Punycode, addresses in their canonical form. */
import { utf8Decode } from '../../source/utf8';
import { CONTROL, percentDecode, percentEncode } from './percent';

export class UriError extends Error {}

const FORBIDDEN = /[\0\t\n\r #/:<>?@[\\\]^|]/;

const FORBIDDEN_DOMAIN = /[\0-\x20#%/:<>?@[\\\]^|\x7f]/;
const MAX_HOST = 1024;

/** `special`: of http and its kin, where hosts are domains or addresses. */
export function parseHost(text: string, special: boolean): string {
  if (text.length > MAX_HOST) throw new UriError('host is too long');
  if (text.startsWith('[')) {
    if (!text.endsWith(']')) throw new UriError('invalid IPv6 address');
    return `[${parseIpv6(text.slice(1, -1))}]`;
  }
  if (!special) {
    if (FORBIDDEN.test(text)) throw new UriError('invalid host character');
    return percentEncode(text, CONTROL);
  }
  const domain = toAscii(utf8Decode(percentDecode(text)));
  if (domain === '') throw new UriError('empty host');
  if (FORBIDDEN_DOMAIN.test(domain)) throw new UriError('invalid international domain name');
  return endsInNumber(domain) ? parseIpv4(domain) : domain;
}

// ---- domains ----------------------------------------------------------------------------------------------------------

function toAscii(domain: string): string {
  // Not the whole of UTS 46, which needs tables of its own: compatibility forms, case, and what is ignored.
  const mapped = domain
    .replace(/[\u00ad\u200b\u2060\ufeff]/g, '')
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFC')
    .replace(/[\u3002\uff0e\uff61]/g, '.');
  return mapped
    .split('.')
    .map((label) => (/^[\0-\x7f]*$/.test(label) ? label : `xn--${punycode(label)}`))
    .join('.');
}

const BASE = 36;

function adapt(delta: number, points: number, first: boolean): number {
  let d = first ? Math.floor(delta / 700) : delta >> 1;
  d += Math.floor(d / points);
  let k = 0;
  for (; d > 455; k += BASE) d = Math.floor(d / 35);
  return k + Math.floor((36 * d) / (d + 38));
}

/** RFC 3492. */
function punycode(label: string): string {
  const input = Array.from(label, (c) => c.codePointAt(0) ?? 0);
  const basic = input.filter((c) => c < 128);
  let out = String.fromCharCode(...basic);
  if (basic.length > 0) out += '-';
  let n = 128;
  let delta = 0;
  let bias = 72;
  for (let handled = basic.length; handled < input.length; n++, delta++) {
    const next = Math.min(...input.filter((c) => c >= n));
    delta += (next - n) * (handled + 1);
    n = next;
    for (const c of input) {
      if (c < n) delta++;
      if (c !== n) continue;
      let q = delta;
      for (let k = BASE; ; k += BASE) {
        const t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
        if (q < t) break;
        out += digitOf((t + ((q - t) % (BASE - t))).toString(36));
        q = Math.floor((q - t) / (BASE - t));
      }
      out += digitOf(q.toString(36));
      bias = adapt(delta, handled + 1, handled === basic.length);
      delta = 0;
      handled++;
    }
  }
  return out;
}

/** Punycode counts a to z first, then 0 to 9. */
function digitOf(c: string): string {
  const value = parseInt(c, 36);
  return value < 26 ? String.fromCharCode(97 + value) : String.fromCharCode(22 + value);
}

// ---- addresses --------------------------------------------------------------------------------------------------------

const NUMBER = /^(?:\d+|0[xX][0-9a-fA-F]*)$/;

function endsInNumber(domain: string): boolean {
  const parts = domain.split('.');
  if (parts.at(-1) === '' && parts.length > 1) parts.pop();
  return NUMBER.test(parts.at(-1) ?? '');
}

function partOf(text: string): number {
  if (/^0[xX]/.test(text)) return text.length === 2 ? 0 : parseInt(text.slice(2), 16);
  if (text.length > 1 && text.startsWith('0')) return /^[0-7]+$/.test(text) ? parseInt(text, 8) : Number.NaN;
  return Number(text);
}

function parseIpv4(domain: string): string {
  const parts = domain.split('.');
  if (parts.at(-1) === '' && parts.length > 1) parts.pop();
  const numbers = parts.map((p) => (NUMBER.test(p) ? partOf(p) : Number.NaN));
  const last = numbers.pop() ?? Number.NaN;
  const wrong =
    numbers.length > 3 || numbers.some((n) => !(n <= 255)) || !(last < 256 ** (4 - numbers.length));
  if (wrong) throw new UriError('invalid IPv4 address');
  const address = numbers.reduce((sum, n, i) => sum + n * 256 ** (3 - i), last);
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

function parseIpv6(text: string): string {
  const bad = (): UriError => new UriError('invalid IPv6 address');
  const halves = text.split('::');
  if (halves.length > 2) throw bad();
  const pieces = (half: string): number[] => {
    if (half === '') return [];
    const parts = half.split(':');
    return parts.flatMap((part, i) => {
      if (i === parts.length - 1 && part.includes('.')) {
        if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(part)) throw bad();
        const [a = 0, b = 0, c = 0, d = 0] = part.split('.').map((p) => (/^0\d/.test(p) ? 999 : Number(p)));
        if (Math.max(a, b, c, d) > 255) throw bad();
        return [a * 256 + b, c * 256 + d];
      }
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) throw bad();
      return [parseInt(part, 16)];
    });
  };
  const front = pieces(halves[0] ?? '');
  if (halves.length === 2 && (halves[0] ?? '').includes('.')) throw bad();
  const back = pieces(halves[1] ?? '');
  const missing = 8 - front.length - back.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) throw bad();
  return compress([...front, ...new Array<number>(missing).fill(0), ...back]);
}

/** The longest run of two or more zeros becomes `::`. */
function compress(pieces: readonly number[]): string {
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && pieces[i + n] === 0) n++;
    if (n > length) [start, length] = [i, n];
  }
  const hex = (from: number, to: number): string =>
    pieces
      .slice(from, to)
      .map((n) => n.toString(16))
      .join(':');
  return start < 0 ? hex(0, 8) : `${hex(0, start)}::${hex(start + length, 8)}`;
}
