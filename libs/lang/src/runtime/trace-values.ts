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
import type { TraceLog } from './trace-log';
import { Tagged, type Value } from './values';

const MAX_DEPTH = 64;
/** Longer lists are measured before they are written: most of those that do not fit are seen at once. */
const LONG_VEC = 128;
/** A value of so many bytes is remembered: it is likely to come again, as the argument of the next call. */
const REMEMBERED = 48;

/** Of all traces in this isolate: keys know what number they have in which of them. */
let lastBook = 0;

export class TraceValues {
  /** Changes whenever shapes and types have to be told anew. */
  private book = ++lastBook;
  private shapes = 0;
  private typeCount = 0;
  private types = new Map<string, number>();
  /** Of JSON that may still be written for this value. */
  private left = 0;
  /** Characters produced in all, also for what was then left out: the price of recording. */
  work = 0;
  /** The last large value, of which nothing is new to a reader: its bytes stand between these places. */
  private known: Value = null;
  private knownFrom = 0;
  private knownTo = 0;
  private knownSize = 0;

  constructor(
    private readonly masker: Masker,
    private readonly log: TraceLog,
  ) {}

  /** At the beginning of a block. */
  begin(): void {
    this.forget();
    this.shapes = 0;
    this.typeCount = 0;
  }

  private forget(): void {
    this.book = ++lastBook;
    this.types.clear();
    this.known = null;
  }

  /** Writes the value, or that it takes more than `max` characters. Answers about how many it took. */
  put(v: Value, max: number): number {
    const { log, masker } = this;
    if (typeof v === 'number' && masker.isEmpty) {
      log.int(v);
      return 1;
    }
    if (v === null) {
      log.byte(Tag.Null);
      return 4;
    }
    if (v === this.known && max >= this.knownSize && masker.isEmpty) {
      log.again(this.knownFrom, this.knownTo);
      return this.knownSize;
    }
    const { at } = log;
    const told = this.shapes + this.typeCount;
    this.left = max;
    const fits = this.value(v, 0) && this.left >= 0;
    const size = max - this.left;
    this.work += size;
    if (!fits) {
      log.at = at;
      // What was told in there is told no longer.
      if (told !== this.shapes + this.typeCount) this.forget();
      log.byte(Tag.Cut);
      log.number(Math.max(size, max));
    } else if (log.at - at > REMEMBERED && told === this.shapes + this.typeCount && masker.isEmpty) {
      this.known = v;
      this.knownFrom = at;
      this.knownTo = log.at;
      this.knownSize = size;
    }
    return size;
  }

  /** False when there is no room: what has been written by then is of no use. */
  private value(v: Value, depth: number): boolean {
    const { log, masker } = this;
    switch (typeof v) {
      case 'string':
        return this.string(v);
      case 'boolean':
        log.byte(v ? Tag.True : Tag.False);
        this.left -= 4;
        return true;
      case 'number':
        this.left -= v < 100 ? 1 : v < 10_000 ? 3 : 5;
        if (masker.isEmpty || !masker.isSecret(v)) log.int(v);
        else log.byte(Tag.Secret);
        return true;
      case 'bigint':
        this.left -= 16;
        if (masker.isEmpty || !masker.isSecret(v)) this.json(String(v));
        else log.byte(Tag.Secret);
        return true;
      default:
        break;
    }
    if (v === null) {
      log.byte(Tag.Null);
      this.left -= 4;
      return true;
    }
    if (depth > MAX_DEPTH) {
      log.byte(Tag.Deep);
      this.left -= 19;
      return true;
    }
    if (v instanceof HotMap) return this.map(v, depth);
    if (Array.isArray(v)) return this.vec(v, depth);
    if (v instanceof Tagged) return this.tagged(v, depth);
    return this.leaf(v);
  }

  private string(v: string): boolean {
    const { log, masker } = this;
    if (v.length > this.left) return false;
    this.left -= v.length + 2;
    if (masker.isEmpty) log.text(v);
    else log.text(masker.text(v));
    return true;
  }

  private vec(v: readonly Value[], depth: number): boolean {
    const { log } = this;
    const { length } = v;
    if (length > LONG_VEC && !this.mayFit(v)) {
      this.left = -1;
      return false;
    }
    log.room(length + 8);
    log.byte(Tag.Vec);
    log.number(length);
    const isOpen = this.masker.isEmpty;
    this.left -= length + 1;
    for (let i = 0; i < length; i++) {
      const x = v[i] as Value;
      if (typeof x === 'number' && isOpen) {
        if (x >= 0 && x <= 0x3fff && x === (x | 0)) {
          this.left -= x < 100 ? 1 : 3;
          if (x > 127) log.byte(Tag.Int14 | (x >> 8));
          log.byte(x);
        } else {
          this.left -= 5;
          log.int(x);
        }
        // Numbers up to the next look at the room: nine bytes each.
        if ((i & 63) === 63) log.room(9 * 64);
      } else if (!this.value(x, depth + 1)) return false;
      if (this.left < 0) return false;
    }
    log.room(0);
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
    const { log, masker } = this;
    const { keysOf, size, values } = v;
    if (masker.hasHidden && masker.isHidden(v)) {
      log.byte(Tag.Secret);
      this.left -= 10;
      return true;
    }
    const shape = shapeOf(keysOf, size);
    this.left -= shape.length;
    if (this.left < 0) return false;
    if (shape.book === this.book) {
      log.byte(Tag.Map);
      log.number(shape.number);
    } else {
      this.newShape(keysOf, shape);
    }
    const isOpen = masker.isEmpty;
    for (let i = 0; i < size; i++) {
      const x = values[i] as Value;
      if (typeof x === 'number' && isOpen) {
        this.left -= x < 100 ? 1 : x < 10_000 ? 3 : 5;
        log.int(x);
        if ((i & 63) === 63) log.room(9 * 64);
      } else if (!this.value(x, depth + 1)) return false;
      if (this.left < 0) return false;
    }
    log.room(0);
    return true;
  }

  private newShape(keys: Keys, shape: KeysShape): void {
    const { log } = this;
    shape.book = this.book;
    shape.number = this.shapes++;
    log.room(16);
    log.byte(Tag.NewMap);
    log.number(shape.number);
    log.number(shape.size);
    for (let i = 0; i < shape.size; i++) {
      const key = keys.original(i);
      log.text(typeof key === 'string' ? key : display(key, null));
    }
  }

  private tagged(v: Tagged, depth: number): boolean {
    const { log, types } = this;
    const { name } = v.type;
    this.left -= name.length + 20;
    let type = types.get(name);
    log.room(24);
    if (type === undefined) {
      types.set(name, (type = this.typeCount++));
      log.byte(Tag.NewType);
      log.number(type);
      log.text(name);
    }
    log.byte(v.unit ? Tag.Unit : Tag.Tagged);
    log.number(type);
    return v.unit || this.value(v.val, depth + 1);
  }

  private leaf(v: Value): boolean {
    const { masker } = this;
    // Each of them takes two characters at least; its text is not made in vain.
    if (v instanceof Uint8Array && v.length * 2 > this.left) return false;
    const text = v instanceof Dec ? decToString(v) : writeJson(v, true);
    if (text.length > this.left) return false;
    this.left -= text.length;
    if (v instanceof Dec && !masker.isEmpty && masker.isSecret(v)) this.log.byte(Tag.Secret);
    else this.json(text);
    return true;
  }

  private json(text: string): void {
    this.log.byte(Tag.Json);
    this.log.text(text);
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
