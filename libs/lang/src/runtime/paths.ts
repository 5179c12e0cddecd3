/** Reading and writing paths. */
import { consumeAt } from './consume';
import { display } from './display';
import { hardError } from './halt';
import { MAX_COLLECTION } from './limits';
import { HotMap, type Keys } from './hot-map';
import { shortTypeOf, typeNameOf } from './types';
import { charAt } from '../source/utf8';
import { Res, Tagged, ok, type Value } from './values';

/** Maps built alike share their keys, in which a name never changes its place. */
interface Slot {
  keys: Keys | null;
  at: number;
}
/** Keys of larger maps are not remembered. */
const MAX_KNOWN = 64;

export const slot = (): Slot => ({ keys: null, at: 0 });

/** `.name` and `["name"]`. `known`: where this mention of it was found last. */
export function prop(site: number, base: Value, name: string, known: Slot): Value {
  if (base instanceof HotMap) {
    return base.keysOf === known.keys && known.at < base.size
      ? base.valueAt(known.at)
      : found(base, name, known);
  }
  return propOf(site, base, name);
}

function found(base: HotMap, name: string, known: Slot): Value {
  const i = base.indexOfStr(name);
  if (i < 0) return null;
  // Keys that may still grow, or are many, would be kept alive here.
  if (base.keysOf.fixed && base.size <= MAX_KNOWN) {
    known.keys = base.keysOf;
    known.at = i;
  }
  return base.valueAt(i);
}

function propOf(site: number, base: Value, name: string): Value {
  const v = payload(site, base);
  if (v instanceof HotMap) return v.getStr(name) ?? null;
  if (/^\d+$/.test(name)) return element(v, Number(name));
  return null;
}

/** Looks through Results and tags. A unit variant has nothing inside. */
function payload(site: number, base: Value): Value {
  let v = base;
  while (v instanceof Tagged) v = v instanceof Res ? consumeAt(site, v) : v.val;
  return v;
}

function element(v: Value, i: number): Value {
  if (Array.isArray(v) || v instanceof Uint8Array) return v[i] ?? null;
  return typeof v === 'string' ? charAt(v, i) : null;
}

/** `[3]` */
export function at(site: number, base: Value, i: number): Value {
  if (Array.isArray(base)) return base[i] ?? null;
  const v = payload(site, base);
  if (v instanceof HotMap) return v.getStr(String(i)) ?? null;
  return element(v, i);
}

/** `[name]` */
export function dynamicAt(site: number, base: Value, rawKey: Value): Value {
  const v = payload(site, base);
  const key = consumeAt(site, rawKey);
  if (v instanceof HotMap) return v.get(key) ?? null;
  if (Array.isArray(v) || typeof v === 'string' || v instanceof Uint8Array) {
    if (typeof key === 'number' || typeof key === 'bigint') return key < 0 ? null : element(v, Number(key));
    if (typeof key === 'string') return /^\d+$/.test(key) ? element(v, Number(key)) : null;
    const kind = Array.isArray(v) ? 'Vector' : typeof v === 'string' ? 'String' : 'Bytes';
    throw hardError(site, `${kind} index must be an integer, got ${shortTypeOf(key)}`);
  }
  if (typeof key === 'string') return null;
  throw hardError(site, `Cannot access property on ${shortTypeOf(v)}`);
}

// ---- writing ----------------------------------------------------------------------------------------------------

export type Step =
  | readonly ['n', string]
  | readonly ['i', number]
  /** A dynamic key. */
  | readonly ['d', Value]
  | readonly ['a', null];

/** A copy of `root` in which the path has the value. `undefined`: the root is missing. */
export function assign(site: number, root: Value | undefined, steps: readonly Step[], value: Value): Value {
  return write(site, root ?? null, steps, 0, value);
}

function write(site: number, base: Value, steps: readonly Step[], i: number, value: Value): Value {
  const step = steps[i];
  if (step === undefined) return value;
  if (base instanceof Res) return ok(write(site, consumeAt(site, base), steps, i, value));
  if (base instanceof Tagged) {
    return new Tagged(base.type, write(site, base.unit ? HotMap.empty : base.val, steps, i, value));
  }
  if (base === null) {
    if (step[0] === 'd') {
      const key = display(consumeAt(site, step[1]), null);
      throw hardError(
        site,
        `Cannot assign dynamic key '${key}' on a missing or null parent - assign the parent first`,
      );
    }
    return write(site, step[0] === 'n' ? HotMap.empty : [], steps, i, value);
  }
  if (base instanceof HotMap) return writeMap(site, base, step, steps, i, value);
  if (Array.isArray(base)) return writeVec(site, base, step, steps, i, value);
  const name = step[0] === 'a' ? '[]' : display(step[1], null);
  throw hardError(site, `Cannot set property '${name}' on value of type ${typeNameOf(base)}`);
}

function writeMap(
  site: number,
  base: HotMap,
  step: Step,
  steps: readonly Step[],
  i: number,
  value: Value,
): Value {
  if (step[0] === 'a') throw hardError(site, 'Cannot append to a map: [] needs a vector');
  const key = step[0] === 'i' ? String(step[1]) : step[0] === 'd' ? consumeAt(site, step[1]) : step[1];
  return base.set(key, write(site, base.get(key) ?? null, steps, i + 1, value));
}

function writeVec(
  site: number,
  base: readonly Value[],
  step: Step,
  steps: readonly Step[],
  i: number,
  value: Value,
): Value {
  if (step[0] === 'a') return [...base, write(site, null, steps, i + 1, value)];
  const index = vectorIndex(site, step);
  if (index >= MAX_COLLECTION) {
    throw hardError(
      site,
      `assignment: refusing to allocate collection of ${index + 1} elements (limit ${MAX_COLLECTION}). Raise HOT_MAX_COLLECTION_SIZE if this is intentional.`,
    );
  }
  const copy = base.slice();
  while (copy.length < index) copy.push(null);
  copy[index] = write(site, base[index] ?? null, steps, i + 1, value);
  return copy;
}

function vectorIndex(site: number, step: Step): number {
  if (step[0] === 'i') return step[1];
  if (step[0] === 'n') {
    // As when read: `xs["1"]` is the second element.
    if (/^\d{1,9}$/.test(step[1])) return Number(step[1]);
    throw hardError(site, `Cannot set property '${step[1]}' on vector - property must be a valid index`);
  }
  const key = consumeAt(site, step[1] as Value);
  if (typeof key !== 'number' && typeof key !== 'bigint') {
    throw hardError(site, `Vector index must be an integer, got ${shortTypeOf(key)}`);
  }
  if (key < 0) throw hardError(site, `Vector index cannot be negative: ${key}`);
  return Number(key);
}
