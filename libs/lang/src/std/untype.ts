import { HotMap, MapBuilder } from '../runtime/hot-map';
import { Tagged, type Value } from '../runtime/values';

/** Tags removed at every depth; a unit variant becomes an empty map. */
export function untype(v: Value): Value {
  if (v instanceof Tagged) return v.unit ? HotMap.empty : untype(v.val);
  if (Array.isArray(v)) return v.map(untype);
  if (!(v instanceof HotMap)) return v;
  const tag = v.getStr('$type');
  return typeof tag === 'string' && tag.startsWith('::') ? flat(v) : v.mapValues(untype);
}

/** Maps that carry their tag among the fields, or more beside it than a tagged value has. */
function flat(v: HotMap): Value {
  const payload = v.getStr('$val');
  if (payload !== undefined) return untype(payload);
  const b = new MapBuilder();
  for (let i = 0; i < v.size; i++) {
    const key = v.keyAt(i);
    if (typeof key !== 'string' || !key.startsWith('$')) b.set(key, untype(v.valueAt(i)));
  }
  return b.done();
}
