/** Declared types at run time: which values they accept, and which overload is meant. */
import { Dec } from './dec';
import { equal } from './equality';
import { HotMap } from './hot-map';
import { Byte, Handle, HotFn, Tagged, Thunk, TypeInfo, TypeValue, type TypeTest, type Value } from './values';

export const TYPE_NS = '::hot::type/';
export const ITER_TYPE = new TypeInfo('::hot::iter/Iter');
export const FN_TYPE = new TypeInfo('::hot::type/Fn');
export const NAMESPACE_TYPE = new TypeInfo('::hot::type/Namespace');

/** `Int`, `Str`, … for values without a tag; null for those with a type of their own. */
export function kindOf(v: Value): string | null {
  if (v === null) return 'Null';
  switch (typeof v) {
    case 'boolean':
      return 'Bool';
    case 'number':
    case 'bigint':
      return 'Int';
    case 'string':
      return 'Str';
    default:
      break;
  }
  if (Array.isArray(v)) return 'Vec';
  if (v instanceof HotMap) return 'Map';
  if (v instanceof Dec) return 'Dec';
  if (v instanceof HotFn || v instanceof TypeValue || v instanceof Thunk) return 'Fn';
  if (v instanceof Byte) return 'Byte';
  if (v instanceof Uint8Array) return 'Bytes';
  return null;
}

/** Full type name. */
export function typeNameOf(v: Value): string {
  if (v instanceof Tagged) return v.type.name;
  if (v instanceof Handle) return v.type.name;
  return `${TYPE_NS}${kindOf(v) ?? 'Any'}`;
}

/** Name as messages show it: `Int`, `Str`, `::ns/T`. */
export function shortTypeOf(v: Value): string {
  return kindOf(v) ?? typeNameOf(v);
}

/** The value's type is that type, or a variant of that enum. By name: two programs' types may meet in data. */
export function hasType(v: Value, name: string): boolean {
  const own = typeNameOf(v);
  return own === name || (own.length > name.length && own.startsWith(name) && own[name.length] === '.');
}

/** How exactly a declared type accepts a value; 0: not. */
export function acceptance(test: TypeTest, v: Value): number {
  switch (test.kind) {
    case 'any':
      return 1;
    case 'builtin':
      return builtinAcceptance(test.name, v);
    case 'named':
      return namedAcceptance(test.info, v);
    case 'literal':
      return equal(test.value, v) ? 7 : 0;
    case 'union': {
      let best = 0;
      for (const member of test.members) best = Math.max(best, acceptance(member, v));
      return Math.min(best, 4);
    }
    case 'generic':
      return acceptance(test.base, v);
  }
}

function builtinAcceptance(name: string, v: Value): number {
  if (name === 'Any') return 1;
  const kind = kindOf(v);
  if (kind === name) return 6;
  if (name === 'Dec' && kind === 'Int') return 3;
  if (name === 'Map' && v instanceof Tagged && v.val instanceof HotMap) return 2;
  if (v instanceof Tagged) return v.type.name === TYPE_NS + name ? 6 : 0;
  return 0;
}

function namedAcceptance(info: TypeInfo, v: Value): number {
  if (v instanceof Tagged || v instanceof Handle) {
    const own = v.type;
    if (own === info || own.name === info.name) return 6;
    if (hasType(v, info.name)) return 5;
  }
  const { def } = info;
  if (def?.kind === 'alias' && def.target !== null) return Math.min(acceptance(def.target, v), 4);
  return 0;
}

/** A type as a pattern of `match`: no Dec for Int, no tagged value for Map. */
export function matchesType(test: TypeTest, v: Value): boolean {
  switch (test.kind) {
    case 'any':
      return true;
    case 'builtin':
      return kindOf(v) === test.name || (v instanceof Tagged && v.type.name === TYPE_NS + test.name);
    case 'named': {
      if (hasType(v, test.info.name)) return true;
      const { def } = test.info;
      return def?.kind === 'alias' && def.target !== null && matchesType(def.target, v);
    }
    case 'literal':
      return equal(test.value, v);
    case 'union':
      return test.members.some((m) => matchesType(m, v));
    case 'generic':
      return matchesType(test.base, v);
  }
}

export interface OverloadShape {
  readonly fixed: number;
  readonly variadic: boolean;
}

/**
 * Which of the candidates a call means. `convert` tells whether an argument could be made to fit a parameter.
 * `converted` says that the arguments must be converted.
 */
export function chooseOverload(
  overloads: readonly OverloadShape[],
  candidates: readonly number[],
  params: readonly (readonly TypeTest[])[],
  args: readonly Value[],
  convertible: (test: TypeTest, v: Value) => boolean,
): { readonly index: number; readonly converted: boolean } {
  const n = args.length;
  let best = -1;
  let bestScore = 0;
  for (const i of candidates) {
    const shape = overloads[i];
    if (shape?.fixed !== n || shape.variadic) continue;
    const score = scoreOf(params[i] ?? [], args);
    if (score > bestScore) {
      best = i;
      bestScore = score;
    }
  }
  if (best >= 0) return { index: best, converted: false };
  const same = candidates.filter((i) => overloads[i]?.fixed === n && overloads[i]?.variadic === false);
  const reachable = same.filter((i) =>
    (params[i] ?? []).every((t, k) => {
      const arg = args[k];
      return arg === undefined || acceptance(t, arg) > 0 || convertible(t, arg);
    }),
  );
  const [only] = reachable;
  if (reachable.length === 1 && only !== undefined) return { index: only, converted: true };
  const last = same[same.length - 1];
  if (last !== undefined) return { index: last, converted: false };
  return { index: byCount(overloads, candidates, n), converted: false };
}

/** Sum over the parameters; 0 when one does not accept. No parameters: 1. */
function scoreOf(params: readonly TypeTest[], args: readonly Value[]): number {
  let score = 1;
  for (let k = 0; k < params.length; k++) {
    const test = params[k];
    const arg = args[k];
    if (test === undefined || arg === undefined) return 0;
    const one = acceptance(test, arg);
    if (one === 0) return 0;
    score += one;
  }
  return score;
}

/** Variadic ones that fit, more fixed parameters first; else the nearest arity. */
export function byCount(
  overloads: readonly OverloadShape[],
  candidates: readonly number[],
  n: number,
): number {
  let best = -1;
  for (const i of candidates) {
    const o = overloads[i];
    if (!o?.variadic || o.fixed > n) continue;
    if (best < 0 || o.fixed > (overloads[best]?.fixed ?? -1)) best = i;
  }
  if (best >= 0) return best;
  let distance = Infinity;
  for (const i of candidates) {
    const o = overloads[i];
    if (!o) continue;
    const away = Math.abs(o.fixed - n);
    if (away < distance) {
      best = i;
      distance = away;
    }
  }
  return best;
}
