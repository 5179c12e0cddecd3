/** What generated code is handed: nothing else is within its reach. */
import type { ConstJson, TypeJson } from '../compile/tables';
import { add, eq, gt, gte, lt, lte, mod, mul, ne, sub } from './arith';
import {
  asThunk,
  cannotWait,
  dynamic,
  dynamicAsync,
  force,
  forceAsync,
  makeFn,
  waits,
  waitsFor,
  withParams,
  type Row,
} from './call';
import { consumeAt, truthy } from './consume';
import { Definition } from './definition';
import { display } from './display';
import { equal } from './equality';
import { asHalt, Halt, hardError } from './halt';
import { HotMap, Keys, MapBuilder } from './hot-map';
import { assign, at, dynamicAt, prop, slot } from './paths';
import { constValue, metaValue, type ProgramRt } from './program-rt';
import { retag } from './retag';
import { chooseOverload, matchesType, NAMESPACE_TYPE, TYPE_NS } from './types';
import {
  HotFn,
  ok,
  Res,
  SUSPENDS,
  Tagged,
  Thunk,
  TypeInfo,
  TypeValue,
  type AsyncEntry,
  type Entry,
  type Fiber,
  type Suspends,
  type TypeTest,
  type Value,
} from './values';
import { frames } from './frames';

const MAX_ARGUMENTS = 255;
const MAX_SPREAD = 16_777_216;

/** Names of generated code (`RUNTIME_NAMES`) → what they are. */
export function operations(program: ProgramRt): Readonly<Record<string, unknown>> {
  const { construct } = program;
  return Object.freeze({
    // Results and truth
    c: consumeAt,
    truthy,
    asResult: (v: Value): Value => (v instanceof Res ? v : ok(v)),
    raw: (v: Value): Value => HotMap.of([['ok', v]]),
    // numbers and equality
    add,
    sub,
    mul,
    mod,
    lt,
    lte,
    gt,
    gte,
    eq,
    ne,
    same: equal,
    dec: (v: ConstJson): Value => constValue(v),
    // frames
    ...frames,
    up,
    resume: (fb: Fiber, v: Value): Value => fb.r.resume(v),
    halt,
    unset,
    cannotWait: (site: number, name: string): never => {
      throw cannotWait(site, name);
    },
    // collections
    HotMap,
    EMPTY: HotMap.empty,
    keys: keysOf,
    pairs,
    mapOf: (site: number, list: readonly Value[]): Value => mapOf(program, site, list),
    spread,
    arguments_: checkArguments,
    lastOf: (values: readonly Value[]): Value => values[values.length - 1] ?? null,
    prop,
    slot,
    at,
    dynamicAt,
    assign,
    str: (fb: Fiber, d: number, site: number, v: Value): string =>
      typeof v === 'string' ? v : strOf(fb, d, site, v),
    // calls
    thunk: (s: (() => Value) | null, a: (() => Promise<Value>) | null): Thunk => new Thunk(s, a),
    asThunk,
    force,
    forceAsync,
    waits,
    waitsFor: (f: Value, args: readonly Value[]): boolean => waitsFor(program, f, args),
    lambda,
    withParams,
    closure: (fn: number, x: number, rows: readonly Row[]): HotFn => makeFn(program, fn, null, x, rows),
    F: (fn: number): HotFn => program.fn(fn),
    dynamic,
    dynamicAsync,
    choose: (fb: Fiber, d: number, site: number, fn: number, candidates: readonly number[], args: Value[]) =>
      choose(program, fb, d, site, fn, candidates, args),
    /** A conversion that may wait: `converting(make, fb, …)`. */
    converting: <A extends readonly unknown[], T>(
      once: (fb: Fiber, ...args: A) => T,
      fb: Fiber,
      ...args: A
    ): Promise<T> => construct.waiting(once, fb, ...args),
    coerce: (fb: Fiber, d: number, site: number, test: TypeTest, v: Value): Value =>
      construct.coerce(fb, d, site, test, v),
    // types
    convertTo: (_fb: Fiber, _d: number, _site: number, _test: TypeTest, v: Value): Value => v,
    make: (fb: Fiber, d: number, site: number, info: TypeInfo, v: Value | undefined): Value =>
      construct.make(fb, d, site, info, v),
    makeVariant: (fb: Fiber, d: number, site: number, info: TypeInfo, v: Value | undefined): Value =>
      construct.makeVariant(fb, d, site, info, v),
    isPlainMap: (v: Value): boolean => v instanceof HotMap,
    isOwn: (info: TypeInfo, v: Value): boolean => v instanceof Tagged && v.type.name === info.name,
    matches: (v: Value, test: TypeTest): boolean => matchesType(test, v),
    isVariant: (v: Value, info: TypeInfo): boolean =>
      v instanceof Tagged && (v.type === info || v.type.name === info.name),
    type: (i: number): TypeInfo | undefined => program.types[i],
    variant: (i: number, name: string): TypeInfo => program.variantInfo(i, name),
    test: (type: TypeJson): TypeTest => program.test(type),
    typeValue: (i: number): Value => {
      const info = program.types[i];
      return info ? construct.typeValue(info, i) : null;
    },
    builtinType: (name: string): Value => builtinType(program, name),
    nativeValue: (name: string): HotFn => program.nativeFn(name),
    variantValue: (info: TypeInfo): Value => variantValue(program, info),
    namespace: (name: string): Value => new Tagged(NAMESPACE_TYPE, name),
    definition: (i: number, value: Value): Value => {
      const entry = program.tables.definitions[i];
      return entry
        ? new Definition(
            entry,
            program.tables.files[entry.file] ?? null,
            entry.meta === null ? null : metaValue(entry.meta),
            value,
          )
        : null;
    },
    shared: program.shared,
    parallel,
    parallelFailed,
    natives: program.natives,
  });
}

// ---- frames -------------------------------------------------------------------------------------------------------

function up(e: unknown, call: number, site: number, d: number): Halt {
  return asHalt(e, 0).push(call, site, d);
}

function halt(site: number, message: string): never {
  throw hardError(site, message);
}

function unset<T>(v: T | undefined, name: string): T {
  if (v === undefined) throw hardError(0, `Variable '${name}' is used before it has a value`);
  return v;
}

// ---- collections ----------------------------------------------------------------------------------------------------

/** Keys of a map literal, made once per program. */
function keysOf(names: readonly string[]): Keys {
  const keys = new Keys([], true);
  for (const name of names) keys.push(name.charCodeAt(0) === 0 ? `\0s${name}` : name, name);
  return keys;
}

function pairs(names: readonly string[], values: readonly Value[]): Value {
  const b = new MapBuilder();
  names.forEach((name, i) => {
    b.set(name, values[i] ?? null);
  });
  return b.done();
}

/** A literal with spreads, repeated keys or `$type`: key, value, key, value …; a null key spreads. */
function mapOf(program: ProgramRt, site: number, list: readonly Value[]): Value {
  const b = new MapBuilder();
  for (let i = 0; i < list.length; i += 2) {
    const key = list[i] ?? null;
    const value = list[i + 1] ?? null;
    if (key !== null) {
      b.set(key, value);
      continue;
    }
    let source = consumeAt(site, value);
    if (source instanceof Tagged) source = source.val;
    if (source === null) continue;
    if (!(source instanceof HotMap)) throw hardError(site, `Cannot spread ${kindText(source)} into a map`);
    for (let k = 0; k < source.size; k++) b.set(source.keyAt(k), source.valueAt(k));
  }
  const map = b.done();
  return map.getStr('$type') === undefined ? map : retag(map, program.typeNamed);
}

function spread(site: number, v: Value): readonly Value[] {
  const source = consumeAt(site, v);
  if (Array.isArray(source)) {
    if (source.length > MAX_SPREAD) throw hardError(site, 'Too many elements to spread');
    return source;
  }
  if (source === null) return [];
  throw hardError(site, `Cannot spread ${kindText(source)}: only a Vec`);
}

function kindText(v: Value): string {
  return Array.isArray(v) ? 'a Vec' : v instanceof HotMap ? 'a Map' : `'${display(v, null)}'`;
}

function checkArguments(site: number, args: Value[]): Value[] {
  if (args.length > MAX_ARGUMENTS)
    throw hardError(site, `Too many arguments: ${args.length} (limit ${MAX_ARGUMENTS})`);
  return args;
}

/** `Str(v)`, arrows included. */
export function strOf(fb: Fiber, d: number, site: number, raw: Value): string {
  const v = consumeAt(site, raw);
  if (typeof v === 'string') return v;
  if (typeof v === 'number') return String(v);
  const { construct } = fb.r.program;
  return display(v, (tagged, depth) => construct.strOf(fb, d, site, tagged, depth));
}

// ---- functions ------------------------------------------------------------------------------------------------------

const noAsync: AsyncEntry = async (_fb, _d, site) => {
  throw cannotWait(site, '<function>');
};
const noSync: Entry = (_fb, _d, site) => {
  throw cannotWait(site, '<function>');
};

function lambda(s: Entry | null, a: AsyncEntry | null, x: number, arity: number): HotFn {
  return new HotFn(null, s ?? noSync, a ?? noAsync, x as Suspends, 0, 0, arity);
}

/** What is not evaluated yet has no kind. */
function evaluated(args: readonly Value[]): readonly Value[] {
  for (const arg of args) {
    if (arg instanceof Thunk) return args.map((v) => (v instanceof Thunk ? null : v));
  }
  return args;
}

function choose(
  program: ProgramRt,
  fb: Fiber,
  d: number,
  site: number,
  fn: number,
  candidates: readonly number[],
  args: Value[],
): number {
  const params = program.paramsOf(fn) ?? [];
  const shapes = program.shapesOf(fn);
  const choice = chooseOverload(shapes, candidates, params, evaluated(args), (t, v) =>
    program.convertible(t, v),
  );
  if (choice.converted) {
    // Into the list when all are made: this may be begun anew until then.
    const made = (params[choice.index] ?? []).map((test, i) => {
      const arg = args[i];
      return arg === undefined || arg instanceof Thunk ? arg : construct(program, fb, d, site, test, arg);
    });
    made.forEach((arg, i) => {
      if (arg !== undefined) args[i] = arg;
    });
  }
  return choice.index;
}

function construct(program: ProgramRt, fb: Fiber, d: number, site: number, test: TypeTest, v: Value): Value {
  return program.coerce(fb, d, site, test, v);
}

function builtinType(program: ProgramRt, name: string): Value {
  const full = TYPE_NS + name;
  const fn = Object.hasOwn(program.natives, full)
    ? program.nativeFn(full)
    : new HotFn(
        full,
        (_fb, _d, _s, v) => v ?? null,
        async (_fb, _d, _s, v) => v ?? null,
        SUSPENDS.never,
        0,
        0,
        -1,
      );
  return new TypeValue(new TypeInfo(full), fn);
}

function variantValue(program: ProgramRt, info: TypeInfo): Value {
  const payload = info.parent?.def?.variants.get(info.variant ?? '')?.payload ?? null;
  if (payload === null) return new Tagged(info, null, true);
  const { construct } = program;
  const s: Entry = (fb, d, site, v) => construct.makeVariant(fb, d, site, info, v);
  const waits = payload.kind === 'named' && construct.mayWait(payload.info);
  const a: AsyncEntry = async (fb, d, site, v) =>
    waits ? construct.waiting(s, fb, d, site, v ?? null) : s(fb, d, site, v ?? null);
  return new TypeValue(info, new HotFn(info.name, s, a, waits ? SUSPENDS.maybe : SUSPENDS.never, 0, 0, -1));
}

// ---- parallel -------------------------------------------------------------------------------------------------------

function parallelFailed(e: unknown, name: string | null): Halt {
  const halted = asHalt(e, 0);
  if (halted.kind === 'stop') return halted;
  const head = name === null ? 'Parallel execution failed' : `Parallel execution of '${name}' failed`;
  const wrapped = new Halt(
    halted.kind,
    `${head}: ${halted.message}`,
    halted.payload,
    halted.site,
    halted.cause,
  );
  wrapped.frames.push(...halted.frames);
  return wrapped;
}

/** Statements of one level: all are started, each on a fibre of its own; the first halt in source order counts. */
async function parallel(
  fb: Fiber,
  items: readonly (readonly [string | null, (fb: Fiber) => Promise<void>])[],
): Promise<null> {
  const { r } = fb;
  const ends = await Promise.allSettled(
    items.map(async ([, run]) => {
      const child = r.fiber(fb.tp);
      try {
        await run(child);
      } catch (e) {
        const halted = asHalt(e, 0);
        r.unwind(child, fb.tp, halted);
        throw halted;
      }
    }),
  );
  ends.forEach((end, i) => {
    if (end.status === 'rejected') throw parallelFailed(end.reason, items[i]?.[0] ?? null);
  });
  return null;
}
