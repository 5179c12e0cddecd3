/** Maps in the shape of tagged values, as they come from JSON and literals, are tagged values. */
import { FLAT_TYPES } from './flat';
import { HotMap } from './hot-map';
import { Byte, Res, Tagged, TypeInfo, type Value } from './values';

/** Types of the loaded program by full name; undefined for names it does not know. */
export type TypeLookup = (name: string) => TypeInfo | undefined;

export function typeNamed(name: string, types: TypeLookup): TypeInfo {
  return types(name) ?? new TypeInfo(name);
}

/** `$type` is a Str starting with `::`, and besides it stand `$val` (and `$origin`) only, or nothing for a unit variant. */
export function retag(map: HotMap, types: TypeLookup): Value {
  const name = map.getStr('$type');
  if (typeof name !== 'string' || !name.startsWith('::')) return map;
  const val = map.getStr('$val');
  if (val === undefined) {
    if (FLAT_TYPES.has(name)) return new Tagged(typeNamed(name, types), map.delete('$type'));
    const local = name.slice(name.lastIndexOf('/') + 1);
    return map.size === 1 && local.includes('.') ? new Tagged(typeNamed(name, types), null, true) : map;
  }
  const extra = map.getStr('$origin') === undefined ? 0 : 1;
  if (map.size !== 2 + extra) return map;
  switch (name) {
    case '::hot::type/Result.Ok':
      return new Res(true, val);
    case '::hot::type/Result.Err':
      return new Res(false, val);
    case '::hot::type/Byte':
      return isByte(val) ? new Byte(val) : map;
    case '::hot::type/Bytes':
      return Array.isArray(val) && val.every(isByte) ? Uint8Array.from(val) : map;
    default:
      return new Tagged(typeNamed(name, types), val);
  }
}

function isByte(v: Value): v is number {
  return typeof v === 'number' && v >= 0 && v <= 255;
}
