/** The side tables of an artifact: what the runtime must know beside the code. JSON, so only plain data. */

import type { SchemaEntry } from './schemas';

/** `{k:'t',i}`: type table entry; `v`: variant; others mirror TypeRef. */
export type TypeJson =
  | { readonly k: 'any' }
  | { readonly k: 'b'; readonly n: string }
  | { readonly k: 't'; readonly i: number }
  | { readonly k: 'v'; readonly i: number; readonly n: string }
  | { readonly k: 'l'; readonly v: ConstJson }
  | { readonly k: 'u'; readonly m: readonly TypeJson[] }
  | { readonly k: 'g'; readonly b: TypeJson; readonly a: readonly TypeJson[] };

/** Exact numbers as text. */
export type ConstJson =
  null | boolean | string | { readonly int: string } | { readonly dec: string; readonly scale: number };

export type MetaJson =
  | ConstJson
  | { readonly vec: readonly MetaJson[] }
  | { readonly map: readonly (readonly [string, MetaJson])[] }
  | { readonly ref: string };

export interface TypeEntry {
  readonly name: string;
  readonly kind: 'struct' | 'alias' | 'enum';
  readonly marker: boolean;
  readonly functionsOnly: boolean;
  readonly local: boolean;
  readonly fields: readonly (readonly [name: string, type: TypeJson, required: 0 | 1])[];
  readonly variants: readonly (readonly [name: string, payload: TypeJson | null])[];
  readonly target: TypeJson | null;
  /** Function that constructs values before the default constructor; -1 for none. */
  readonly constructors: number;
}

export interface ArrowEntry {
  readonly source: TypeJson;
  readonly target: TypeJson;
  /** Function id, -1 for a bodyless arrow. */
  readonly fn: number;
  readonly implicit: boolean;
  /** Its function waits. */
  readonly waits: boolean;
}

/** A definition that a program mentions: what `::hot::meta/get` and `source` answer. */
export interface DefinitionEntry {
  readonly name: string;
  readonly fullName: string | null;
  readonly meta: MetaJson | null;
  readonly file: number;
  readonly line: number;
  readonly column: number;
  readonly position: number;
}

/** A definition that is found by its full name while the program runs. */
export interface NamedDefinition {
  readonly name: string;
  readonly meta: MetaJson | null;
  readonly file: number;
  readonly line: number;
  readonly column: number;
  readonly position: number;
}

export interface NamedFunction extends NamedDefinition {
  readonly fn: number;
  /** Parameter names of the first overload. */
  readonly params: readonly string[];
}

export interface Tables {
  readonly files: readonly string[];
  /** File, line, column per call site; entry 0 stands for "unknown". */
  readonly sites: readonly number[];
  /** Per entry of the trace: name, and for flows their kind and whether they are a function's body. */
  readonly calls: readonly (readonly [name: string] | readonly [name: string, flow: string, inline: 0 | 1])[];
  readonly types: readonly TypeEntry[];
  readonly arrows: readonly ArrowEntry[];
  /** Declared parameter types by function id, for functions whose overload or arguments depend on them. */
  readonly params: Readonly<Record<string, readonly (readonly TypeJson[])[]>>;
  /** Fixed parameters and variadicity of the same functions' overloads. */
  readonly shapes: Readonly<Record<string, readonly (readonly [fixed: number, variadic: 0 | 1])[]>>;
  readonly definitions: readonly DefinitionEntry[];
  /** Namespaces in load order with their functions in source order. */
  readonly namespaces: readonly (readonly [name: string, functions: readonly NamedFunction[]])[];
  /** Values and types of the program itself. */
  readonly others: readonly NamedDefinition[];
  /** Iterators may come from the outside. */
  readonly streams: boolean;
  readonly schemas: readonly SchemaEntry[];
  readonly tests: readonly string[];
  readonly cells: readonly string[];
  /** Index of the step of `init` that gives the value of the evaluated script or snippet; -1 without one. */
  readonly result: number;
}
