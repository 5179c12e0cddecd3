/** `Str(v)`: the text of a value in templates, print and Str. */
import { Dec, decToString } from './dec';
import { HotMap } from './hot-map';
import { utf8Decode } from '../source/utf8';
import { Byte, Handle, HotFn, Tagged, Thunk, TypeValue, type Value } from './values';

/** Applies a `T -> Str` arrow; undefined when there is none. */
export type StrArrow = (v: Tagged, depth: number) => Value | undefined;

/** Nesting of arrows that display values with arrows. */
export const MAX_ARROW_DEPTH = 16;

/** Text of library types by full name, from their payload. */
export const LIBRARY_TEXT = new Map<string, (val: Value) => string | null>();

export function display(v: Value, arrow: StrArrow | null, depth = 0): string {
  switch (typeof v) {
    case 'string':
      return v;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(v);
    default:
      break;
  }
  if (v === null) return '';
  if (v instanceof Dec) return decToString(v);
  if (Array.isArray(v)) return `[${v.map((x) => inner(x, arrow, depth)).join(', ')}]`;
  if (v instanceof HotMap) return mapText(v, arrow, depth);
  if (v instanceof Tagged) return taggedText(v, arrow, depth);
  if (v instanceof Uint8Array) return utf8Decode(v);
  if (v instanceof Byte) return String(v.n);
  if (v instanceof HotFn) return v.name ?? '<function>';
  if (v instanceof TypeValue) return v.info.name;
  if (v instanceof Handle) return `<${v.type.local}>`;
  if (v instanceof Thunk) return '<thunk>';
  return '';
}

function inner(v: Value, arrow: StrArrow | null, depth: number): string {
  return typeof v === 'string' ? `"${v}"` : display(v, arrow, depth);
}

function mapText(m: HotMap, arrow: StrArrow | null, depth: number): string {
  const parts: string[] = [];
  for (let i = 0; i < m.size; i++) {
    const key = m.keyAt(i);
    if (typeof key === 'string' && key.startsWith('$')) continue;
    parts.push(`${display(key, arrow, depth)}: ${inner(m.valueAt(i), arrow, depth)}`);
  }
  return `{${parts.join(', ')}}`;
}

function taggedText(v: Tagged, arrow: StrArrow | null, depth: number): string {
  const library = LIBRARY_TEXT.get(v.type.name);
  if (library) {
    const text = library(v.val);
    if (text !== null) return text;
  }
  if (arrow !== null) {
    const converted = arrow(v, depth + 1);
    if (converted !== undefined) {
      // An arrow that gives its own type back would never end.
      const own = converted instanceof Tagged && converted.type.name === v.type.name;
      if (!own) return display(converted, arrow, depth + 1);
    }
  }
  const body =
    v.val instanceof HotMap ? mapText(v.val, arrow, depth) : v.unit ? '{}' : inner(v.val, arrow, depth);
  return `${v.type.name}(${body})`;
}
