import { consumedErr } from '../runtime/halt';
import { MAX_ALLOC_BYTES, MAX_COLLECTION, MAX_PARSE_BYTES, MAX_STRING_BYTES } from '../runtime/limits';
import { utf8Length } from '../source/utf8';
import { err, Res, Tagged, type Value } from '../runtime/values';

export { MAX_ALLOC_BYTES, MAX_COLLECTION, MAX_PARSE_BYTES, MAX_STRING_BYTES } from '../runtime/limits';

export function tooManyElements(op: string, n: number): Res {
  return err(
    `${op}: refusing to allocate collection of ${n} elements (limit ${MAX_COLLECTION}). Raise HOT_MAX_COLLECTION_SIZE if this is intentional.`,
  );
}

export function tooLongString(op: string, n: number): Res {
  return err(
    `${op}: refusing to produce string of ${n} bytes (limit ${MAX_STRING_BYTES}). Raise HOT_MAX_STRING_BYTES if this is intentional.`,
  );
}

/** A text just made, unless it is too long. UTF-16 has at least a third of the units that UTF-8 has bytes. */
export function textWithin(op: string, text: string): string | Res {
  if (text.length * 3 <= MAX_STRING_BYTES) return text;
  const size = utf8Length(text);
  return size > MAX_STRING_BYTES ? tooLongString(op, size) : text;
}

/** Of Bytes that shall be made: an Err when they are too many at once, else null. */
export function tooManyBytes(op: string, n: number): Res | null {
  if (n <= MAX_ALLOC_BYTES) return null;
  return err(
    `${op}: refusing to allocate ${n} bytes (limit ${MAX_ALLOC_BYTES}). Raise HOT_MAX_ALLOC_BYTES if this is intentional.`,
  );
}

export function tooLongInput(op: string, n: number): Res {
  return err(
    `${op}: refusing to parse input of ${n} bytes (limit ${MAX_PARSE_BYTES}). Raise HOT_MAX_PARSE_INPUT_BYTES if this is intentional.`,
  );
}

/** Wrong kinds for the basic operations stop at once: their Err is consumed where it arises. */
export function wrongKind(site: number, why: string | Res): never {
  throw consumedErr(site, why instanceof Res ? why : err(why));
}

/** What a library function works on: a tagged value counts by its payload. */
export function payloadOf(v: Value): Value {
  return v instanceof Tagged && !(v instanceof Res) ? v.val : v;
}
