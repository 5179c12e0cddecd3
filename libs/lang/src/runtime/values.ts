/**
 * What a Hot value is at run time.
 *
 * null, boolean, string: themselves. Int: a `number` when it is a safe integer, otherwise a `bigint` within 64
 * bits; never a bigint where a number would do, so that `===` compares Ints. Vec: an array, Bytes: a Uint8Array,
 * neither written to once it is visible. Everything else is one of the classes here.
 */
import type { Dec } from './dec';
import { FLAT_TYPES } from './flat';
import type { HotMap } from './hot-map';
import type { Run } from './run';
import type { OpenCall } from './open-call';

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Dec
  | Byte
  | Uint8Array
  | Value[]
  | HotMap
  | Tagged
  | HotFn
  | TypeValue
  | Thunk
  | Handle;

/** A type by name. One object per full name and program, so that tags compare by identity. */
export class TypeInfo {
  /** Fields of structs, variants of enums and so on; filled when a program is loaded. */
  def: TypeShape | null = null;
  /** The enum this is a variant of. */
  parent: TypeInfo | null = null;
  /** Variant name without the enum. */
  variant: string | null = null;

  /** Its JSON is one flat object. */
  readonly flat: boolean;

  constructor(
    /** `::ns/Name` or `::ns/Enum.Variant`. */
    readonly name: string,
  ) {
    this.flat = FLAT_TYPES.has(name);
  }

  /** `Name` or `Enum.Variant`. */
  get local(): string {
    return this.name.slice(this.name.lastIndexOf('/') + 1);
  }
}

/** What the constructors need to know of a type. */
export interface TypeShape {
  readonly kind: 'struct' | 'alias' | 'enum';
  readonly fields: readonly FieldShape[];
  readonly marker: boolean;
  readonly functionsOnly: boolean;
  /** Of an enum: variant name → payload type, null for a unit variant. */
  readonly variants: ReadonlyMap<string, { readonly info: TypeInfo; readonly payload: TypeTest | null }>;
  readonly target: TypeTest | null;
}

export interface FieldShape {
  readonly name: string;
  readonly type: TypeTest;
  readonly required: boolean;
}

/** A declared type as the runtime uses it: for choosing overloads and for building fields. */
export type TypeTest =
  | { readonly kind: 'any' }
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'named'; readonly info: TypeInfo }
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'union'; readonly members: readonly TypeTest[] }
  | { readonly kind: 'generic'; readonly base: TypeTest; readonly args: readonly TypeTest[] };

/** A value of a declared type: struct, variant, marker, called alias, library record. */
export class Tagged {
  constructor(
    readonly type: TypeInfo,
    readonly val: Value,
    /** A unit variant has no payload. */
    readonly unit: boolean = false,
  ) {}
}

export const OK_TYPE = new TypeInfo('::hot::type/Result.Ok');
export const ERR_TYPE = new TypeInfo('::hot::type/Result.Err');
export const RESULT_TYPE = new TypeInfo('::hot::type/Result');
OK_TYPE.parent = RESULT_TYPE;
OK_TYPE.variant = 'Ok';
ERR_TYPE.parent = RESULT_TYPE;
ERR_TYPE.variant = 'Err';

/** Results are classes of their own because every strict argument is checked for them. */
export class Res extends Tagged {
  constructor(
    readonly ok: boolean,
    val: Value,
  ) {
    super(ok ? OK_TYPE : ERR_TYPE, val);
  }
}

export const ok = (value: Value): Res => new Res(true, value);
export const err = (value: Value): Res => new Res(false, value);

export class Byte {
  constructor(readonly n: number) {}
}

/** A type name used as a value: a constructor, and what `is-type` takes. */
export class TypeValue {
  constructor(
    readonly info: TypeInfo,
    readonly fn: HotFn,
  ) {}
}

/** An entry of a function: the fibre, the remaining call depth, the call site, then the arguments. */
export type Entry = (fb: Fiber, d: number, site: number, ...args: Value[]) => Value;
export type AsyncEntry = (fb: Fiber, d: number, site: number, ...args: Value[]) => Promise<Value>;

/** Whether calling a function may wait: never, always possible, or only if a function among its arguments may. */
export const SUSPENDS = { never: 0, maybe: 1, byArguments: 2 } as const;
export type Suspends = (typeof SUSPENDS)[keyof typeof SUSPENDS];

/** A function value: a reference to a named function with all its overloads, or a closure. */
export class HotFn {
  constructor(
    /** Full name of a named function; null for closures. */
    readonly name: string | null,
    readonly s: Entry,
    readonly a: AsyncEntry,
    readonly x: Suspends,
    /** Arguments reach it with their Results intact (bit per parameter; -1: all). */
    readonly raw: number,
    /** Parameters that receive a thunk (bit per parameter). */
    readonly lazy: number,
    /** Parameter count of a closure with one overload, else -1. */
    readonly arity: number,
  ) {}
}

/** An argument that is not evaluated yet. Evaluated anew each time it is forced. */
export class Thunk {
  constructor(
    readonly s: (() => Value) | null,
    readonly a: (() => Promise<Value>) | null,
  ) {}

  get x(): Suspends {
    return this.a === null ? SUSPENDS.never : SUSPENDS.maybe;
  }
}

/** A value with identity and state: iterators, captures. */
export abstract class Handle {
  abstract readonly type: TypeInfo;
}

/** State of one line of execution inside a run; see fiber.ts. */
export interface Fiber {
  /** Fuel left before the next look at the control words. Below zero always while tracing. */
  f: number;
  /** The innermost open call of the trace; null outside of any, and while not tracing. */
  tp: OpenCall | null;
  readonly r: Run;
}
