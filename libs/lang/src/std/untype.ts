import { HotMap } from '../runtime/hot-map';
import { Tagged, type Value } from '../runtime/values';

/** Tags removed at every depth; a unit variant becomes an empty map. */
export function untype(v: Value): Value {
  if (v instanceof Tagged) return v.unit ? HotMap.empty : untype(v.val);
  if (Array.isArray(v)) return v.map(untype);
  if (v instanceof HotMap) return v.mapValues((x) => untype(x));
  return v;
}
