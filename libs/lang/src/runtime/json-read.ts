/**
 * JSON text → values, with exact numbers. Text in which nothing would be lost goes through the host's parser,
 * which is several times faster; the rest through our own.
 */
import { parseDec } from './dec';
import { HotMap, Keys, MapBuilder } from './hot-map';
import { parseInt64 } from './int';
import { MAX_JSON_DEPTH } from './json-write';
import { retag, type TypeLookup } from './retag';
import type { Value } from './values';

export class JsonError extends Error {}

const Ch = {
  Quote: 34,
  Comma: 44,
  Minus: 45,
  Point: 46,
  Colon: 58,
  OpenVec: 91,
  Backslash: 92,
  CloseVec: 93,
  Exponent: 101,
  Open: 123,
  Close: 125,
} as const;

/** In most texts there is nothing like it, which this finds out at a few characters per nanosecond. */
const MAY_HAVE_DECIMALS = /\d[.eE]/;
/** Perhaps inside a string: versions and hexadecimal digits end there, times of day do not. */
const MAY_NEED_EXACT = /(?:^|[:,[\s])-?\d+[.eE]/;

/** A number outside of strings that would not be told from a whole one, or that a double may change. */
function hasDecimals(text: string): boolean {
  if (!MAY_HAVE_DECIMALS.test(text) || !MAY_NEED_EXACT.test(text)) return false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === Ch.Quote) {
      i = endOfString(text, i + 1);
    } else if (isDigit(c)) {
      while (isDigit(text.charCodeAt(i + 1))) i++;
      const next = text.charCodeAt(i + 1);
      if (next === Ch.Point || (next | 0x20) === Ch.Exponent) return true;
    }
  }
  return false;
}

const isDigit = (c: number): boolean => c >= 48 && c <= 57;

/** Place of its closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let i = start; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === Ch.Quote) return i;
    if (c === Ch.Backslash) i++;
  }
  return text.length;
}

export function readJson(text: string, types: TypeLookup): Value {
  if (hasDecimals(text)) return new ExactParser(text, types).document();
  try {
    return new Importer(types).document(JSON.parse(text));
  } catch (e) {
    if (e instanceof JsonError) throw e;
    // What the host's parser has changed, or does not like: our own also says where and why.
    return new ExactParser(text, types).document();
  }
}

/** From 16 digits on a double may not be able to tell them all. */
const LONG_NUMBER = 1e15;

class NeedsExact extends Error {}
const NEEDS_EXACT = new NeedsExact();

/** What JSON.parse made → values. Objects of one shape share their keys. */
class Importer {
  constructor(private readonly types: TypeLookup) {}

  document(parsed: unknown): Value {
    const list = [parsed];
    this.each(list, 0);
    return list[0] as Value;
  }

  /** In place. */
  private each(list: unknown[], depth: number): void {
    for (let i = 0; i < list.length; i++) {
      const v = list[i];
      if (typeof v === 'number') {
        if (v >= LONG_NUMBER || v <= -LONG_NUMBER) throw NEEDS_EXACT;
      } else if (typeof v === 'object' && v !== null) {
        if (depth >= MAX_JSON_DEPTH)
          throw new JsonError(`from-json: nesting depth exceeds ${MAX_JSON_DEPTH} levels`);
        if (Array.isArray(v)) this.each(v, depth + 1);
        else list[i] = this.map(v, depth + 1);
      }
    }
  }

  private map(object: object, depth: number): Value {
    const names = Object.keys(object);
    const { length } = names;
    if (length === 0) return HotMap.empty;
    // Such keys stand before all others now, wherever they stood.
    if (isDigit((names[0] as string).charCodeAt(0))) throw NEEDS_EXACT;
    const values: unknown[] = Object.values(object);
    this.each(values, depth);
    const { keys, tagged } = shapeOf(names);
    const map = new HotMap(keys, values as Value[], length);
    return tagged ? retag(map, this.types) : map;
  }
}

interface Shape {
  readonly keys: Keys;
  /** Has a `$type`. */
  readonly tagged: boolean;
}

/**
 * Keys of objects read of late: messages of one kind share theirs, and with them what is remembered of them (the JSON
 * of the names, places of properties). A shape has one place in the table, where the next one puts it out.
 */
const SHAPES: (Shape | undefined)[] = new Array<Shape | undefined>(128).fill(undefined);
const MAX_SHAPE = 64;

function shapeOf(names: string[]): Shape {
  const { length } = names;
  const [first = ''] = names;
  const last = names[length - 1] ?? '';
  const at = (length * 7 + first.length * 3 + last.length + last.charCodeAt(0)) & 127;
  const known = SHAPES[at];
  if (known !== undefined && isShape(known.keys, names)) return known;
  const keys = new Keys([], true);
  for (const n of names) keys.push(n.charCodeAt(0) === 0 ? `\0s${n}` : n, n);
  const shape = { keys, tagged: names.includes('$type') };
  // Names that are not their own keys would be taken for others.
  if (length <= MAX_SHAPE && keys.originals === null) SHAPES[at] = shape;
  return shape;
}

function isShape({ list }: Keys, names: readonly string[]): boolean {
  if (list.length !== names.length) return false;
  for (let i = 0; i < list.length; i++) if (list[i] !== names[i]) return false;
  return true;
}

class ExactParser {
  private i = 0;

  constructor(
    private readonly text: string,
    private readonly types: TypeLookup,
  ) {}

  document(): Value {
    this.space();
    if (this.i >= this.text.length) throw this.error('unexpected end of input');
    const v = this.value(0);
    this.space();
    if (this.i < this.text.length) throw this.error('trailing characters');
    return v;
  }

  private error(what: string): JsonError {
    const before = this.text.slice(0, this.i);
    const line = before.split('\n').length;
    return new JsonError(`${what} at line ${line} column ${this.i - before.lastIndexOf('\n')}`);
  }

  private space(): void {
    for (;;) {
      const c = this.text.charCodeAt(this.i);
      if (c === 32 || c === 10 || c === 13 || c === 9) this.i++;
      else return;
    }
  }

  private value(depth: number): Value {
    const c = this.text.charCodeAt(this.i);
    if (c === Ch.Quote) return this.string();
    if (depth >= MAX_JSON_DEPTH && (c === Ch.Open || c === Ch.OpenVec))
      throw new JsonError(`from-json: nesting depth exceeds ${MAX_JSON_DEPTH} levels`);
    if (c === Ch.Open) return this.object(depth);
    if (c === Ch.OpenVec) return this.array(depth);
    if (c === Ch.Minus || (c >= 48 && c <= 57)) return this.number();
    for (const [word, v] of WORDS) {
      if (this.text.startsWith(word, this.i)) {
        this.i += word.length;
        return v;
      }
    }
    throw this.error(
      this.i >= this.text.length
        ? 'unexpected end of input'
        : `unexpected character '${this.text[this.i] ?? ''}'`,
    );
  }

  private number(): Value {
    NUMBER.lastIndex = this.i;
    const m = NUMBER.exec(this.text);
    if (!m) throw this.error('invalid number');
    const text = m[0];
    this.i += text.length;
    const int = m[1] === undefined && m[2] === undefined ? parseInt64(text) : null;
    if (int !== null) return int;
    const dec = parseDec(text);
    if (dec === null) throw this.error('number out of range');
    return dec;
  }

  private string(): string {
    const start = this.i;
    let i = start + 1;
    for (;;) {
      const c = this.text.charCodeAt(i);
      if (c === Ch.Quote) break;
      if (Number.isNaN(c)) throw this.error('unterminated string');
      i += c === Ch.Backslash ? 2 : 1;
    }
    this.i = i + 1;
    try {
      return JSON.parse(this.text.slice(start, i + 1)) as string;
    } catch {
      this.i = start;
      throw this.error('invalid string');
    }
  }

  private array(depth: number): Value {
    const out: Value[] = [];
    this.i++;
    this.space();
    if (this.text.charCodeAt(this.i) === Ch.CloseVec) {
      this.i++;
      return out;
    }
    for (;;) {
      this.space();
      out.push(this.value(depth + 1));
      this.space();
      const c = this.text.charCodeAt(this.i++);
      if (c === Ch.CloseVec) return out;
      if (c !== Ch.Comma) throw this.unexpected(`expected ',' or ']'`);
    }
  }

  private object(depth: number): Value {
    const out = new MapBuilder();
    this.i++;
    this.space();
    if (this.text.charCodeAt(this.i) === Ch.Close) {
      this.i++;
      return HotMap.empty;
    }
    for (;;) {
      this.space();
      if (this.text.charCodeAt(this.i) !== Ch.Quote) throw this.error('expected a key');
      const key = this.string();
      this.space();
      if (this.text.charCodeAt(this.i++) !== Ch.Colon) throw this.unexpected(`expected ':'`);
      this.space();
      out.set(key, this.value(depth + 1));
      this.space();
      const c = this.text.charCodeAt(this.i++);
      if (c === Ch.Close) break;
      if (c !== Ch.Comma) throw this.unexpected(`expected ',' or '}'`);
    }
    const map = out.done();
    return map.getStr('$type') === undefined ? map : retag(map, this.types);
  }

  private unexpected(what: string): JsonError {
    this.i--;
    return this.error(what);
  }
}

const WORDS: readonly (readonly [string, Value])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
];
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
