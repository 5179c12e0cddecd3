/** Calling function values: by generated code that does not know them, and by the library. */
import { consumeAt } from './consume';
import { hardError, type Halt } from './halt';
import { Iter } from './iter';
import type { ProgramRt } from './program-rt';
import { byCount, FN_TYPE, chooseOverload, type OverloadShape } from './types';
import {
  HotFn,
  Res,
  SUSPENDS,
  Tagged,
  Thunk,
  TypeValue,
  type AsyncEntry,
  type Entry,
  type Fiber,
  type Suspends,
  type Value,
} from './values';

/** One row of an overload table in generated code. */
export type Row = readonly [
  fixed: number,
  variadic: boolean,
  raw: number,
  lazy: number,
  s: Entry | null,
  a: AsyncEntry | null,
];

export function cannotWait(site: number, name: string): Halt {
  return hardError(site, `'${name}' waits for the outside, which is not possible here`);
}

/** A function value from its overloads. `fn` finds the declared parameter types when they matter. */
export function makeFn(
  program: ProgramRt,
  fn: number,
  name: string | null,
  x: number,
  rows: readonly Row[],
): HotFn {
  let raw = 0;
  let lazy = 0;
  for (const row of rows) {
    raw |= row[2] | row[3];
    lazy |= row[3];
  }
  const [only] = rows;
  const typed = program.paramsOf(fn) !== null;
  const suspends = x as Suspends;
  const arity = rows.length === 1 && only && !only[1] ? only[0] : -1;
  if (rows.length === 1 && only && !only[1] && only[3] === 0 && !typed && only[0] <= 4) {
    return new HotFn(
      name,
      padded(only[0], only[4], name),
      paddedAsync(only[0], only[5], only[4]),
      suspends,
      raw,
      0,
      arity,
    );
  }
  const shapes: OverloadShape[] = rows.map((r) => ({ fixed: r[0], variadic: r[1] }));
  const pick = (fb: Fiber, d: number, site: number, args: Value[]): [Row, Value[]] => {
    const index = pickRow(program, fn, shapes, fb, d, site, args);
    const row = rows[index] ?? rows[0];
    if (!row) throw hardError(site, `Function '${name ?? '<function>'}' has no body`);
    return [row, shapeArgs(row, args, fb, d)];
  };
  const s: Entry = (fb, d, site, ...args) => {
    const [row, list] = pick(fb, d, site, args);
    if (row[4] === null) throw cannotWait(site, name ?? '<function>');
    return row[4](fb, d, site, ...list);
  };
  const a: AsyncEntry = async (fb, d, site, ...args) => {
    const [row, list] =
      suspends === SUSPENDS.never || program.construct.arrows.neverWait
        ? pick(fb, d, site, args)
        : fb.r.resume(await program.construct.waiting(pick, fb, d, site, args));
    if (row[5] !== null) return row[5](fb, d, site, ...list);
    if (row[4] === null) throw cannotWait(site, name ?? '<function>');
    return row[4](fb, d, site, ...list);
  };
  return new HotFn(name, s, a, suspends, raw, lazy, arity);
}

const orNull = (v: Value | undefined): Value => (v === undefined ? null : v);

function padded(n: number, s: Entry | null, name: string | null): Entry {
  if (s === null) {
    return (_fb, _d, site) => {
      throw cannotWait(site, name ?? '<function>');
    };
  }
  switch (n) {
    case 0:
      return (fb, d, site) => s(fb, d, site);
    case 1:
      return (fb, d, site, a) => s(fb, d, site, orNull(a));
    case 2:
      return (fb, d, site, a, b) => s(fb, d, site, orNull(a), orNull(b));
    case 3:
      return (fb, d, site, a, b, c) => s(fb, d, site, orNull(a), orNull(b), orNull(c));
    default:
      return (fb, d, site, a, b, c, e) => s(fb, d, site, orNull(a), orNull(b), orNull(c), orNull(e));
  }
}

function paddedAsync(n: number, a: AsyncEntry | null, s: Entry | null): AsyncEntry {
  return async (fb, d, site, ...args) => {
    const list = args.slice(0, n);
    while (list.length < n) list.push(null);
    if (a !== null) return a(fb, d, site, ...list);
    if (s === null) throw cannotWait(site, '<function>');
    return s(fb, d, site, ...list);
  };
}

function pickRow(
  program: ProgramRt,
  fn: number,
  shapes: readonly OverloadShape[],
  fb: Fiber,
  d: number,
  site: number,
  args: Value[],
): number {
  const all = shapes.map((_, i) => i);
  const params = program.paramsOf(fn);
  if (params === null) {
    const exact = all.filter((i) => shapes[i]?.fixed === args.length && shapes[i]?.variadic === false);
    return exact[exact.length - 1] ?? byCount(shapes, all, args.length);
  }
  const values = args.map((v) => (v instanceof Thunk ? null : v));
  const choice = chooseOverload(shapes, all, params, values, (t, v) => program.convertible(t, v));
  if (choice.converted) {
    // Into the list when all are made: this may be begun anew until then.
    const made = (params[choice.index] ?? []).map((test, i) =>
      program.coerce(fb, d, site, test, args[i] ?? null),
    );
    args.splice(0, made.length, ...made);
  }
  return choice.index;
}

/** Missing arguments null, superfluous ones gone or in the rest Vec, thunks where the parameter is lazy and only there. */
function shapeArgs(row: Row, args: readonly Value[], fb: Fiber, d: number): Value[] {
  const [fixed, variadic, , lazy] = row;
  const list: Value[] = [];
  const prepare = (v: Value, i: number): Value => {
    if ((lazy & (1 << i)) !== 0) return asThunk(v);
    return v instanceof Thunk ? force(fb, d, v) : v;
  };
  for (let i = 0; i < fixed; i++) list.push(prepare(orNull(args[i]), i));
  if (variadic) list.push(args.slice(fixed).map((v, i) => prepare(v, fixed + i)));
  return list;
}

export function asThunk(v: Value): Value {
  if (v instanceof Thunk) return v;
  if (v instanceof HotFn && v.name === null && v.arity === 0) return v;
  return new Thunk(() => v, null);
}

/** `do x` without waiting. */
export function force(fb: Fiber, d: number, v: Value): Value {
  if (v instanceof Thunk) {
    if (v.s === null) throw cannotWait(0, 'a lazy argument');
    return v.s();
  }
  if (v instanceof HotFn && v.name === null && v.arity === 0) return v.s(fb, d - 1, 0);
  return v;
}

export async function forceAsync(fb: Fiber, d: number, v: Value): Promise<Value> {
  if (v instanceof Thunk) return v.s === null ? (v.a as () => Promise<Value>)() : v.s();
  if (v instanceof HotFn && v.name === null && v.arity === 0) {
    return v.x === SUSPENDS.never ? v.s(fb, d - 1, 0) : v.a(fb, d - 1, 0);
  }
  return v;
}

/** Calling or forcing it may wait. */
export function waits(v: Value): boolean {
  if (v instanceof HotFn) return v.x !== SUSPENDS.never;
  if (v instanceof Thunk) return v.a !== null;
  if (v instanceof Iter) return v.pull !== null;
  return v instanceof TypeValue && v.fn.x !== SUSPENDS.never;
}

/** Whether calling or forcing one of these may wait, be it by its name. */
export function someWait(program: ProgramRt, args: readonly Value[]): boolean {
  return args.some(
    (v) =>
      waits(v) ||
      (typeof v === 'string' && v.startsWith('::') && waits(program.functionNamed(v))) ||
      (v instanceof Tagged && waits(functionOf(program, v, true))),
  );
}

const closureParams = new WeakMap<HotFn, readonly string[]>();

/** Remembers what the parameters of a closure are called. */
export function withParams(f: HotFn, names: readonly string[]): HotFn {
  closureParams.set(f, names);
  return f;
}

export const paramsOfClosure = (f: HotFn): readonly string[] | null => closureParams.get(f) ?? null;

/** The function that a value stands for: itself, a constructor, a typed Fn, with `names` also a full name. */
export function functionOf(program: ProgramRt, v: Value, names: boolean): HotFn | null {
  if (v instanceof HotFn) return v;
  if (v instanceof TypeValue) return v.fn;
  if (v instanceof Thunk)
    return new HotFn(
      null,
      () => force2(v),
      async () => forceAny(v),
      v.x,
      0,
      0,
      0,
    );
  if (v instanceof Tagged && v.type.name === FN_TYPE.name) return functionOf(program, v.val, true);
  if (names && typeof v === 'string') return program.functionNamed(v);
  return null;
}

function force2(t: Thunk): Value {
  if (t.s === null) throw cannotWait(0, 'a lazy argument');
  return t.s();
}

async function forceAny(t: Thunk): Promise<Value> {
  if (t.a !== null) return t.a();
  return force2(t);
}

export function waitsFor(program: ProgramRt, fv: Value, args: readonly Value[]): boolean {
  const callee = fv instanceof Res ? fv.val : fv;
  const f = functionOf(program, callee, false);
  if (f === null || f.x === SUSPENDS.never) return false;
  return f.x === SUSPENDS.maybe || someWait(program, args);
}

function prepareArgs(site: number, f: HotFn, args: Value[]): void {
  if (f.raw === -1) return;
  for (let i = 0; i < args.length; i++) {
    const v = args[i];
    if (v instanceof Res && (f.raw & (1 << i)) === 0) args[i] = consumeAt(site, v);
  }
}

/** A call of an unknown value from Hot code. What cannot be called gives back its one argument, or null. */
export function dynamic(fb: Fiber, d: number, site: number, fv: Value, ...args: Value[]): Value {
  const callee = fv instanceof Res ? consumeAt(site, fv) : fv;
  const f = functionOf(fb.r.program, callee, false);
  if (f === null) return args.length === 1 ? (args[0] ?? null) : null;
  prepareArgs(site, f, args);
  if (f.x === SUSPENDS.maybe || (f.x === SUSPENDS.byArguments && someWait(fb.r.program, args))) {
    throw cannotWait(site, f.name ?? '<function>');
  }
  return f.s(fb, d, site, ...args);
}

export async function dynamicAsync(
  fb: Fiber,
  d: number,
  site: number,
  fv: Value,
  args: Value[],
): Promise<Value> {
  const callee = fv instanceof Res ? consumeAt(site, fv) : fv;
  const f = functionOf(fb.r.program, callee, false);
  if (f === null) return args.length === 1 ? (args[0] ?? null) : null;
  prepareArgs(site, f, args);
  return callAsync(f, fb, d, site, args);
}

/** A callback in an asynchronous native: no promise where none is needed. */
export async function callAsync(f: HotFn, fb: Fiber, d: number, site: number, args: Value[]): Promise<Value> {
  if (f.x === SUSPENDS.never || (f.x === SUSPENDS.byArguments && !someWait(fb.r.program, args)))
    return f.s(fb, d, site, ...args);
  return fb.r.resume(await f.a(fb, d, site, ...args));
}

/** A callback where waiting is not possible. */
export function callNowSync(f: HotFn, fb: Fiber, d: number, site: number, args: readonly Value[]): Value {
  if (f.x === SUSPENDS.maybe || (f.x === SUSPENDS.byArguments && someWait(fb.r.program, args))) {
    throw cannotWait(site, f.name ?? '<function>');
  }
  return f.s(fb, d, site, ...args);
}
