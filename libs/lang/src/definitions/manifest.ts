/**
 * `manifest.hot`: one binding of one literal. It comes with every upload, so it is read by a parser of its own that
 * knows nothing but data: no calls, no names, no templates, and limits on everything.
 */
import { isIdentContinue, isIdentStart } from '../lexer/chars';
import { setKey } from './json';
import type { Json } from './json';

export interface ManifestLimits {
  /** Bytes of UTF-8. */
  readonly maxBytes: number;
  readonly maxDepth: number;
  readonly maxValues: number;
}

export const MANIFEST_LIMITS: ManifestLimits = {
  maxBytes: 8 * 1024 * 1024,
  maxDepth: 64,
  maxValues: 250_000,
};

export interface ManifestDocument {
  /** The dotted name, `hot.bundle.shop`. */
  readonly name: string;
  /**
   * Plain JSON: Byte is a number, Bytes are numbers, decimals and whole numbers are doubles. Objects may have an
   * own property `__proto__`, like those of JSON.parse.
   */
  readonly value: Json;
}

/** `line` and `column` from 1, in UTF-16 units. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';

  constructor(
    readonly reason: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(`manifest.hot:${line}:${column}: ${reason}`);
  }
}

/** Throws ManifestError. */
export function parseManifest(text: string, limits: ManifestLimits = MANIFEST_LIMITS): ManifestDocument {
  return new ManifestParser(text, limits).document();
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

class ManifestParser {
  private at = 0;
  private depth = 0;
  private values = 0;

  constructor(
    private readonly text: string,
    private readonly limits: ManifestLimits,
  ) {}

  document(): ManifestDocument {
    if (utf8Length(this.text, this.limits.maxBytes) > this.limits.maxBytes) {
      throw new ManifestError(`larger than ${this.limits.maxBytes} bytes`, 1, 1);
    }
    if (this.text.charCodeAt(0) === 0xfeff) this.at = 1;
    this.blank();
    const name = this.dottedName();
    const before = this.at;
    this.blank();
    if (this.at === before) this.fail('expected a blank after the name');
    const value = this.value();
    this.blank();
    if (this.at < this.text.length) this.fail('expected the end of the text after the value');
    return { name, value };
  }

  private dottedName(): string {
    const segments = [this.segment()];
    while (this.text[this.at] === '.') {
      this.at++;
      segments.push(this.segment());
    }
    return segments.join('.');
  }

  /** Project names may begin with a digit. */
  private segment(): string {
    const start = this.at;
    while (this.at < this.text.length && this.matches(isIdentContinue)) this.next();
    if (this.at === start) this.fail('expected a name');
    return this.text.slice(start, this.at);
  }

  private value(): Json {
    if (++this.values > this.limits.maxValues) this.fail(`more than ${this.limits.maxValues} values`);
    const ch = this.text[this.at];
    if (ch === '{') return this.nested(() => this.map());
    if (ch === '[') return this.nested(() => this.vector());
    if (ch === '"') return this.string();
    if (ch === '-' || (ch !== undefined && ch >= '0' && ch <= '9')) return this.number();
    return this.wordValue();
  }

  private nested<T>(read: () => T): T {
    if (++this.depth > this.limits.maxDepth) this.fail(`nested deeper than ${this.limits.maxDepth}`);
    const result = read();
    this.depth--;
    return result;
  }

  private map(): Json {
    const object: Record<string, Json> = {};
    this.at++;
    this.list('}', () => {
      const key = this.text[this.at] === '"' ? this.string() : this.identifier();
      this.blank();
      if (this.text[this.at] !== ':') this.fail("expected ':' after the key");
      this.at++;
      this.blank();
      setKey(object, key, this.value());
    });
    return object;
  }

  private vector(): Json {
    const items: Json[] = [];
    this.at++;
    this.list(']', () => items.push(this.value()));
    return items;
  }

  /** Commas, newlines or both separate; a trailing comma is fine. */
  private list(closer: string, item: () => void): void {
    this.blank();
    while (this.text[this.at] !== closer) {
      item();
      const separated = this.blank();
      if (this.text[this.at] === ',') {
        this.at++;
        this.blank();
      } else if (this.text[this.at] !== closer && !separated) {
        this.fail(`expected ',', a new line or '${closer}'`);
      }
    }
    this.at++;
  }

  private identifier(): string {
    const start = this.at;
    if (!this.matches(isIdentStart)) this.fail('expected a key: a string or a name');
    while (this.at < this.text.length && this.matches(isIdentContinue)) this.next();
    return this.text.slice(start, this.at);
  }

  private string(): string {
    const { text } = this;
    let out = '';
    let from = ++this.at;
    for (; this.at < text.length; this.at++) {
      const ch = text[this.at];
      if (ch === '"') {
        out += text.slice(from, this.at);
        this.at++;
        return out;
      }
      if (ch !== '\\') continue;
      out += text.slice(from, this.at) + this.escape(text[this.at + 1]);
      this.at++;
      from = this.at + 1;
    }
    return this.fail('a string without its end');
  }

  private escape(ch: string | undefined): string {
    switch (ch) {
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case '"':
      case '\\':
        return ch;
      default:
        return this.fail('unknown escape in a string');
    }
  }

  private number(): number {
    NUMBER.lastIndex = this.at;
    const raw = NUMBER.exec(this.text)?.[0];
    if (raw === undefined) return this.fail('expected a number');
    if (raw.length > 400) return this.fail('a number that is too long');
    const whole = /^-?\d+$/.test(raw);
    if (whole && BigInt.asIntN(64, BigInt(raw)) !== BigInt(raw)) this.fail('a whole number beyond 64 bits');
    const value = Number(raw);
    if (!Number.isFinite(value)) this.fail('a number that is too large');
    this.at += raw.length;
    return value;
  }

  private wordValue(): Json {
    const start = this.at;
    if (!this.matches(isIdentStart)) return this.fail('expected a value');
    const word = this.identifier();
    switch (word) {
      case 'true':
        return true;
      case 'false':
        return false;
      case 'null':
        return null;
      case 'Byte':
      case 'Bytes':
        return this.bytes(word);
      default:
        this.at = start;
        return this.fail(`'${word.slice(0, 40)}' is not a value: a manifest is data only`);
    }
  }

  private bytes(word: 'Byte' | 'Bytes'): Json {
    if (this.text[this.at] !== '(') this.fail(`expected '(' after ${word}`);
    this.at++;
    this.blank();
    let result: Json;
    if (word === 'Byte') {
      result = this.byte();
    } else {
      if (this.text[this.at] !== '[') this.fail("expected '['");
      const items: number[] = [];
      this.at++;
      this.list(']', () => {
        if (++this.values > this.limits.maxValues) this.fail(`more than ${this.limits.maxValues} values`);
        items.push(this.byte());
      });
      result = items;
    }
    this.blank();
    if (this.text[this.at] !== ')') this.fail("expected ')'");
    this.at++;
    return result;
  }

  private byte(): number {
    const start = this.at;
    const value = this.number();
    if (Number.isInteger(value) && value >= 0 && value <= 255) return value;
    this.at = start;
    return this.fail('a byte is a whole number from 0 to 255');
  }

  /** Skips blanks and line comments; tells whether a line feed was among them. */
  private blank(): boolean {
    let newline = false;
    for (; this.at < this.text.length; this.at++) {
      const ch = this.text[this.at];
      if (ch === '\n') newline = true;
      else if (ch === '/' && this.text[this.at + 1] === '/') {
        const end = this.text.indexOf('\n', this.at);
        this.at = (end < 0 ? this.text.length : end) - 1;
      } else if (ch !== ' ' && ch !== '\t' && ch !== '\r') break;
    }
    return newline;
  }

  private matches(test: (codePoint: number) => boolean): boolean {
    const codePoint = this.text.codePointAt(this.at);
    return codePoint !== undefined && test(codePoint);
  }

  private next(): void {
    this.at += (this.text.codePointAt(this.at) ?? 0) > 0xffff ? 2 : 1;
  }

  private fail(reason: string): never {
    const before = this.text.slice(0, this.at);
    const line = before.split('\n').length;
    throw new ManifestError(reason, line, this.at - before.lastIndexOf('\n'));
  }
}

/** Stops counting beyond the limit. */
function utf8Length(text: string, limit: number): number {
  if (text.length > limit) return text.length;
  let bytes = text.length;
  for (let i = 0; i < text.length && bytes <= limit; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x800 && (unit < 0xd800 || unit > 0xdfff)) bytes += 2;
    else if (unit >= 0x80) bytes += 1;
  }
  return bytes;
}

// ---- printing -----------------------------------------------------------------------------------------------

const PLAIN_KEY = /^[\p{L}_$][\p{L}\p{N}_$-]*$/u;
const PLAIN_NAME = /^[\p{L}\p{N}_$-]+(?:\.[\p{L}\p{N}_$-]+)*$/u;

/**
 * `name value` in the notation of manifests; parseManifest reads it back. Members that are undefined are left out.
 * Throws RangeError for what the notation cannot say: a name with other characters, NaN, an infinite number,
 * anything that is no JSON.
 */
export function printManifest(name: string, value: unknown): string {
  if (!PLAIN_NAME.test(name)) throw new RangeError(`'${name}' cannot be the name of a manifest`);
  return `${name} ${print(value, 0)}\n`;
}

function print(value: unknown, depth: number): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'boolean':
      return String(value);
    case 'string':
      return quote(value);
    case 'number':
      return printNumber(value);
    case 'object':
      break;
    default:
      throw new RangeError(`A manifest cannot hold a ${typeof value}`);
  }
  const pad = '  '.repeat(depth + 1);
  const end = '  '.repeat(depth);
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((item: unknown) => pad + print(item, depth + 1)).join(',\n')}\n${end}]`;
  }
  const entries = Object.entries(value).filter(([, item]: [string, unknown]) => item !== undefined);
  if (entries.length === 0) return '{}';
  const lines = entries.map(([key, item]: [string, unknown]) => {
    const shown = PLAIN_KEY.test(key) && !RESERVED.has(key) ? key : quote(key);
    return `${pad}${shown}: ${print(item, depth + 1)}`;
  });
  return `{\n${lines.join(',\n')}\n${end}}`;
}

/** Words that the language itself would read as values. */
const RESERVED: ReadonlySet<string> = new Set(['true', 'false', 'null']);

function printNumber(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError('A manifest cannot hold NaN or an infinite number');
  if (Number.isSafeInteger(value)) return String(value);
  // Whole numbers beyond 64 bits read back as decimals, which may have an exponent.
  const text = String(value);
  if (/e/.test(text)) return text.includes('.') ? text : text.replace('e', '.0e');
  return text.includes('.') ? text : `${text}.0`;
}

/** Only the escapes that every reader of the notation knows; other control characters stand as they are. */
function quote(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `"${escaped}"`;
}
