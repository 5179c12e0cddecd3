/** JSON for records: bounded in size and depth, secrets masked. What does not fit is said, not cut in the middle. */
import { Dec, decToString } from './dec';
import { display } from './display';
import { HotMap } from './hot-map';
import { quote, writeJson } from './json-write';
import { SECRET_TEXT, type Masker } from './mask';
import type { TraceText } from './trace-text';
import { Byte, Tagged, type Value } from './values';

const MAX_DEPTH = 64;
const SECRET_JSON = quote(SECRET_TEXT);

class TooLarge extends Error {}
const TOO_LARGE = new TooLarge();

export class BoundedWriter {
  private size = 0;
  private max = 0;
  /** Characters produced in all, also for what was then left out: the price of recording. */
  work = 0;

  constructor(
    private readonly masker: Masker,
    private readonly out: TraceText,
  ) {}

  /** Writes what `write` gives to the text. */
  put(v: Value, max: number): void {
    const { out } = this;
    if (v === null) {
      out.ascii('null');
      return;
    }
    if (this.masker.isEmpty) {
      if (typeof v === 'number') {
        out.int(v);
        return;
      }
      if (typeof v === 'string' && v.length + 2 <= max && out.plain(v)) return;
    }
    out.text(this.write(v, max));
  }

  /** JSON text, or `{"$truncated":true,"size":n}` with n the characters at which writing stopped. */
  write(v: Value, max: number): string {
    if (v === null) return 'null';
    if (typeof v === 'number' && this.masker.isEmpty) return String(v);
    this.size = 0;
    this.max = max;
    try {
      const text = this.value(v, 0);
      this.work += this.size;
      return text.length > max ? truncated(text.length) : text;
    } catch (e) {
      if (e !== TOO_LARGE) throw e;
      this.work += this.size;
      return truncated(this.size);
    }
  }

  private add(n: number): void {
    this.size += n;
    if (this.size > this.max) throw TOO_LARGE;
  }

  private value(v: Value, depth: number): string {
    switch (typeof v) {
      case 'string': {
        this.add(v.length + 2);
        return quote(this.masker.isEmpty ? v : this.masker.text(v));
      }
      case 'boolean':
        this.add(5);
        return v ? 'true' : 'false';
      case 'number':
      case 'bigint': {
        this.add(4);
        return this.masker.isEmpty || !this.masker.isSecret(v) ? String(v) : SECRET_JSON;
      }
      default:
        break;
    }
    if (v === null) {
      this.add(4);
      return 'null';
    }
    if (depth > MAX_DEPTH) {
      this.add(20);
      return '{"$truncated":true}';
    }
    if (Array.isArray(v)) {
      let out = '[';
      for (let i = 0; i < v.length; i++) {
        if (i > 0) out += ',';
        out += this.value(v[i] as Value, depth + 1);
      }
      this.add(2 + v.length);
      return `${out}]`;
    }
    if (v instanceof HotMap) {
      if (this.masker.isHidden(v)) {
        this.add(SECRET_JSON.length);
        return SECRET_JSON;
      }
      let out = '{';
      for (let i = 0; i < v.size; i++) {
        const key = v.keyAt(i);
        const name = typeof key === 'string' ? key : display(key, null);
        this.add(name.length + 4);
        out += `${i > 0 ? ',' : ''}${quote(name)}:${this.value(v.valueAt(i), depth + 1)}`;
      }
      this.add(2);
      return `${out}}`;
    }
    if (v instanceof Tagged) {
      this.add(v.type.name.length + 20);
      const tag = `{"$type":${quote(v.type.name)}`;
      return v.unit ? `${tag}}` : `${tag},"$val":${this.value(v.val, depth + 1)}}`;
    }
    return this.leaf(v);
  }

  private leaf(v: Value): string {
    if (v instanceof Uint8Array) {
      this.add(50 + v.length * 4);
      return writeJson(v, true);
    }
    if (v instanceof Dec) {
      const text = decToString(v);
      this.add(text.length);
      return this.masker.isEmpty || !this.masker.isSecret(v) ? text : SECRET_JSON;
    }
    const text = v instanceof Byte ? writeJson(v, true) : writeJson(v, true);
    this.add(text.length);
    return text;
  }
}

function truncated(size: number): string {
  return `{"$truncated":true,"size":${size}}`;
}
