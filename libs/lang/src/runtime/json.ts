/** Hot values to JSON text and back, exactly: integers of 64 bits, decimals with their digits, maps in their order. */
import { decText, int, parseDec } from './numbers';
import { HotMap } from './hot-map';
import type { Masker } from './masker';
import { Byte, Dec, Definition, Fn, NamespaceValue, Opaque, Tagged, Thunk, TypeValue, type Value } from './values';

const MAX_DEPTH = 256;

export class JsonDepthError extends Error {}

export interface JsonOptions {
  readonly masker: Masker | null;
  /** Integral Decs as integers: for what leaves the program. */
  readonly maxDepth: number;
}

const PLAIN: JsonOptions = { masker: null, maxDepth: MAX_DEPTH };

/** Throws JsonDepthError when nested deeper than the limit. */
export function toJson(value: Value, options: JsonOptions = PLAIN): string {
  return write(value, options, 0);
}

function write(value: Value, options: JsonOptions, depth: number): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'string':
      return quote(value, options);
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
  }
  if (depth > options.maxDepth) throw new JsonDepthError();
  if (Array.isArray(value)) {
    return `[${(value as readonly Value[]).map((item) => write(item, options, depth + 1)).join(',')}]`;
  }
  if (value instanceof HotMap) {
    const parts: string[] = [];
    for (const [key, item] of value.entries()) {
      const name = typeof key === 'string' ? key : keyText(key);
      parts.push(`${JSON.stringify(name)}:${write(item, options, depth + 1)}`);
    }
    return `{${parts.join(',')}}`;
  }
  if (value instanceof Dec) return decText(value);
  if (value instanceof Tagged) {
    const tag = `"$type":${JSON.stringify(value.tag)}`;
    return value.payload === undefined ? `{${tag}}` : `{${tag},"$val":${write(value.payload, options, depth + 1)}}`;
  }
  if (value instanceof Byte) return `{"$type":"::hot::type/Byte","$val":${value.n}}`;
  if (value instanceof Uint8Array) return `{"$type":"::hot::type/Bytes","$val":[${value.join(',')}]}`;
  if (value instanceof Fn) return JSON.stringify(value.name);
  if (value instanceof TypeValue) return JSON.stringify(value.name);
  if (value instanceof NamespaceValue) {
    return `{"$type":"::hot::type/Namespace","$val":${JSON.stringify(value.name)}}`;
  }
  if (value instanceof Opaque) return JSON.stringify({ $box: value.type });
  if (value instanceof Thunk) return '"<lazy>"';
  if (value instanceof Definition) return JSON.stringify(value.fullName ?? value.name);
  return 'null';
}

function quote(text: string, options: JsonOptions): string {
  const shown = options.masker === null ? text : options.masker.text(text);
  // PostgreSQL takes neither NUL nor half a character; JSON.stringify escapes lone surrogates, NUL stays legal JSON.
  return JSON.stringify(shown);
}

function keyText(key: Value): string {
  return typeof key === 'object' && key !== null ? toJson(key) : String(key);
}

/** Throws SyntaxError (malformed) or JsonDepthError. */
export function fromJson(text: string): Value {
  return new Parser(text).whole();
}

const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;

class Parser {
  private at = 0;

  constructor(private readonly text: string) {}

  whole(): Value {
    const value = this.value(0);
    this.space();
    if (this.at < this.text.length) throw this.error('unexpected text after the value');
    return value;
  }

  private value(depth: number): Value {
    if (depth > MAX_DEPTH) throw new JsonDepthError();
    this.space();
    const char = this.text[this.at];
    if (char === '{') return this.object(depth);
    if (char === '[') return this.array(depth);
    if (char === '"') return this.string();
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.number();
  }

  private object(depth: number): Value {
    const map = new HotMap();
    this.at += 1;
    this.space();
    if (this.text[this.at] === '}') {
      this.at += 1;
      return map;
    }
    for (;;) {
      this.space();
      if (this.text[this.at] !== '"') throw this.error('expected a key in double quotes');
      const key = this.string();
      this.space();
      this.expect(':');
      map.put(key, this.value(depth + 1));
      this.space();
      if (this.text[this.at] === ',') this.at += 1;
      else break;
    }
    this.expect('}');
    return tagged(map);
  }

  private array(depth: number): Value {
    const items: Value[] = [];
    this.at += 1;
    this.space();
    if (this.text[this.at] === ']') {
      this.at += 1;
      return items;
    }
    for (;;) {
      items.push(this.value(depth + 1));
      this.space();
      if (this.text[this.at] === ',') this.at += 1;
      else break;
    }
    this.expect(']');
    return items;
  }

  private string(): string {
    const from = this.at;
    let end = from + 1;
    for (;;) {
      const char = this.text[end];
      if (char === undefined) throw this.error('a string does not end');
      if (char === '\\') end += 2;
      else if (char === '"') break;
      else end += 1;
    }
    this.at = end + 1;
    try {
      return JSON.parse(this.text.slice(from, end + 1)) as string;
    } catch {
      this.at = from;
      throw this.error('a string is not valid');
    }
  }

  private number(): Value {
    NUMBER.lastIndex = this.at;
    const match = NUMBER.exec(this.text);
    if (match === null) throw this.error(this.at >= this.text.length ? 'unexpected end' : 'unexpected character');
    this.at += match[0].length;
    return numberOf(match[0], match[1] !== undefined || match[2] !== undefined);
  }

  private expect(char: string): void {
    if (this.text[this.at] !== char) throw this.error(`expected ${char}`);
    this.at += 1;
  }

  private space(): void {
    while (this.at < this.text.length && ' \n\r\t'.includes(this.text[this.at] ?? '')) this.at += 1;
  }

  private error(what: string): SyntaxError {
    const before = this.text.slice(0, this.at).split('\n');
    return new SyntaxError(`${what} at line ${before.length} column ${(before.at(-1)?.length ?? 0) + 1}`);
  }
}

const WORDS: readonly (readonly [string, Value])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

function numberOf(text: string, isDecimal: boolean): Value {
  if (isDecimal) return parseDec(text);
  if (text.length <= 15) return Number(text) + 0;
  const value = BigInt(text);
  return value === BigInt.asIntN(64, value) ? int(value) : new Dec(value, 0);
}

/** A map that has the shape of a tagged value is one: that is how values travel. */
export function tagged(map: HotMap): Value {
  const tag = map.getField('$type');
  if (typeof tag !== 'string' || !tag.startsWith('::')) return map;
  const payload = map.getField('$val');
  if (payload === undefined) {
    return map.size === 1 && tag.slice(tag.indexOf('/') + 1).includes('.') ? new Tagged(tag, undefined) : map;
  }
  if (map.size > 3 || (map.size === 3 && !map.has('$origin'))) return map;
  if (tag === '::hot::type/Byte' && typeof payload === 'number' && payload >= 0 && payload <= 255) {
    return new Byte(payload);
  }
  if (tag === '::hot::type/Bytes' && Array.isArray(payload)) {
    const items = payload as readonly Value[];
    if (items.every((n) => typeof n === 'number' && n >= 0 && n <= 255)) return Uint8Array.from(items as number[]);
  }
  if (tag === '::hot::type/Namespace' && typeof payload === 'string') return new NamespaceValue(payload);
  return new Tagged(tag, payload);
}
