/**
 * Values of a trace: copied when they are recorded, bounded in size and depth, secrets masked. What does not fit is
 * said, not cut in the middle. Sizes are of the JSON that a reader gets, or a little less.
 */
import { Tag } from '../trace/format';
import { Dec, decToString } from './dec';
import { display } from './display';
import { HotMap, type Keys, type KeysShape } from './hot-map';
import { writeJson } from './json-write';
import type { Masker } from './mask';
import { TraceHeads, type TraceTables } from './trace-heads';
import { writeInt } from './trace-log';
import { Tagged, type Value } from './values';

const MAX_DEPTH = 64;
/** Longer lists are measured before they are written: most of those that do not fit are seen at once. */
const LONG_VEC = 128;
/** A value of so many bytes is remembered: it is likely to come again, as the argument of the next call. */
const REMEMBERED = 48;

/** Maps of so many numbers are written at once, if their keys are short: far below any limit. */
const MOST_FIELDS = 16;
const SHORT_KEYS = 400;

// A name of this module is a constant for the engine; what it imports is asked for at each use.
const int = writeInt;

/** Of all traces in this isolate: keys know what number they have in which of them. */
let lastBook = 0;

export abstract class TraceValues extends TraceHeads {
  /** Changes whenever shapes and types have to be told anew. */
  private book = ++lastBook;
  private shapes = 0;
  private typeCount = 0;
  /** How many secrets were known when the shapes were told. */
  private secrets = 0;
  private types = new Map<string, number>();
  /** Of JSON that may still be written for this value. */
  private left = 0;
  /** Characters produced in all, also for what was then left out: the price of recording. */
  protected work = 0;
  /** The last large value, of which nothing is new to a reader: its bytes stand between these places. */
  private known: object | null = null;
  private knownText = '';
  private knownFrom = 0;
  private knownTo = 0;
  private knownSize = 0;

  constructor(
    tables: TraceTables,
    protected readonly masker: Masker,
  ) {
    super(tables);
  }

  /** At the beginning of a block. */
  protected newValues(): void {
    this.forget();
    this.shapes = 0;
    this.typeCount = 0;
  }

  private forget(): void {
    this.book = ++lastBook;
    this.types.clear();
    this.known = null;
    this.knownText = '';
  }

  /** Writes the value, or that it takes more than `max` characters. Answers about how many it took. */
  protected write(v: Value, max: number): number {
    const { masker } = this;
    const isOpen = masker.isEmpty && !masker.hasHidden;
    switch (typeof v) {
      case 'number':
        if (!isOpen) break;
        this.int(v);
        return 1;
      case 'boolean':
        this.byte(v ? Tag.True : Tag.False);
        return 4;
      case 'string':
        if (isOpen && v.length > REMEMBERED && max >= this.knownSize && v === this.knownText)
          return this.again();
        break;
      case 'object':
        if (v === null) {
          this.byte(Tag.Null);
          return 4;
        }
        if (isOpen && max >= this.knownSize && v === this.known) return this.again();
        if (isOpen && v instanceof HotMap && this.record(v)) return v.size;
        break;
      default:
        break;
    }
    return this.bounded(v, max, isOpen);
  }

  private again(): number {
    this.copy(this.knownFrom, this.knownTo);
    return this.knownSize;
  }

  /** A small map of numbers, of a shape that is told already; false for others. */
  private record(v: HotMap): boolean {
    const { size, values } = v;
    const { shape } = v.keysOf;
    if (shape === null || size > MOST_FIELDS || shape.size !== size || shape.book !== this.book) return false;
    if (shape.number > 127 || shape.length > SHORT_KEYS) return false;
    this.room(MOST_FIELDS * 9);
    const { bytes } = this;
    let at = this.at + 2;
    for (let i = 0; i < size; i++) {
      const x = values[i];
      if (typeof x !== 'number') return false;
      at = int(bytes, at, x);
    }
    bytes[this.at] = Tag.Map;
    bytes[this.at + 1] = shape.number;
    this.at = at;
    return true;
  }

  private bounded(v: Value, max: number, isOpen: boolean): number {
    const { at } = this;
    const told = this.shapes + this.typeCount;
    this.left = max;
    const fits = this.value(v, 0) && this.left >= 0;
    const size = max - this.left;
    this.work += size;
    if (!fits) {
      this.at = at;
      // What was told in there is told no longer.
      if (told !== this.shapes + this.typeCount) this.forget();
      this.byte(Tag.Cut);
      this.number(Math.max(size, max));
    } else if (isOpen && this.at - at > REMEMBERED && told === this.shapes + this.typeCount) {
      this.remember(v, size, at);
    }
    return size;
  }

  private remember(v: Value, size: number, from: number): void {
    this.known = typeof v === 'object' ? v : null;
    this.knownText = typeof v === 'string' ? v : '';
    this.knownSize = size;
    this.knownFrom = from;
    this.knownTo = this.at;
  }

  /** False when there is no room: what has been written by then is of no use. */
  private value(v: Value, depth: number): boolean {
    const { masker } = this;
    switch (typeof v) {
      case 'string':
        return this.string(v);
      case 'boolean':
        this.byte(v ? Tag.True : Tag.False);
        this.left -= 4;
        return true;
      case 'number':
        this.left -= v < 100 ? 1 : v < 10_000 ? 3 : 5;
        if (masker.isEmpty || !masker.isSecret(v)) this.int(v);
        else this.byte(Tag.Secret);
        return true;
      case 'bigint':
        this.left -= 16;
        if (masker.isEmpty || !masker.isSecret(v)) this.json(String(v));
        else this.byte(Tag.Secret);
        return true;
      default:
        break;
    }
    if (v === null) {
      this.byte(Tag.Null);
      this.left -= 4;
      return true;
    }
    if (depth > MAX_DEPTH) {
      this.byte(Tag.Deep);
      this.left -= 19;
      return true;
    }
    if (v instanceof HotMap) return this.map(v, depth);
    if (Array.isArray(v)) return this.vec(v, depth);
    if (v instanceof Tagged) return this.tagged(v, depth);
    return this.leaf(v);
  }

  private string(v: string): boolean {
    const { masker } = this;
    if (v.length > this.left) return false;
    this.left -= v.length + 2;
    if (masker.isEmpty) this.text(v);
    else this.text(masker.text(v));
    return true;
  }

  private vec(v: readonly Value[], depth: number): boolean {
    const { length } = v;
    if (length > LONG_VEC && !this.mayFit(v)) {
      this.left = -1;
      return false;
    }
    this.room(length + 8);
    this.byte(Tag.Vec);
    this.number(length);
    const isOpen = this.masker.isEmpty;
    this.left -= length + 1;
    for (let i = 0; i < length; i++) {
      const x = v[i] as Value;
      if (typeof x === 'number' && isOpen) {
        this.left -= x < 100 ? 1 : x < 10_000 ? 3 : 5;
        this.int(x);
        // Numbers up to the next look at the room: nine bytes each.
        if ((i & 63) === 63) this.room(9 * 64);
      } else if (!this.value(x, depth + 1)) return false;
      if (this.left < 0) return false;
    }
    this.room(0);
    return true;
  }

  /** Whether the least that the values of a list can take is within the limit. */
  private mayFit(v: readonly Value[]): boolean {
    let left = this.left - v.length;
    for (let i = 0; i < v.length && left >= 0; i++) {
      const x = v[i] as Value;
      left -=
        x instanceof HotMap
          ? x.size + shapeOf(x.keysOf, x.size).length
          : typeof x === 'string'
            ? x.length + 2
            : 1;
    }
    return left >= 0;
  }

  private map(v: HotMap, depth: number): boolean {
    const { masker } = this;
    const { keysOf, size, values } = v;
    if (masker.hasHidden && masker.isHidden(v)) {
      this.byte(Tag.Secret);
      this.left -= 10;
      return true;
    }
    if (masker.secrets !== this.secrets) {
      // Keys that were told before may show what is a secret now.
      this.secrets = masker.secrets;
      this.book = ++lastBook;
    }
    const shape = shapeOf(keysOf, size);
    this.left -= shape.length;
    if (this.left < 0) return false;
    if (shape.book === this.book) {
      this.byte(Tag.Map);
      this.number(shape.number);
    } else {
      this.newShape(keysOf, shape);
    }
    const isOpen = masker.isEmpty;
    for (let i = 0; i < size; i++) {
      const x = values[i] as Value;
      if (typeof x === 'number' && isOpen) {
        this.left -= x < 100 ? 1 : x < 10_000 ? 3 : 5;
        this.int(x);
        if ((i & 63) === 63) this.room(9 * 64);
      } else if (!this.value(x, depth + 1)) return false;
      if (this.left < 0) return false;
    }
    this.room(0);
    return true;
  }

  private newShape(keys: Keys, shape: KeysShape): void {
    shape.book = this.book;
    shape.number = this.shapes++;
    this.room(16);
    this.byte(Tag.NewMap);
    this.number(shape.number);
    this.number(shape.size);
    for (let i = 0; i < shape.size; i++) {
      const key = keys.original(i);
      const text = typeof key === 'string' ? key : display(key, null);
      this.text(this.masker.isEmpty ? text : this.masker.key(text));
    }
  }

  private tagged(v: Tagged, depth: number): boolean {
    const { types } = this;
    const { name } = v.type;
    this.left -= name.length + 20;
    let type = types.get(name);
    this.room(24);
    if (type === undefined) {
      types.set(name, (type = this.typeCount++));
      this.byte(Tag.NewType);
      this.number(type);
      this.text(name);
    }
    this.byte(v.unit ? Tag.Unit : Tag.Tagged);
    this.number(type);
    return v.unit || this.value(v.val, depth + 1);
  }

  private leaf(v: Value): boolean {
    const { masker } = this;
    // Each of them takes two characters at least; its text is not made in vain.
    if (v instanceof Uint8Array && v.length * 2 > this.left) return false;
    const text = v instanceof Dec ? decToString(v) : writeJson(v, true);
    if (text.length > this.left) return false;
    this.left -= text.length;
    if (v instanceof Dec && !masker.isEmpty && masker.isSecret(v)) this.byte(Tag.Secret);
    else this.json(text);
    return true;
  }

  private json(text: string): void {
    this.byte(Tag.Json);
    this.text(text);
  }
}

function shapeOf(keys: Keys, size: number): KeysShape {
  const { shape } = keys;
  return shape !== null && shape.size === size ? shape : (keys.shape = newShapeOf(keys, size));
}

function newShapeOf(keys: Keys, size: number): KeysShape {
  // Braces, commas and colons.
  let length = size * 4 + 1;
  for (let i = 0; i < size; i++) {
    const key = keys.original(i);
    length += typeof key === 'string' ? key.length : 1;
  }
  return { size, length, book: 0, number: 0 };
}
