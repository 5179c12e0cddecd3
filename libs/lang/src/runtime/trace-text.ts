/**
 * Text that is written a few characters at a time, millions of times: codes in an array, packed into strings of some
 * thousand characters. Joining texts with `+` costs ten times as much for a number of one digit.
 */
import { utf8Length } from '../source/utf8';

const Ch = { Quote: 34, Minus: 45, Zero: 48, More: 80, Backslash: 92 } as const;
/** Codes that wait to be packed. */
const CHUNK = 4096;
/** Longer texts are not copied code by code. */
const MAX_COPIED = 256;
const MAX_PLAIN = 2 ** 30;

export class TraceText {
  private codes: number[] = [];
  private at = 0;
  private packed = '';
  /** UTF-8 bytes of all, less one per character. */
  private wide = 0;

  /** In UTF-8. */
  get bytes(): number {
    return this.packed.length + this.at + this.wide;
  }

  /** Everything so far; begins anew. */
  take(): string {
    this.pack();
    const text = this.packed;
    this.packed = '';
    this.wide = 0;
    return text;
  }

  /** Between two lines: keeps the array of codes small. */
  settle(): void {
    if (this.at > CHUNK) this.pack();
  }

  private pack(): void {
    if (this.at === 0) return;
    this.packed += String.fromCharCode.apply(null, this.codes.slice(0, this.at));
    this.at = 0;
  }

  code(c: number): void {
    this.codes[this.at++] = c;
  }

  /** Digits of base 32, the lowest first: `P` … `o` before others, `0` … `O` as the last one. */
  number(n: number): void {
    let rest = n;
    while (rest >= MAX_PLAIN) {
      this.codes[this.at++] = Ch.More + (rest % 32);
      rest = Math.floor(rest / 32);
    }
    while (rest > 31) {
      this.codes[this.at++] = Ch.More + (rest & 31);
      rest >>= 5;
    }
    this.codes[this.at++] = Ch.Zero + rest;
  }

  /** An integer as in JSON. */
  int(n: number): void {
    if (n >= 0 && n < 10) {
      this.codes[this.at++] = Ch.Zero + n;
      return;
    }
    let rest = n < 0 ? -n : n;
    if (rest >= MAX_PLAIN) {
      this.ascii(String(n));
      return;
    }
    if (n < 0) this.codes[this.at++] = Ch.Minus;
    let count = 1;
    for (let limit = 10; rest >= limit; limit *= 10) count++;
    const end = this.at + count;
    // The array has no holes.
    while (this.codes.length < end) this.codes.push(0);
    for (let i = end - 1; i >= this.at; i--) {
      const next = (rest / 10) | 0;
      this.codes[i] = Ch.Zero + rest - next * 10;
      rest = next;
    }
    this.at = end;
  }

  ascii(text: string): void {
    for (let i = 0; i < text.length; i++) this.codes[this.at++] = text.charCodeAt(i);
  }

  /** Text of any kind. */
  text(text: string): void {
    if (text.length > MAX_COPIED) {
      this.pack();
      this.packed += text;
      this.wide += utf8Length(text) - text.length;
      return;
    }
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c >= 0x80) {
        this.wide += utf8Length(text.slice(i)) - (text.length - i);
        for (; i < text.length; i++) this.codes[this.at++] = text.charCodeAt(i);
        return;
      }
      this.codes[this.at++] = c;
    }
  }

  /** A JSON string, if it is short and says itself; else false, and nothing is written. */
  plain(text: string): boolean {
    const { length } = text;
    if (length > MAX_COPIED) return false;
    const start = this.at;
    this.codes[this.at++] = Ch.Quote;
    for (let i = 0; i < length; i++) {
      const c = text.charCodeAt(i);
      if (c < 32 || c >= 0x80 || c === Ch.Quote || c === Ch.Backslash) {
        this.at = start;
        return false;
      }
      this.codes[this.at++] = c;
    }
    this.codes[this.at++] = Ch.Quote;
    return true;
  }
}
