/** `eq`, and the total order of `sort`, `lt` and the rest. */
import { Dec, decCompare, decOfInt } from './dec';
import { HotMap } from './hot-map';
import { compareInt } from './int';
import { Byte, Handle, HotFn, Tagged, Thunk, TypeValue, type Value } from './values';

export function equal(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    if (a instanceof Byte) return a.n === b;
    if (b instanceof Byte) return b.n === a;
    return false;
  }
  if (Array.isArray(a)) {
    if (b instanceof Uint8Array) return equalBytes(b, a);
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!equal(a[i] as Value, b[i] as Value)) return false;
    return true;
  }
  if (a instanceof HotMap) return b instanceof HotMap && equalMaps(a, b);
  if (a instanceof Dec) return b instanceof Dec && decCompare(a, b) === 0;
  if (a instanceof Tagged) {
    return (
      b instanceof Tagged &&
      (a.type === b.type || a.type.name === b.type.name) &&
      a.unit === b.unit &&
      equal(a.val, b.val)
    );
  }
  if (a instanceof Byte) return b instanceof Byte && a.n === b.n;
  if (a instanceof Uint8Array) {
    return (b instanceof Uint8Array || Array.isArray(b)) && equalBytes(a, b);
  }
  if (a instanceof HotFn || a instanceof TypeValue) return nameOf(a) !== null && nameOf(a) === nameOf(b);
  return false;
}

function nameOf(v: Value): string | null {
  return v instanceof HotFn ? v.name : v instanceof TypeValue ? v.info.name : null;
}

function equalBytes(a: Uint8Array, b: Uint8Array | readonly Value[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const x = b[i];
    if ((x instanceof Byte ? x.n : x) !== a[i]) return false;
  }
  return true;
}

function equalMaps(a: HotMap, b: HotMap): boolean {
  if (a.size !== b.size) return false;
  for (let i = 0; i < a.size; i++) {
    const other = b.get(a.keyAt(i));
    if (other === undefined || !equal(a.valueAt(i), other)) return false;
  }
  return true;
}

const isInt = (v: Value): v is number | bigint => typeof v === 'number' || typeof v === 'bigint';

function rank(v: Value): number {
  if (v === null) return 0;
  switch (typeof v) {
    case 'boolean':
      return 1;
    case 'number':
    case 'bigint':
      return 2;
    case 'string':
      return 4;
    default:
      break;
  }
  if (v instanceof Dec) return 3;
  if (v instanceof Byte) return 5;
  if (v instanceof Uint8Array) return 6;
  if (Array.isArray(v)) return 7;
  if (v instanceof HotMap) return 8;
  return 9;
}

/** By code points: UTF-16 order differs where surrogates meet U+E000–U+FFFF. */
export function compareStr(a: string, b: string): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) {
      const sx = x >= 0xd800 && x <= 0xdfff;
      const sy = y >= 0xd800 && y <= 0xdfff;
      if (sx !== sy) return sx ? 1 : -1;
      return x < y ? -1 : 1;
    }
  }
  return a.length - b.length;
}

/** Numbers compare across Int and Dec; unlike kinds by kind. */
export function compare(a: Value, b: Value): number {
  if (isInt(a) && isInt(b)) return compareInt(a, b);
  if (typeof a === 'string' && typeof b === 'string') return compareStr(a, b);
  if (a instanceof Dec) {
    if (b instanceof Dec) return decCompare(a, b);
    if (isInt(b)) return decCompare(a, decOfInt(b));
  } else if (b instanceof Dec && isInt(a)) {
    return decCompare(decOfInt(a), b);
  }
  const ra = rank(a);
  const rb = rank(b);
  if (ra !== rb) return ra - rb;
  if (typeof a === 'boolean') return Number(a) - Number(b);
  if (a instanceof Byte && b instanceof Byte) return a.n - b.n;
  if (Array.isArray(a) && Array.isArray(b)) return compareSeq(a, b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareSeq(Array.from(a), Array.from(b));
  if (a instanceof HotMap && b instanceof HotMap) return compareMaps(a, b);
  if (a instanceof Tagged && b instanceof Tagged) {
    return compareStr(a.type.name, b.type.name) || compare(a.val, b.val);
  }
  return compareStr(fallbackText(a), fallbackText(b));
}

function fallbackText(v: Value): string {
  const name = nameOf(v);
  if (name !== null) return `1${name}`;
  return v instanceof Tagged ? `0${v.type.name}` : v instanceof Thunk || v instanceof Handle ? '3' : '2';
}

function compareSeq(a: readonly Value[], b: readonly Value[]): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const c = compare(a[i] as Value, b[i] as Value);
    if (c !== 0) return c;
  }
  return a.length - b.length;
}

function compareMaps(a: HotMap, b: HotMap): number {
  if (a.size !== b.size) return a.size - b.size;
  const sorted = (m: HotMap): Value[] =>
    m
      .entries()
      .sort((x, y) => compare(x[0] as Value, y[0] as Value))
      .flat();
  return compareSeq(sorted(a), sorted(b));
}
