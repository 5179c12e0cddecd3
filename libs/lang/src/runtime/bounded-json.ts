/** JSON for records: bounded in size and depth, secrets masked. What does not fit is said, not cut in the middle. */
import { Dec, decToString } from './dec';
import { HotMap } from './hot-map';
import { keyText, quote, writeJson } from './json-write';
import { SECRET_TEXT, type Masker } from './mask';
import type { TraceText } from './trace-text';
import { Tagged, type Value } from './values';

const MAX_DEPTH = 64;
const SECRET_JSON = quote(SECRET_TEXT);
const Ch = { Comma: 44, OpenVec: 91, CloseVec: 93, Open: 123, Close: 125 } as const;

export class BoundedWriter {
  private end = 0;
  /** Characters produced in all, also for what was then left out: the price of recording. */
  work = 0;

  constructor(
    private readonly masker: Masker,
    private readonly out: TraceText,
  ) {}

  /** Writes JSON, or `{"$truncated":true,"size":n}` with n the characters at which writing stopped. */
  put(v: Value, max: number): void {
    const { out } = this;
    if (typeof v === 'number' && this.masker.isEmpty) out.int(v);
    else if (v === null) out.ascii('null');
    else this.bounded(v, max);
  }

  private bounded(v: Value, max: number): void {
    const { out } = this;
    const { length, bytes } = out;
    this.end = length + max;
    const fits = this.value(v, 0) && out.length <= this.end;
    const size = out.length - length;
    this.work += size;
    if (fits) return;
    out.rewind(length, bytes);
    out.text(`{"$truncated":true,"size":${Math.max(size, max)}}`);
  }

  /** False when there is no room: what has been written by then is of no use. */
  private value(v: Value, depth: number): boolean {
    const { out, masker } = this;
    out.makeRoom();
    switch (typeof v) {
      case 'string':
        return this.string(v);
      case 'boolean':
        out.ascii(v ? 'true' : 'false');
        return true;
      case 'number':
        if (masker.isEmpty || !masker.isSecret(v)) out.int(v);
        else out.ascii(SECRET_JSON);
        return true;
      case 'bigint':
        out.ascii(masker.isEmpty || !masker.isSecret(v) ? String(v) : SECRET_JSON);
        return true;
      default:
        break;
    }
    if (v === null) {
      out.ascii('null');
      return true;
    }
    if (depth > MAX_DEPTH) {
      out.ascii('{"$truncated":true}');
      return true;
    }
    if (Array.isArray(v)) return this.vec(v, depth);
    if (v instanceof HotMap) return this.map(v, depth);
    if (v instanceof Tagged) {
      out.text(`{"$type":${quote(v.type.name)}`);
      if (!v.unit) {
        out.ascii(',"$val":');
        if (!this.value(v.val, depth + 1)) return false;
      }
      out.code(Ch.Close);
      return true;
    }
    return this.leaf(v);
  }

  private string(v: string): boolean {
    const { out, masker } = this;
    if (v.length > this.end - out.length) return false;
    if (!masker.isEmpty) out.text(quote(masker.text(v)));
    else if (!out.plain(v)) out.text(quote(v));
    return true;
  }

  private vec(v: readonly Value[], depth: number): boolean {
    const { out } = this;
    out.code(Ch.OpenVec);
    for (let i = 0; i < v.length; i++) {
      if (i > 0) out.code(Ch.Comma);
      if (out.length > this.end || !this.value(v[i] as Value, depth + 1)) return false;
    }
    out.code(Ch.CloseVec);
    return true;
  }

  private map(v: HotMap, depth: number): boolean {
    const { out } = this;
    const { keysOf, size } = v;
    if (this.masker.isHidden(v)) {
      out.ascii(SECRET_JSON);
      return true;
    }
    out.code(Ch.Open);
    for (let i = 0; i < size; i++) {
      const key = keyText(keysOf, i);
      if (key.length > this.end - out.length) return false;
      if (i > 0) out.code(Ch.Comma);
      out.text(key);
      if (!this.value(v.valueAt(i), depth + 1)) return false;
    }
    out.code(Ch.Close);
    return true;
  }

  private leaf(v: Value): boolean {
    const { out, masker } = this;
    const left = this.end - out.length;
    // Each of them takes two characters at least; its text is not made in vain.
    if (v instanceof Uint8Array && v.length * 2 > left) return false;
    const text = v instanceof Dec ? decToString(v) : writeJson(v, true);
    if (text.length > left) return false;
    out.text(v instanceof Dec && !masker.isEmpty && masker.isSecret(v) ? SECRET_JSON : text);
    return true;
  }
}
