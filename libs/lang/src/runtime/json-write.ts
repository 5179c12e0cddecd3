/** Values → JSON text: compact, in insertion order, exact numbers. */
import { Dec, decToString } from './dec';
import { display } from './display';
import { HotMap, type Keys } from './hot-map';
import { Byte, Handle, HotFn, Tagged, TypeValue, type Value } from './values';

export const MAX_JSON_DEPTH = 256;

/** Thrown for nesting beyond the limit; callers turn it into their own failure. */
export class JsonDepthError extends Error {}

const NEEDS_ESCAPE = /[\u0000-\u001f"\\\ud800-\udfff]/;

/** For shorter texts, starting a regular expression takes longer than looking. */
const SHORT = 24;

export function quote(s: string): string {
  if (s.length > SHORT) return s.length < 4000 && !NEEDS_ESCAPE.test(s) ? `"${s}"` : JSON.stringify(s);
  for (let i = 0; i < s.length; i++) {
    const c = s.charCodeAt(i);
    if (c < 32 || c === 34 || c === 92 || (c >= 0xd800 && c <= 0xdfff)) return JSON.stringify(s);
  }
  return `"${s}"`;
}

/** `"name":`, made once for all maps that share the keys. */
export function keyText(keys: Keys, i: number): string {
  const texts = (keys.texts ??= []);
  const known = texts[i];
  if (known !== undefined) return known;
  const key = keys.original(i);
  return (texts[i] = `${quote(typeof key === 'string' ? key : display(key, null))}:`);
}

/** `mark`: what a function or handle becomes; a string for `to-json`, a `$box` object on the wire. */
export function writeJson(v: Value, wire: boolean, depth = 0): string {
  switch (typeof v) {
    case 'string':
      return quote(v);
    case 'number':
      return String(v);
    case 'bigint':
    case 'boolean':
      return String(v);
    default:
      break;
  }
  if (v === null) return 'null';
  if (depth >= MAX_JSON_DEPTH && isNested(v)) throw new JsonDepthError();
  if (v instanceof HotMap) return writeMap(v, wire, depth);
  if (Array.isArray(v)) {
    let out = '[';
    for (let i = 0; i < v.length; i++) {
      if (i > 0) out += ',';
      out += writeJson(v[i] as Value, wire, depth + 1);
    }
    return `${out}]`;
  }
  if (v instanceof Tagged) {
    const tag = `{"$type":${quote(v.type.name)}`;
    if (v.type.flat && v.val instanceof HotMap) {
      return v.val.size === 0 ? `${tag}}` : `${tag},${writeMap(v.val, wire, depth).slice(1)}`;
    }
    return v.unit ? `${tag}}` : `${tag},"$val":${writeJson(v.val, wire, depth + 1)}}`;
  }
  if (v instanceof Dec) return decJson(v);
  if (v instanceof Byte) return `{"$type":"::hot::type/Byte","$val":${v.n}}`;
  if (v instanceof Uint8Array) return `{"$type":"::hot::type/Bytes","$val":[${Array.from(v).join(',')}]}`;
  if (v instanceof TypeValue) return quote(v.info.name);
  return wire ? `{"$box":${quote(boxName(v))}}` : quote(boxName(v));
}

/** A value with others inside: one more level. */
function isNested(v: Value): boolean {
  return Array.isArray(v) || v instanceof HotMap || (v instanceof Tagged && !v.unit);
}

function boxName(v: Value): string {
  if (v instanceof HotFn) return v.name ?? '<function>';
  return v instanceof Handle ? v.type.name : '<thunk>';
}

/** Scientific text of a Dec (`1e+20`, `1E-7`) is a JSON number too. */
function decJson(v: Dec): string {
  return decToString(v);
}

function writeMap(m: HotMap, wire: boolean, depth: number): string {
  const { keysOf } = m;
  let out = '{';
  for (let i = 0; i < m.size; i++) {
    const name = keyText(keysOf, i);
    if (i > 0) out += ',';
    out += name;
    out += writeJson(m.valueAt(i), wire, depth + 1);
  }
  return `${out}}`;
}
