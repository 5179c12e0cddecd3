/** Reading and setting along paths. */
import { consume, consumed } from './boundaries';
import { hardError } from './halt';
import { HotMap } from './hot-map';
import { isInt } from './numbers';
import { kindName, typeName } from './types';
import { Tagged, type Value } from './values';

/** `.name` and `["key"]`. */
export function getField(given: Value, name: string): Value {
  let base = given;
  if (base instanceof Tagged) base = inside(base);
  if (base instanceof HotMap) return base.getField(name) ?? null;
  if ((Array.isArray(base) || typeof base === 'string' || base instanceof Uint8Array) && /^\d+$/.test(name)) {
    return at(base as readonly Value[] | string | Uint8Array, Number(name));
  }
  return null;
}

/** A literal index. */
export function getIndex(given: Value, index: number): Value {
  const base = given instanceof Tagged ? inside(given) : given;
  if (base instanceof HotMap) return base.getField(String(index)) ?? null;
  return at(base, index);
}

/** `[expression]`. */
export function getDynamic(given: Value, key: Value): Value {
  const base = given instanceof Tagged ? inside(given) : given;
  if (base instanceof HotMap) return base.get(key) ?? null;
  if (typeof key === 'string') return getField(base, key);
  if (Array.isArray(base) || typeof base === 'string' || base instanceof Uint8Array) {
    if (!isInt(key)) {
      const kind = typeof base === 'string' ? 'String' : Array.isArray(base) ? 'Vector' : 'Bytes';
      throw hardError(`${kind} index must be an integer, got ${kindName(key)}`);
    }
    return at(base as readonly Value[] | string | Uint8Array, Number(key));
  }
  throw hardError(`Cannot access property on ${kindName(base)}`);
}

function inside(value: Tagged): Value {
  if (value.result !== 0) return getPayload(consume(value));
  return value.payload ?? null;
}

function getPayload(value: Value): Value {
  return value instanceof Tagged ? (value.payload ?? null) : value;
}

function at(base: Value, index: number): Value {
  if (index < 0) return null;
  if (Array.isArray(base)) return (base as readonly Value[])[index] ?? null;
  if (typeof base === 'string') return [...base][index] ?? null;
  return base instanceof Uint8Array ? (base[index] ?? null) : null;
}

/** `f` field, `i` literal index, `d` dynamic key, `a` append. */
export type Step = readonly ['f', string] | readonly ['i', number] | readonly ['d', Value] | readonly ['a'];

/** A copy of `root` (undefined: missing) with the value at the path. */
export function setPath(root: Value | undefined, steps: readonly Step[], value: Value, depth = 0): Value {
  const step = steps[depth];
  if (step === undefined) return value;
  if (root instanceof Tagged) {
    if (root.result === 2) throw consumed(root.payload ?? null);
    return new Tagged(root.tag, setPath(root.payload ?? new HotMap(), steps, value, depth));
  }
  const base = root ?? emptyFor(step);
  const next = (child: Value | undefined): Value => setPath(child ?? undefined, steps, value, depth + 1);
  if (step[0] === 'a') {
    if (!Array.isArray(base)) throw hardError(`Cannot append to a value of type ${typeName(base)}`);
    return [...(base as readonly Value[]), next(undefined)];
  }
  const key: Value = step[0] === 'i' ? step[1] : step[1];
  if (base instanceof HotMap) {
    const name = step[0] === 'i' ? String(step[1]) : key;
    return base.copy().put(name, next(base.get(name)));
  }
  if (!Array.isArray(base)) throw hardError(`Cannot set property '${String(key)}' on value of type ${typeName(base)}`);
  return setElement(base as readonly Value[], step, key, next);
}

function setElement(list: readonly Value[], step: Step, key: Value, next: (child: Value | undefined) => Value): Value {
  if (step[0] === 'f' || typeof key === 'string') {
    throw hardError(`Cannot set property '${String(key)}' on vector - property must be a valid index`);
  }
  if (!isInt(key)) throw hardError(`Vector index must be an integer, got ${kindName(key)}`);
  const index = Number(key);
  if (index < 0) throw hardError(`Vector index cannot be negative: ${index}`);
  if (index > 16_777_216) throw hardError(`Vector index ${index} is beyond the limit of 16777216 elements`);
  const copy = [...list];
  while (copy.length < index) copy.push(null);
  copy[index] = next(list[index]);
  return copy;
}

function emptyFor(step: Step): Value {
  if (step[0] === 'd') {
    throw hardError(`Cannot assign dynamic key ${String(step[1])} on a missing or null parent - set it to a map or vector first`);
  }
  return step[0] === 'f' ? new HotMap() : [];
}
