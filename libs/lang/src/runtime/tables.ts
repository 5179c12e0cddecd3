/** The side tables of an artifact: what generated code refers to by number. Plain JSON. */

export type TypeRefTable =
  | readonly ['b', name: string]
  | readonly ['t', type: number]
  | readonly ['v', type: number, variant: string]
  | readonly ['l', json: string]
  | readonly ['u', members: readonly number[]]
  | readonly ['g', base: number]
  | readonly ['x'];

export interface TypeTable {
  readonly kind: 'struct' | 'alias' | 'enum';
  readonly name: string;
  readonly shortName: string;
  /** Structs: name, reference of the declared type, whether it must be present. */
  readonly fields: readonly (readonly [string, number, boolean])[];
  readonly marker: boolean;
  readonly functionsOnly: boolean;
  /** Id of the functions that construct it; −1 none. */
  readonly constructors: number;
  /** Enums: variant and reference of its payload, −1 for a unit. */
  readonly variants: readonly (readonly [string, number])[];
}

export interface FunctionTable {
  readonly name: string;
  readonly overloads: readonly {
    readonly fixed: number;
    readonly variadic: boolean;
    readonly lazy: readonly boolean[];
    readonly raw: readonly boolean[];
    readonly types: readonly number[];
  }[];
}

export interface Tables {
  readonly refs: readonly TypeRefTable[];
  readonly types: readonly TypeTable[];
  readonly functions: readonly FunctionTable[];
  /** source reference, target reference, function id (−1: construct), whether it applies by itself. */
  readonly arrows: readonly (readonly [number, number, number, boolean])[];
  /** Full name of each namespace-level function → its id. */
  readonly entries: Readonly<Record<string, number>>;
  readonly cells: number;
  readonly files: readonly string[];
  /** Per call site: file, line, column, what is called. */
  readonly sites: readonly (readonly [number, number, number, string])[];
  /** Per line of the generated source: the call site it belongs to, −1 none. */
  readonly lines: readonly number[];
  /** Metadata of functions, as JSON text, by full name. */
  readonly tests: readonly string[];
}
