import { callFn } from '../runtime/calls';
import { hardError } from '../runtime/halt';
import { HotMap } from '../runtime/hot-map';
import { consume } from '../runtime/boundaries';
import type { RunContext } from '../runtime/run-context';
import { kindName } from '../runtime/types';
import { err, Fn, NamespaceValue, Tagged, Thunk, TypeValue, type Value } from '../runtime/values';

/** A callback of the library: arguments as they are; Ok is its payload, Err halts. */
export function callback(rc: RunContext, f: Value, args: readonly Value[]): Value {
  return consume(callFn(rc, named(rc, f), args, true));
}

/** As callback, but an Err stays a value. */
export function callbackKeeping(rc: RunContext, f: Value, args: readonly Value[]): Value {
  const result = callFn(rc, named(rc, f), args, true);
  return result instanceof Tagged && result.result === 1 ? (result.payload ?? null) : result;
}

function named(rc: RunContext, f: Value): Value {
  if (typeof f !== 'string') return f;
  return rc.program.entry(f) ?? f;
}

export function requireFn(rc: RunContext, f: Value, who: string): void {
  const isFn =
    f instanceof Fn ||
    f instanceof TypeValue ||
    f instanceof Thunk ||
    (f instanceof Tagged && f.tag === '::hot::type/Fn') ||
    (typeof f === 'string' && rc.program.entry(f) !== null);
  if (!isFn) throw hardError(`${who} expects a function, got ${kindName(f)}`);
}

/** Kind errors of the everyday functions stop at once. */
export function kindError(message: string): never {
  throw hardError(message);
}

export const fail = (message: string): Tagged => err(message);

/** Maps behind tags count as maps. */
export function asMap(value: Value): HotMap | null {
  if (value instanceof HotMap) return value;
  return value instanceof Tagged && value.result === 0 && value.payload instanceof HotMap ? value.payload : null;
}

export const isVec = (value: Value): value is readonly Value[] => Array.isArray(value);

export const chars = (text: string): Value[] => [...text];

export const lazyValue = (rc: RunContext, value: Value): Value => (value instanceof Thunk ? value.code(rc) : value);

export const nameOf = (value: Value): string | null => {
  if (typeof value === 'string') return value;
  if (value instanceof Fn || value instanceof TypeValue || value instanceof NamespaceValue) return value.name;
  return value instanceof Tagged && typeof value.payload === 'string' ? value.payload : null;
};
