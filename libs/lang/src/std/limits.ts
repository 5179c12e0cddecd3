import { consumedErr } from '../runtime/halt';
import { err, Res, Tagged, type Value } from '../runtime/values';

export const MAX_COLLECTION = 16_777_216;
export const MAX_STRING_BYTES = 256 * 1024 * 1024;
export const MAX_PARSE_BYTES = 64 * 1024 * 1024;

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

/** Wrong kinds for the basic operations stop at once: their Err is consumed where it arises. */
export function wrongKind(site: number, why: string | Res): never {
  throw consumedErr(site, why instanceof Res ? why : err(why));
}

/** What a library function works on: a tagged value counts by its payload. */
export function payloadOf(v: Value): Value {
  return v instanceof Tagged && !(v instanceof Res) ? v.val : v;
}
