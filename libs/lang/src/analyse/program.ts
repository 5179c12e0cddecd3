/**
 * The result of analysing all sources of a program together: everything the code generator, the extraction of
 * definitions, the test runner and the documentation need. Plain data; ids are indices into the arrays here.
 */
import type { Diagnostic } from '../diagnostics/diagnostic';
import type { SourceFile } from '../source/source-file';
import type { Span } from '../source/span';
import type { NativeSignature } from '../syntax/native-signature';
import type { ConstValue, Core, CoreStep, Frame, Local } from './core';

export type CallSiteId = number;
export type NamespaceId = number;

/** Where a source comes from decides warnings and what counts as the project's own. */
export type SourceOrigin = 'std' | 'dependency' | 'project' | 'test' | 'snippet';

export interface ProgramSource {
  /** Shown in diagnostics and stored with definitions, e.g. `src/shop/orders.hot`, `hot-std:type.hot`. */
  readonly name: string;
  readonly text: string;
  readonly origin: SourceOrigin;
  /** Of what stands ahead of the first `ns`. Default `::hot::main`, for a snippet one of its own. */
  readonly namespace?: string;
}

export interface AnalysisInput {
  /** In load order: library, dependencies, project, tests. */
  readonly sources: readonly ProgramSource[];
  readonly natives: readonly NativeSignature[];
  /**
   * 'merge': a name defined in two files is an error. 'shadow': the newest definition wins (prompt, eval).
   */
  readonly policy: 'merge' | 'shadow';
}

export interface Program {
  readonly files: readonly SourceFile[];
  readonly origins: readonly SourceOrigin[];
  /** In order of first appearance. */
  readonly namespaces: readonly NamespaceDef[];
  /** All functions: top level, local, anonymous, constructors, arrows. `functions[f.id] === f`. */
  readonly functions: readonly FunctionDef[];
  readonly types: readonly TypeDef[];
  readonly cells: readonly CellDef[];
  readonly arrows: readonly ArrowDef[];
  /** Top-level evaluation: namespaces in load order (`::hot::main` and snippets last), in source order inside. */
  readonly init: readonly InitStep[];
  readonly callSites: readonly CallSite[];
  readonly tests: readonly TestDef[];
  readonly diagnostics: readonly Diagnostic[];
  /** False: there are errors, `init` and bodies may contain Halt nodes; do not run it. */
  readonly ok: boolean;
}

export interface NamespaceDef {
  readonly id: NamespaceId;
  /** `::a::b` */
  readonly name: string;
  readonly meta: MetaValue | null;
  /** Namespace-level names, in order of definition. */
  readonly members: ReadonlyMap<string, Member>;
  /** `::http` → `::hot::http`, both with colons. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Files that contribute. */
  readonly files: readonly number[];
}

/** A namespace-level definition. */
export interface Member {
  readonly name: string;
  readonly ns: NamespaceDef;
  /** `::a::b/name` */
  readonly fullName: string;
  readonly target: MemberTarget;
  /** As written here, merged over the target's for an import. */
  readonly meta: MetaValue | null;
  /** Full name of what an import or second name stands for; null for a definition of its own. */
  readonly aliasOf: string | null;
  /** Declared type of a value as text. */
  readonly type: string | null;
  readonly file: number;
  /** The defining name. */
  readonly at: Span;
  readonly core: boolean;
}

/** Imports are already followed: their target is the final one. */
export type MemberTarget =
  | { readonly kind: 'function'; readonly fn: FunctionDef }
  | { readonly kind: 'type'; readonly type: TypeRef }
  | { readonly kind: 'variant'; readonly enum: EnumDef; readonly variant: string }
  | { readonly kind: 'value'; readonly cell: CellDef }
  | { readonly kind: 'native'; readonly native: NativeSignature }
  | { readonly kind: 'namespace'; readonly name: string };

// ---- functions ----------------------------------------------------------------------------------------------

export interface FunctionDef {
  readonly id: number;
  /** `greet`; anonymous `$fn`; constructor `Range`; arrow `Money -> Str`. */
  readonly name: string;
  /** `::ns/greet`; local and anonymous functions have the enclosing function's name in front (`::ns/f.inner`). */
  readonly fullName: string;
  readonly ns: NamespaceDef;
  readonly origin: 'top' | 'local' | 'anonymous' | 'constructor' | 'arrow';
  /** Filled when bodies are analysed; complete in a finished Program. */
  readonly overloads: readonly OverloadDef[];
  readonly meta: MetaValue | null;
  readonly file: number;
  /** The defining name (or the `fn`). */
  readonly at: Span;
}

export interface OverloadDef extends Span {
  readonly index: number;
  readonly params: readonly ParamDef[];
  /** Parameters without the rest parameter. */
  readonly fixed: number;
  readonly variadic: boolean;
  readonly returns: TypeRef | null;
  readonly returnsText: string | null;
  readonly file: number;
  readonly frame: Frame;
  readonly body: Core;
  /** The body contains a self or maybe-self tail call: generate a loop. */
  readonly loops: boolean;
}

export interface ParamDef {
  readonly local: Local;
  readonly name: string;
  readonly lazy: boolean;
  /** Results reach it unconsumed although it is not lazy. */
  readonly raw: boolean;
  readonly rest: boolean;
  /** Null: undeclared (accepts anything). */
  readonly type: TypeRef | null;
  readonly typeText: string | null;
  /** `%` in an argument becomes a lambda. */
  readonly isFn: boolean;
  /** Some arrow leads to the declared type, so that an argument may have to be converted. */
  readonly coercible: boolean;
}

// ---- types --------------------------------------------------------------------------------------------------

export type TypeRef =
  /** `Any` is a builtin too. `name` without namespace: `Int`, full name `::hot::type/Int`. */
  | { readonly kind: 'builtin'; readonly name: BuiltinName }
  | { readonly kind: 'named'; readonly type: TypeDef }
  | { readonly kind: 'variant'; readonly enum: EnumDef; readonly variant: string }
  | { readonly kind: 'literal'; readonly value: ConstValue }
  /** `T?` is a union with the builtin Null at the end. */
  | { readonly kind: 'union'; readonly members: readonly TypeRef[] }
  | { readonly kind: 'generic'; readonly base: TypeRef; readonly args: readonly TypeRef[] }
  /** Not resolvable; reported where the rules say so. Treated as Any. */
  | { readonly kind: 'unknown'; readonly text: string };

export const BUILTIN_TYPES = [
  'Any',
  'Null',
  'Bool',
  'Int',
  'Dec',
  'Str',
  'Byte',
  'Bytes',
  'Vec',
  'Map',
  'Fn',
  'Namespace',
  'Var',
] as const;
export type BuiltinName = (typeof BUILTIN_TYPES)[number];

export type TypeDef = StructDef | AliasDef | EnumDef;

export interface TypeBase {
  readonly id: number;
  readonly name: string;
  /** `::ns/Name`; also for types declared in a body. */
  readonly fullName: string;
  readonly ns: NamespaceDef;
  /** Declared in a body: two types may then share a full name. */
  readonly local: boolean;
  readonly meta: MetaValue | null;
  /** Functions of `type … fn`; null when there are none. Called before the default constructor (see StructDef). */
  readonly constructors: FunctionDef | null;
  /** For a local type with constructors: the variable that holds them. */
  readonly constructorLocal: Local | null;
  readonly file: number;
  readonly at: Span;
}

/**
 * A struct or a marker. The default constructor takes one map; a declared one-parameter constructor annotated
 * exactly `Map` replaces it. A marker (no fields) wraps any value.
 */
export interface StructDef extends TypeBase {
  readonly kind: 'struct';
  readonly fields: readonly FieldDef[];
  /** `Name type`, `Name type {}`. */
  readonly marker: boolean;
  /** `Name type fn …`: only the functions make values. */
  readonly functionsOnly: boolean;
}
export interface FieldDef {
  readonly name: string;
  readonly type: TypeRef;
  readonly typeText: string;
  /** The declared type does not accept null. */
  readonly required: boolean;
}
export interface AliasDef extends TypeBase {
  readonly kind: 'alias';
  /** A union of all members declared for an open literal union. */
  readonly target: TypeRef;
  readonly open: boolean;
}
export interface EnumDef extends TypeBase {
  readonly kind: 'enum';
  readonly open: boolean;
  /** Declared ones, then those enrolled by arrows. */
  readonly variants: readonly VariantDef[];
}
export interface VariantDef {
  readonly name: string;
  /** Null: a unit variant. */
  readonly payload: TypeRef | null;
  /** Enrolled by this arrow's source type. */
  readonly enrolled: boolean;
}

export interface ArrowDef {
  readonly id: number;
  readonly source: TypeRef;
  /** builtin, named or variant. */
  readonly target: TypeRef;
  /** Null: bodyless, i.e. call the target's constructor with the value. */
  readonly fn: FunctionDef | null;
  /** Source or target is a user type: may be applied implicitly. */
  readonly implicit: boolean;
  readonly file: number;
  readonly at: Span;
}

// ---- top level ----------------------------------------------------------------------------------------------

export interface CellDef {
  readonly id: number;
  readonly name: string;
  readonly fullName: string;
  readonly ns: NamespaceDef;
  /** All its steps are pure: computed once per isolate. */
  readonly pure: boolean;
}

/**
 * One top-level value, deep assignment or bare expression. `pure`: needs no run (no clock, context, effect, and
 * reads only pure cells), so it may be computed once per isolate and shared; the rest runs in each run's own cells.
 * A pure step that halts must still halt every run.
 */
export interface InitStep extends Span {
  readonly kind: 'value' | 'assign' | 'expression';
  readonly ns: NamespaceDef;
  readonly file: number;
  /** 'expression' steps have an internal one (`$var_N`) that nothing else reads. */
  readonly cell: CellDef;
  /** Of an 'assign': the path inside the cell's present value; else empty. */
  readonly steps: readonly CoreStep[];
  readonly value: Core;
  readonly frame: Frame;
  readonly pure: boolean;
}

export interface CallSite {
  readonly id: CallSiteId;
  readonly file: number;
  readonly start: number;
  readonly end: number;
  /** 1-based, code points. */
  readonly line: number;
  readonly column: number;
  /** What is called, as written. */
  readonly callee: string;
}

export interface TestDef {
  readonly fn: FunctionDef;
  /** `::ns/name` (the name under which it is a test; an import has its own). */
  readonly fullName: string;
}

// ---- metadata -----------------------------------------------------------------------------------------------

/** Metadata is data; a name in it stands for the definition it names. Tag forms are kept as written. */
export type MetaValue =
  | ConstValue
  | { readonly type: 'vec'; readonly items: readonly MetaValue[] }
  | { readonly type: 'map'; readonly entries: readonly (readonly [string, MetaValue])[] }
  /** `fullName` null: the name resolves to nothing. */
  | { readonly type: 'ref'; readonly text: string; readonly fullName: string | null };
