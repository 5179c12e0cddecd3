/** What generated code may touch: this object and nothing else. */
import { CONTROL_BEAT, CONTROL_DEADLINE, CONTROL_HEADER_WORDS, CONTROL_NOW, CONTROL_RUNNING, CONTROL_STOP, CONTROL_WORDS_PER_SLOT, STOP_REASONS } from '../embed';
import { consume, truthy } from './boundaries';
import { callFn, force, functionOf, invoke } from './calls';
import { str } from './display';
import { equals } from './equality';
import { Halt, hardError } from './halt';
import { HotMap } from './hot-map';
import { addInt, compareNumbers, mulInt, subInt } from './numbers';
import { getDynamic, getField, getIndex, setPath } from './paths';
import type { RuntimeProgram } from './program';
import type { RunContext } from './run-context';
import { constructRef, fitness, hasType, typeName, variant } from './types';
import { Dec, Definition, Fn, NamespaceValue, ok, Tagged, Thunk, TypeValue, type HotFunction, type Value } from './values';

/** Calls between two looks at the control words. */
const FUEL = 512;

export type NativeCode = (rc: RunContext, ...args: Value[]) => Value;

export function createRt(
  programOf: () => RuntimeProgram,
  natives: ReadonlyMap<string, { readonly code: NativeCode; readonly fn: Fn }>,
): Record<string, unknown> {
  const rt = Object.create(null) as Record<string, unknown>;
  const define = (members: Record<string, unknown>): void => {
    for (const [name, value] of Object.entries(members)) rt[name] = value;
  };
  define({ C: consume, T: truthy, S: str, Dec, Th: Thunk, fuel, deep, field: getField, index: getIndex, dyn: getDynamic });
  define({ setPath, force, eq: equals, call, pick, spread, tr, add, sub, mul, lt, gt, lte, gte });
  define({
    fnRef: (id: number) => programOf().fn(id),
    closure: (id: number, code: readonly HotFunction[]) => closure(programOf(), id, code),
    lambda: (params: number, code: HotFunction) =>
      new Fn('$fn', [{ fixed: params, variadic: false, lazy: [], raw: [], types: [], code }], true),
    native: (name: string) => natives.get(name)?.code ?? missing(name),
    nativeRef: (name: string) => natives.get(name)?.fn ?? new Fn(name, [], false),
    type: (ref: number, name: string) => new TypeValue(name, ref),
    ns: (name: string) => new NamespaceValue(name),
    construct: (rc: RunContext, ref: number, args: readonly Value[]) => constructRef(rc, ref, args),
    variant: (rc: RunContext, type: number, name: string, args: readonly Value[]) => {
      const table = rc.program.tables.types[type];
      return table === undefined ? null : variant(rc, table, name, args);
    },
    unit: (tag: string) => new Tagged(tag, undefined),
    cell: (rc: RunContext, id: number) => rc.cells[id] ?? rc.program.shared[id] ?? null,
    map: (...parts: readonly (readonly [string | null, Value])[]) => mapOf(parts),
    asResult: (value: Value) => (value instanceof Tagged && value.result !== 0 ? value : ok(value)),
    payload: (value: Value) => (value instanceof Tagged ? (value.payload ?? null) : value),
    is: hasType,
    fits: (rc: RunContext, value: Value, ref: number) => fitness(rc, value, ref) > 0,
    kind: (value: Value, name: string) => typeName(value) === name,
    gather: (shape: string, pairs: readonly (readonly [string, Value])[]) =>
      shape === 'map' ? HotMap.of(pairs) : shape === 'vec' ? pairs.map(([, value]) => value) : (pairs.at(-1)?.[1] ?? null),
    arms,
    par,
    raw: (value: Value) => HotMap.of([['ok', value]]),
    halt: (message: string) => {
      throw hardError(message);
    },
    definition: (
      name: string,
      fullName: string | null,
      meta: Value,
      type: string | null,
      place: Definition['place'],
      value: HotFunction,
    ) => new Definition(name, fullName, meta, type, place, new Thunk(value)),
    unset: (value: Value | undefined, name: string) => {
      if (value === undefined) throw hardError(`'${name}' is used before it is defined`);
      return value;
    },
  });
  return Object.freeze(rt);
}

function missing(name: string): NativeCode {
  return () => {
    throw hardError(`Function not found: ${name}`);
  };
}

/** Looks at the control words: stop, deadline; tells that it is alive. */
export function fuel(rc: RunContext): void {
  rc.f = FUEL;
  const { words, slot } = rc.control;
  words[CONTROL_RUNNING] = slot + 1;
  words[CONTROL_BEAT] = ((words[CONTROL_BEAT] ?? 0) + 1) | 0;
  const base = CONTROL_HEADER_WORDS + slot * CONTROL_WORDS_PER_SLOT;
  const stop = words[base + CONTROL_STOP] ?? 0;
  const deadline = words[base + CONTROL_DEADLINE] ?? 0;
  if (stop === STOP_REASONS.cancelled) throw new Halt('stopped', 'Run cancelled', null);
  if (stop === STOP_REASONS.memory) throw new Halt('memory', 'Run exceeded its memory limit', null);
  if (stop === STOP_REASONS.shutdown) throw new Halt('shutdown', 'The worker is shutting down', null);
  if (stop === STOP_REASONS.timeout || (deadline !== 0 && (words[CONTROL_NOW] ?? 0) > deadline)) {
    throw new Halt('timeout', 'Run timed out', null);
  }
}

export function deep(rc: RunContext): never {
  throw hardError(
    `Function call recursion limit reached (depth ${rc.d}, max ${rc.m}). Use a tail call, or a function of the library, instead of so deep a recursion.`,
  );
}

function call(rc: RunContext, site: number, callee: Value, args: readonly Value[]): Value {
  rc.calls += 1;
  if (rc.t === null) return callFn(rc, callee, args);
  const target = functionOf(rc, callee);
  const name = target instanceof Fn || target instanceof TypeValue ? target.name : '<value>';
  return recorded(rc, site, name, args, () => callFn(rc, target, args));
}

/** A named function with several overloads that may be meant. */
function pick(rc: RunContext, site: number, id: number, candidates: readonly number[], args: readonly Value[]): Value {
  const fn = rc.program.fn(id);
  const overloads = candidates.flatMap((index) => fn.overloads[index] ?? []);
  rc.calls += 1;
  if (rc.t === null) return invoke(rc, fn, overloads, args, false);
  return recorded(rc, site, fn.name, args, () => invoke(rc, fn, overloads, args, false));
}

/** A call whose target is known, recorded. */
function tr(rc: RunContext, site: number, code: HotFunction, name: string, args: readonly Value[]): Value {
  return recorded(rc, site, name, args, () => code(rc, ...args));
}

function recorded(rc: RunContext, site: number, name: string, args: readonly Value[], run: () => Value): Value {
  const open = rc.t?.begin(name, site, args) ?? null;
  if (open === null) return run();
  try {
    const result = run();
    rc.t?.end(open, result instanceof Tagged && result.result === 1 ? (result.payload ?? null) : result);
    return result;
  } catch (error) {
    rc.t?.fail(open, error instanceof Halt ? error.message : 'internal error');
    throw error;
  }
}

function spread(value: Value): readonly Value[] {
  const list = consume(value);
  if (Array.isArray(list)) return list as readonly Value[];
  if (list === null) return [];
  throw hardError('Only a Vec can be spread here');
}

function closure(program: RuntimeProgram, id: number, code: readonly HotFunction[]): Fn {
  const table = program.tables.functions[id];
  const overloads = (table?.overloads ?? []).map((overload, index) => ({ ...overload, code: code[index] ?? (() => null) }));
  return new Fn(table?.name ?? '$fn', overloads, true);
}

function mapOf(parts: readonly (readonly [string | null, Value])[]): HotMap {
  const map = new HotMap();
  for (const [key, value] of parts) {
    if (key !== null) {
      map.put(key, value);
      continue;
    }
    const spreadValue = consume(value);
    const source = spreadValue instanceof Tagged ? spreadValue.payload : spreadValue;
    if (source instanceof HotMap) for (const [k, v] of source.entries()) map.put(k, v);
    else if (source !== null && source !== undefined) throw hardError('Only a Map can be spread into a map');
  }
  return map;
}

interface Arm {
  readonly key: string;
  readonly test: (rc: RunContext) => boolean;
  readonly body: HotFunction;
}

/** Flows that collect: every arm (all) or the first that fits. */
function arms(rc: RunContext, all: boolean, shape: string, list: readonly Arm[]): Value {
  const pairs: [string, Value][] = [];
  for (const arm of list) {
    if (!arm.test(rc)) continue;
    pairs.push([arm.key, arm.body(rc)]);
    if (!all) break;
  }
  if (shape === 'map') return HotMap.of(pairs);
  return shape === 'vec' ? pairs.map(([, value]) => value) : (pairs.at(-1)?.[1] ?? null);
}

/** One statement of a parallel flow: an error says which one it was. */
function par(rc: RunContext, name: string | null, code: HotFunction): Value {
  try {
    return code(rc);
  } catch (error) {
    if (!(error instanceof Halt) || (error.kind !== 'error' && error.kind !== 'consumed')) throw error;
    const which = name === null ? '' : ` of '${name}'`;
    throw new Halt(error.kind, `Parallel execution${which} failed: ${error.message}`, error.payload);
  }
}

// Arithmetic and comparison of numbers, the common case inline; everything else is the library's business.
let slow: (name: string) => NativeCode = missing;
export function setArithmetic(lookup: (name: string) => NativeCode): void {
  slow = lookup;
}

const both = (a: Value, b: Value): boolean => typeof a === 'number' && typeof b === 'number';

function add(rc: RunContext, a: Value, b: Value): Value {
  return both(a, b) ? addInt(a as number, b as number) : slow('add')(rc, a, b);
}
function sub(rc: RunContext, a: Value, b: Value): Value {
  return both(a, b) ? subInt(a as number, b as number) : slow('sub')(rc, a, b);
}
function mul(rc: RunContext, a: Value, b: Value): Value {
  return both(a, b) ? mulInt(a as number, b as number) : slow('mul')(rc, a, b);
}
function lt(rc: RunContext, a: Value, b: Value): Value {
  return both(a, b) ? (a as number) < (b as number) : slow('lt')(rc, a, b);
}
function gt(rc: RunContext, a: Value, b: Value): Value {
  return both(a, b) ? (a as number) > (b as number) : slow('gt')(rc, a, b);
}
function lte(rc: RunContext, a: Value, b: Value): Value {
  return both(a, b) ? compareNumbers(a as number, b as number) <= 0 : slow('lte')(rc, a, b);
}
function gte(rc: RunContext, a: Value, b: Value): Value {
  return both(a, b) ? compareNumbers(a as number, b as number) >= 0 : slow('gte')(rc, a, b);
}
