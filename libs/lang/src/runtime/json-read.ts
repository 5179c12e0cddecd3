/**
 * JSON text → values, with exact numbers. Short texts and those with decimals are read by our own parser; long ones in
 * which nothing would be lost go through the host's, which is faster with long strings and objects of many kinds.
 */
import { HotMap, Keys } from './hot-map';
import { JsonError, JsonParser } from './json-parser';
import { shapeOf } from './json-shapes';
import { MAX_JSON_DEPTH } from './json-write';
import { retag, type TypeLookup } from './retag';
import type { Value } from './values';

export { JsonError } from './json-parser';

/** Texts up to this length are read by our own parser. */
const OWN = 512;

const QUOTE = 34;
const POINT = 46;
const BACKSLASH = 92;
const EXPONENT = 101;

/** In most texts there is nothing like it, which this finds out at a few characters per nanosecond. */
const MAY_HAVE_DECIMALS = /\d[.eE]/;
/** Perhaps inside a string: versions and hexadecimal digits end there, times of day do not. */
const MAY_NEED_EXACT = /(?:^|[:,[\s])-?\d+[.eE]/;

/** A number outside of strings that would not be told from a whole one, or that a double may change. */
function hasDecimals(text: string): boolean {
  if (!MAY_HAVE_DECIMALS.test(text) || !MAY_NEED_EXACT.test(text)) return false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      i = endOfString(text, i + 1);
    } else if (isDigit(c)) {
      while (isDigit(text.charCodeAt(i + 1))) i++;
      const next = text.charCodeAt(i + 1);
      if (next === POINT || (next | 0x20) === EXPONENT) return true;
    }
  }
  return false;
}

const isDigit = (c: number): boolean => c >= 48 && c <= 57;

/** Place of its closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let i = start; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) return i;
    if (c === BACKSLASH) i++;
  }
  return text.length;
}

export function readJson(text: string, types: TypeLookup): Value {
  if (text.length <= OWN || hasDecimals(text)) return new JsonParser(text, types).document();
  try {
    return new Importer(types).document(JSON.parse(text));
  } catch (e) {
    if (e instanceof JsonError) throw e;
    // What the host's parser has changed, or does not like: our own also says where and why.
    return new JsonParser(text, types).document();
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
    const shape = shapeOf(names);
    const keys = shape === null ? keysOf(names) : shape.keys;
    const map = new HotMap(keys, values as Value[], length);
    return shape === null || shape.tagged ? retag(map, this.types) : map;
  }
}

function keysOf(names: readonly string[]): Keys {
  const keys = new Keys([], true);
  for (const n of names) keys.push(n.charCodeAt(0) === 0 ? `\0s${n}` : n, n);
  return keys;
}
