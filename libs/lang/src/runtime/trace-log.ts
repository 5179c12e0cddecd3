/**
 * Bytes that are written a few at a time, millions of times. There is always room for some more events of small values
 * (`ROOM`), so that these are stored without looking; whoever writes more asks for room before.
 */
import { Ev, MAX_SHORT_TEXT, Tag } from '../trace/format';

/** Short runs fill no more. */
const FIRST_BYTES = 16 * 1024;
/** Of `Tracer.look`: until it is called again. */
export const ROOM = 4096;

/** Of ended runs: a short one would spend more time with a new one than with its trace. */
const FREE: Uint8Array[] = [];
const MAX_FREE = 4;

const F64 = new Float64Array(1);
const F64_BYTES = new Uint8Array(F64.buffer);

/** A number as a value. Answers where the next byte stands. */
export function writeInt(bytes: Uint8Array, at: number, n: number): number {
  // Two bytes also for those that one would hold: most numbers need no choice then.
  if (n === (n & 0x3fff)) {
    bytes[at] = Tag.Int14 | (n >> 8);
    bytes[at + 1] = n;
    return at + 2;
  }
  if (n === (n | 0)) {
    bytes[at] = Tag.Int32;
    bytes[at + 1] = n;
    bytes[at + 2] = n >> 8;
    bytes[at + 3] = n >> 16;
    bytes[at + 4] = n >> 24;
    return at + 5;
  }
  F64[0] = n;
  bytes[at] = Tag.Float;
  for (let i = 0; i < 8; i++) bytes[at + 1 + i] = F64_BYTES[i] as number;
  return at + 9;
}

export abstract class TraceLog {
  protected bytes: Uint8Array = FREE.pop() ?? new Uint8Array(FIRST_BYTES);
  private view = new DataView(this.bytes.buffer);
  /** Of the next byte. */
  protected at = 0;

  /** The end of the last block. */
  protected close(): void {
    if (FREE.length < MAX_FREE) FREE.push(this.bytes);
  }

  protected room(length: number): void {
    const wanted = this.at + length + ROOM;
    if (wanted <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(wanted, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }

  protected byte(b: number): void {
    this.bytes[this.at++] = b;
  }

  /** See `trace/format.ts`. */
  protected number(n: number): void {
    const { bytes } = this;
    let { at } = this;
    let rest = n;
    while (rest > 0x3fffffff) {
      bytes[at++] = 128 | (rest % 128);
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      bytes[at++] = 128 | (rest & 127);
      rest >>= 7;
    }
    bytes[at++] = rest;
    this.at = at;
  }

  protected u32(n: number, at: number): void {
    const { bytes } = this;
    bytes[at] = n;
    bytes[at + 1] = n >> 8;
    bytes[at + 2] = n >> 16;
    bytes[at + 3] = n >>> 24;
  }

  /** A number as a value. */
  protected int(n: number): void {
    this.at = writeInt(this.bytes, this.at, n);
  }

  /** A byte and a number as a value. */
  protected byteAndInt(b: number, n: number): void {
    const { at } = this;
    if (n === (n & 0x3fff)) {
      // One store instead of three; the next event overwrites its last byte.
      this.view.setInt32(at, b | (Tag.Int14 << 8) | (n & 0x3f00) | (n << 16), true);
      this.at = at + 3;
      return;
    }
    this.bytes[at] = b;
    this.at = writeInt(this.bytes, at + 1, n);
  }

  /** A call begins. */
  protected startCall(head: number): void {
    if (head < Ev.End) {
      this.bytes[this.at++] = head;
      return;
    }
    this.byte(Ev.Call);
    this.number(head);
  }

  /** A text as a value. */
  protected text(text: string): void {
    const { length } = text;
    this.room(length * 2 + 6);
    const { bytes } = this;
    const start = this.at;
    if (length <= MAX_SHORT_TEXT) bytes[this.at++] = Tag.Text | length;
    else {
      bytes[this.at++] = Tag.Ascii;
      this.number(length);
    }
    let { at } = this;
    let all = 0;
    for (let i = 0; i < length; i++) {
      const c = text.charCodeAt(i);
      all |= c;
      bytes[at++] = c;
    }
    this.at = at;
    if (all >= 128) this.wide(text, start);
  }

  private wide(text: string, start: number): void {
    this.at = start;
    this.byte(Tag.Wide);
    this.number(text.length);
    const { bytes } = this;
    let { at } = this;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      bytes[at++] = c;
      bytes[at++] = c >> 8;
    }
    this.at = at;
  }

  /** The bytes between, once more. */
  protected copy(from: number, to: number): void {
    this.room(to - from);
    this.bytes.copyWithin(this.at, from, to);
    this.at += to - from;
  }
}
