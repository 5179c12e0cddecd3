/** UTF-8 and base64 without the host's encoders, which an isolate does not have. */

export function utf8Length(s: string): number {
  let n = s.length;
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c < 0x80) continue;
    if (c < 0x800) n += 1;
    else if (c >= 0xd800 && c <= 0xdbff && i + 1 < s.length) {
      n += 2;
      i++;
    } else n += 2;
  }
  return n;
}

export function utf8Encode(s: string): Uint8Array {
  const out = new Uint8Array(utf8Length(s));
  let o = 0;
  for (let i = 0; i < s.length; i++) {
    let c = s.charCodeAt(i);
    if (c < 0x80) {
      out[o++] = c;
      continue;
    }
    if (c < 0x800) {
      out[o++] = 0xc0 | (c >> 6);
      out[o++] = 0x80 | (c & 63);
      continue;
    }
    if (c >= 0xd800 && c <= 0xdfff) {
      const low = c < 0xdc00 && i + 1 < s.length ? s.charCodeAt(i + 1) : 0;
      if (low >= 0xdc00 && low <= 0xdfff) {
        i++;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        out[o++] = 0xf0 | (c >> 18);
        out[o++] = 0x80 | ((c >> 12) & 63);
        out[o++] = 0x80 | ((c >> 6) & 63);
        out[o++] = 0x80 | (c & 63);
        continue;
      }
      c = 0xfffd;
    }
    out[o++] = 0xe0 | (c >> 12);
    out[o++] = 0x80 | ((c >> 6) & 63);
    out[o++] = 0x80 | (c & 63);
  }
  return o === out.length ? out : out.slice(0, o);
}

/** Invalid sequences become U+FFFD, one per maximal part, as the web's decoders do. */
export function utf8Decode(bytes: Uint8Array): string {
  let out = '';
  let units: number[] = [];
  let i = 0;
  while (i < bytes.length) {
    const b = bytes[i++] ?? 0;
    let cp = 0xfffd;
    if (b < 0x80) cp = b;
    else if (b >= 0xc2 && b <= 0xf4) {
      const extra = b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
      let low = 0x80;
      let high = 0xbf;
      if (b === 0xe0) low = 0xa0;
      if (b === 0xed) high = 0x9f;
      if (b === 0xf0) low = 0x90;
      if (b === 0xf4) high = 0x8f;
      let value = b & (0x3f >> extra);
      let k = 0;
      for (; k < extra; k++) {
        const n = bytes[i];
        if (n === undefined || n < low || n > high) break;
        value = (value << 6) | (n & 63);
        low = 0x80;
        high = 0xbf;
        i++;
      }
      if (k === extra) cp = value;
    }
    if (cp > 0xffff) {
      const c = cp - 0x10000;
      units.push(0xd800 + (c >> 10), 0xdc00 + (c & 0x3ff));
    } else {
      units.push(cp);
    }
    if (units.length > 8000) {
      out += String.fromCharCode(...units);
      units = [];
    }
  }
  return out + String.fromCharCode(...units);
}

/** Characters by code point. */
export function chars(s: string): string[] {
  return Array.from(s);
}

const SURROGATE = /[\ud800-\udfff]/;

/** Number of code points. */
export function charCount(s: string): number {
  if (!SURROGATE.test(s)) return s.length;
  let n = 0;
  for (const _ of s) n++;
  return n;
}

/** The character at a code point index, or null. */
export function charAt(s: string, i: number): string | null {
  if (i < 0 || i >= s.length) return null;
  if (!SURROGATE.test(s)) return s[i] ?? null;
  return chars(s)[i] ?? null;
}
