/** What the functions of `::hot::coll` that call back have in common: where their arguments come from. */
import { HotMap } from '../runtime/hot-map';
import { Iter } from '../runtime/iter';
import { shortTypeOf } from '../runtime/types';
import { chars } from '../source/utf8';
import { err, type Res, Tagged, TypeInfo, type Value } from '../runtime/values';
import { loopNative, type Prepare } from './loops';
import { native, type NativeDef } from '../runtime/native-def';

export const REDUCED_TYPE = new TypeInfo('::hot::coll/Reduced');

export const FN_SECOND = [{ index: 1, byName: true }];

export function C(
  name: string,
  sig: string | readonly string[],
  doc: string,
  prepare: Prepare,
  fn = FN_SECOND,
): NativeDef {
  return native(`::hot::coll/${name}`, {
    core: true,
    pure: true,
    sig,
    doc,
    poly: fn,
    ...loopNative(prepare),
  });
}

/** Arguments of each call: pairs for maps where the function takes key and value. */
export interface Source {
  readonly next: () => Value[] | null;
}

export function elements(items: readonly Value[]): Source {
  let i = 0;
  return { next: () => (i < items.length ? [items[i++] as Value] : null) };
}

export function entries(m: HotMap): Source {
  let i = 0;
  return {
    next: () => {
      if (i >= m.size) return null;
      const at = i++;
      return [m.keyAt(at), m.valueAt(at)];
    },
  };
}

function iterated(it: Iter): Source {
  return {
    next: () => {
      const v = it.next();
      return v === undefined ? null : [v];
    },
  };
}

/** Elements with one argument; a map's with key and value. */
export function source(v: Value): Source | null {
  if (v === null) return elements([]);
  if (Array.isArray(v)) return elements(v);
  if (v instanceof HotMap) return entries(v);
  if (typeof v === 'string') return elements(chars(v));
  return v instanceof Iter ? iterated(v) : null;
}

/** Elements with one argument each; a map's as `[key, value]`. */
export function single(v: Value, text: boolean): Source | null {
  if (v === null) return elements([]);
  if (Array.isArray(v)) return elements(v);
  if (v instanceof HotMap) return elements(v.entries());
  if (text && typeof v === 'string') return elements(chars(v));
  return v instanceof Iter ? iterated(v) : null;
}

/** Whether Errs are kept; an Err when the trailing argument is something else. */
export function policy(name: string, v: Value | undefined): boolean | Res {
  if (v === undefined) return false;
  if (v instanceof Tagged && v.type.name === '::hot::type/OnErr.Preserve') return true;
  if (v instanceof Tagged && v.type.name === '::hot::type/OnErr.Force') return false;
  return err(
    `${name} optional trailing argument must be OnErr.Force or OnErr.Preserve, got ${shortTypeOf(v)}`,
  );
}

export const COLL = 'coll: Str | Vec | Map';
