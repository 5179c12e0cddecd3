/**
 * The canonical form of a map key: two values have the same one exactly when `eq` says they are equal. Strings,
 * Ints, booleans and null are their own; Bytes and Bytes as Ints; compound values become text that starts with
 * U+0000, and a Str that starts so itself is escaped.
 */
import { Dec, decKey } from './dec';
import { HotMap } from './hot-map';
import { Byte, HotFn, Tagged, type Value } from './values';

export function keyOf(v: Value): unknown {
  if (typeof v === 'string') return v.charCodeAt(0) === 0 ? `\0s${v}` : v;
  if (typeof v !== 'object' || v === null) return v;
  if (v instanceof Byte) return v.n;
  if (v instanceof HotFn) return v.name === null ? v : `\0f${v.name}`;
  if (
    v instanceof Dec ||
    v instanceof HotMap ||
    v instanceof Tagged ||
    Array.isArray(v) ||
    v instanceof Uint8Array
  ) {
    return `\0${encode(v)}`;
  }
  return v;
}

const identities = new WeakMap<object, number>();
let nextIdentity = 1;

function encode(v: Value): string {
  switch (typeof v) {
    case 'string':
      return `"${v.length}:${v}`;
    case 'number':
    case 'bigint':
      return `i${v}`;
    case 'boolean':
      return v ? 't' : 'f';
    default:
      break;
  }
  if (v === null) return 'n';
  if (v instanceof Byte) return `i${v.n}`;
  if (v instanceof Dec) return `d${decKey(v)}`;
  if (Array.isArray(v)) return `[${v.map(encode).join(',')}]`;
  if (v instanceof Uint8Array) return `[${Array.from(v, (n) => `i${n}`).join(',')}]`;
  if (v instanceof HotMap) {
    const parts: string[] = [];
    for (let i = 0; i < v.size; i++) parts.push(`${encode(v.keyAt(i))}=${encode(v.valueAt(i))}`);
    // Equality of maps ignores order.
    return `{${parts.sort().join(',')}}`;
  }
  if (v instanceof Tagged)
    return `<${v.type.name.length}:${v.type.name}${v.unit ? '' : `:${encode(v.val)}`}>`;
  if (v instanceof HotFn && v.name !== null) return `F${v.name.length}:${v.name}`;
  let id = identities.get(v as object);
  if (id === undefined) identities.set(v as object, (id = nextIdentity++));
  return `#${id}`;
}
