/**
 * JSON text → values, number by number as written and keys in their order, which the host's parser does not give.
 * Objects are expected to look as they did the last time: names are compared with the text where they should stand,
 * and only others are read.
 */
import { Dec, parseDec } from './dec';
import { HotMap, MapBuilder } from './hot-map';
import { parseInt64 } from './int';
import { OUTERMOST, shapeAt, shapeOf, type Holder, type Shape } from './json-shapes';
import { MAX_JSON_DEPTH } from './json-write';
import { retag, type TypeLookup } from './retag';
import type { Value } from './values';

export class JsonError extends Error {}

const Ch = {
  Quote: 34,
  Comma: 44,
  Minus: 45,
  Point: 46,
  Zero: 48,
  Colon: 58,
  OpenVec: 91,
  Backslash: 92,
  CloseVec: 93,
  Exponent: 101,
  Open: 123,
  Close: 125,
} as const;

/** A slice of so many characters and more keeps the whole text in memory. */
const SLICE = 13;
/** … which does not matter in texts of this length. */
const SMALL_TEXT = 2048;
/** Digits that a double holds whatever they are. */
const SAFE_DIGITS = 15;

export class JsonParser {
  private i = 0;
  private readonly slices: number;

  constructor(
    private readonly text: string,
    private readonly types: TypeLookup,
  ) {
    this.slices = text.length <= SMALL_TEXT ? SMALL_TEXT : SLICE;
  }

  document(): Value {
    this.space();
    if (this.i >= this.text.length) throw this.error('unexpected end of input');
    const v = this.value(0, OUTERMOST, 0);
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

  /** What stood at `at` in `holder` the last time is tried first. */
  private value(depth: number, holder: Holder | null, at: number): Value {
    const c = this.text.charCodeAt(this.i);
    if (c === Ch.Quote) return this.string();
    if (c === Ch.Minus || isDigit(c)) return this.number(c);
    if (c === Ch.Open || c === Ch.OpenVec) {
      if (depth >= MAX_JSON_DEPTH)
        throw new JsonError(`from-json: nesting depth exceeds ${MAX_JSON_DEPTH} levels`);
      return c === Ch.Open ? this.object(depth, holder, at) : this.array(depth, holder, at);
    }
    return this.word();
  }

  private word(): Value {
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

  /** Ints and decimals of few digits; the rest by their text. */
  private number(first: number): Value {
    const { text } = this;
    const negative = first === Ch.Minus;
    let i = negative ? this.i + 1 : this.i;
    const start = i;
    let n = 0;
    let c = text.charCodeAt(i);
    while (isDigit(c)) {
      n = n * 10 + (c - Ch.Zero);
      c = text.charCodeAt(++i);
    }
    let digits = i - start;
    if (digits === 0 || (digits > 1 && text.charCodeAt(start) === Ch.Zero)) return this.anyNumber();
    let scale = 0;
    if (c === Ch.Point) {
      const point = i;
      c = text.charCodeAt(++i);
      while (isDigit(c)) {
        n = n * 10 + (c - Ch.Zero);
        c = text.charCodeAt(++i);
      }
      scale = i - point - 1;
      if (scale === 0) return this.anyNumber();
      digits += scale;
    }
    if (digits > SAFE_DIGITS || (c | 0x20) === Ch.Exponent) return this.anyNumber();
    this.i = i;
    // There is no -0 among Ints.
    if (negative) n = 0 - n;
    return scale === 0 ? n : new Dec(BigInt(n), scale);
  }

  private anyNumber(): Value {
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
    const { text } = this;
    const start = this.i + 1;
    let i = start;
    let c = text.charCodeAt(i);
    // Not a number, which is neither, is the end.
    while (c !== Ch.Quote && c !== Ch.Backslash && c >= 32) c = text.charCodeAt(++i);
    if (c !== Ch.Quote || i - start >= this.slices) return this.anyString(i);
    this.i = i + 1;
    return text.slice(start, i);
  }

  /** Nothing before `from` needs to be looked at. */
  private anyString(from: number): string {
    const start = this.i;
    let i = from;
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

  private array(depth: number, holder: Holder | null, at: number): Value {
    const out: Value[] = [];
    this.i++;
    this.space();
    if (this.text.charCodeAt(this.i) === Ch.CloseVec) {
      this.i++;
      return out;
    }
    for (;;) {
      this.space();
      out.push(this.value(depth + 1, holder, at));
      this.space();
      const c = this.text.charCodeAt(this.i++);
      if (c === Ch.CloseVec) return out;
      if (c !== Ch.Comma) throw this.unexpected(`expected ',' or ']'`);
    }
  }

  private object(depth: number, holder: Holder | null, at: number): Value {
    this.i++;
    this.space();
    if (this.text.charCodeAt(this.i) === Ch.Close) {
      this.i++;
      return HotMap.empty;
    }
    const shape = shapeAt(holder, at);
    if (shape === null) return this.pairs(depth, holder, at, null, []);
    const { quoted } = shape;
    const { length } = quoted;
    const values: Value[] = [];
    for (let n = 0; ;) {
      // What has been read stands before a name or, below, before a comma or the end.
      this.space();
      if (n === length || !this.follows(quoted[n] as string)) break;
      values.push(this.value(depth + 1, shape, n));
      n++;
      this.space();
      const c = this.text.charCodeAt(this.i++);
      if (c === Ch.Comma) continue;
      if (c !== Ch.Close) throw this.unexpected(`expected ',' or '}'`);
      if (n < length) return this.closed(shape, values, holder, at);
      const map = new HotMap(shape.keys, values, length);
      return shape.tagged ? retag(map, this.types) : map;
    }
    return this.pairs(depth, holder, at, shape, values);
  }

  /** Goes on behind the name and its colon when it is the one that follows. */
  private follows(quoted: string): boolean {
    const { text } = this;
    let { i } = this;
    for (let k = 0; k < quoted.length; k++, i++)
      if (text.charCodeAt(i) !== quoted.charCodeAt(k)) return false;
    if (text.charCodeAt(i) !== Ch.Colon) return false;
    this.i = i + 1;
    this.space();
    return true;
  }

  /** The rest of an object, before a name; `values` are those of the first names of `shape`. */
  private pairs(
    depth: number,
    holder: Holder | null,
    at: number,
    shape: Shape | null,
    values: Value[],
  ): Value {
    const out = new MapBuilder();
    values.forEach((v, n) => {
      out.set(shape?.names[n] ?? '', v);
    });
    for (;;) {
      this.space();
      if (this.text.charCodeAt(this.i) !== Ch.Quote) throw this.error('expected a key');
      const key = this.string();
      this.space();
      if (this.text.charCodeAt(this.i++) !== Ch.Colon) throw this.unexpected(`expected ':'`);
      this.space();
      out.set(key, this.value(depth + 1, null, 0));
      this.space();
      const c = this.text.charCodeAt(this.i++);
      if (c === Ch.Close) break;
      if (c !== Ch.Comma) throw this.unexpected(`expected ',' or '}'`);
    }
    const map = out.done();
    const names = map.keysOf.list as string[];
    const found = shapeOf(names);
    if (found === null) return map.getStr('$type') === undefined ? map : retag(map, this.types);
    return this.shaped(found, map.values, holder, at);
  }

  private closed(shape: Shape, values: Value[], holder: Holder | null, at: number): Value {
    const found = shapeOf(shape.names.slice(0, values.length));
    // Of fewer names than a shape has there is one, too.
    return this.shaped(found ?? shape, values, holder, at);
  }

  private shaped(shape: Shape, values: Value[], holder: Holder | null, at: number): Value {
    if (holder !== null) holder.inner[at] = shape.place;
    const map = new HotMap(shape.keys, values, values.length);
    return shape.tagged ? retag(map, this.types) : map;
  }

  private unexpected(what: string): JsonError {
    this.i--;
    return this.error(what);
  }
}

const isDigit = (c: number): boolean => c >= 48 && c <= 57;

const WORDS: readonly (readonly [string, Value])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
];
const NUMBER = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
