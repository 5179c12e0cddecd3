/**
 * Text that is written a few characters at a time, millions of times: codes in an array, packed into strings of some
 * thousand characters. Joining texts with `+` costs ten times as much for a number of one digit.
 */
import { utf8Length } from '../source/utf8';

const Ch = { LineFeed: 10, Quote: 34, Minus: 45, Zero: 48, More: 80, Backslash: 92 } as const;
/** Codes that wait to be packed. */
const CHUNK = 4096;
/** Longer texts are not copied code by code. */
const MAX_COPIED = 256;
/** More than one line takes without its values, or one value that is copied. */
const ROOM = 1024;
/** Of the largest number of repetitions. */
const REPEAT_DIGITS = 4;
const MAX_INT = 0x3fffffff;

/** Arrays of ended runs: a short one would spend more time with a new one than with its trace. */
const FREE: number[][] = [];
const MAX_FREE = 16;

export class TraceText {
  private codes: number[] = FREE.pop() ?? new Array<number>(CHUNK + 2 * ROOM).fill(0);
  /** Of the next code. */
  private at = 0;
  private packed = '';
  /** UTF-8 bytes of all, less one per character. */
  private wide = 0;

  /** Characters. */
  get length(): number {
    return this.packed.length + this.at;
  }

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

  /** The end of the last text. */
  close(): void {
    if (FREE.length < MAX_FREE) FREE.push(this.codes);
    this.codes = [];
  }

  /** Before each line and each value. Answers whether something was packed. */
  makeRoom(): boolean {
    if (this.at <= CHUNK) return false;
    this.pack();
    return true;
  }

  private pack(): void {
    if (this.at === 0) return;
    this.packed += String.fromCharCode.apply(null, this.codes.slice(0, this.at));
    this.at = 0;
  }

  /** What was there when it had this length. */
  rewind(length: number, bytes: number): void {
    this.wide = bytes - length;
    const { packed } = this;
    this.at = Math.max(0, length - packed.length);
    if (length < packed.length) this.packed = packed.slice(0, length);
  }

  code(c: number): void {
    this.codes[this.at++] = c;
  }

  endLine(): void {
    this.codes[this.at++] = Ch.LineFeed;
  }

  /** The beginning of a line: a letter and two numbers. */
  event(letter: number, a: number, b: number): void {
    const { at, codes } = this;
    codes[at] = letter;
    if (a < 32 && b < 32) {
      codes[at + 1] = Ch.Zero + a;
      codes[at + 2] = Ch.Zero + b;
      this.at = at + 3;
    } else {
      this.at = at + 1;
      this.number(a);
      this.number(b);
    }
  }

  /** A line that says how often something is repeated; `repeatMore` changes it as long as it is the last one. */
  repeat(letter: number): void {
    this.codes[this.at++] = letter;
    this.at += REPEAT_DIGITS;
    this.endLine();
  }

  repeatMore(count: number): void {
    const { codes } = this;
    const end = this.at - 2;
    let rest = count;
    for (let i = end - REPEAT_DIGITS + 1; i < end; i++) {
      codes[i] = Ch.More + (rest & 31);
      rest >>= 5;
    }
    codes[end] = Ch.Zero + rest;
  }

  /** Digits of base 32, the lowest first: `P` … `o` before others, `0` … `O` as the last one. */
  number(n: number): void {
    const { codes } = this;
    let { at } = this;
    let rest = n;
    while (rest > MAX_INT) {
      codes[at++] = Ch.More + (rest % 32);
      rest = Math.floor(rest / 32);
    }
    while (rest > 31) {
      codes[at++] = Ch.More + (rest & 31);
      rest >>= 5;
    }
    codes[at++] = Ch.Zero + rest;
    this.at = at;
  }

  /** An integer as in JSON. */
  int(n: number): void {
    const { at, codes } = this;
    if (n >= 0 && n < 10) {
      codes[at] = Ch.Zero + n;
      this.at = at + 1;
      return;
    }
    if (n > MAX_INT || n < -MAX_INT) {
      this.ascii(String(n));
      return;
    }
    let start = at;
    let rest = n | 0;
    if (rest < 0) {
      codes[start++] = Ch.Minus;
      rest = -rest;
    }
    let end = start + 1;
    for (let limit = 10; limit <= rest; limit *= 10) end++;
    this.at = end;
    while (end > start) {
      const next = (rest / 10) | 0;
      codes[--end] = Ch.Zero + rest - next * 10;
      rest = next;
    }
  }

  ascii(text: string): void {
    const { codes } = this;
    let { at } = this;
    for (let i = 0; i < text.length; i++) codes[at++] = text.charCodeAt(i);
    this.at = at;
  }

  /** Text of any kind and length. */
  text(text: string): void {
    const { length } = text;
    if (length > MAX_COPIED) {
      this.pack();
      this.packed += text;
      this.wide += utf8Length(text) - length;
      return;
    }
    this.makeRoom();
    const { codes } = this;
    let { at } = this;
    let all = 0;
    for (let i = 0; i < length; i++) {
      const c = text.charCodeAt(i);
      all |= c;
      codes[at++] = c;
    }
    this.at = at;
    if (all >= 0x80) this.wide += utf8Length(text) - length;
  }

  /** A JSON string, if it is short and says itself; else false, and nothing is written. */
  plain(text: string): boolean {
    const { length } = text;
    if (length > MAX_COPIED) return false;
    this.makeRoom();
    const { codes } = this;
    let { at } = this;
    codes[at++] = Ch.Quote;
    for (let i = 0; i < length; i++) {
      const c = text.charCodeAt(i);
      if (c < 32 || c >= 0x80 || c === Ch.Quote || c === Ch.Backslash) return false;
      codes[at++] = c;
    }
    codes[at++] = Ch.Quote;
    this.at = at;
    return true;
  }
}
