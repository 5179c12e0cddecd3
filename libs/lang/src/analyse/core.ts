/**
 * The small language that analysis produces and the code generator consumes. Sugar is gone: pipes are nested
 * calls, placeholders are lambdas, aliases and imports are their targets, flows have their result shape.
 *
 * Offsets are UTF-16 offsets in the file of the enclosing unit (Overload.file, InitStep.file).
 *
 * How names end up here
 * - every binding is its own Local, assigned once per activation; rebinding `x` makes another Local. A closure
 *   that refers to a Local therefore captures by value, except across iterations of a self-tail-call loop, where
 *   the generator must give each iteration fresh variables if `captured` is set.
 * - `Local` is only readable where it is in scope; `maybeUnset` marks a read of a local function that stands
 *   later in the body than the reading function (mutual recursion).
 * - namespace values are cells; functions, types, natives are constants (FnRef, TypeRefNode, NativeRef).
 *
 * How Results flow: nothing here unwraps. Consuming (Ok → payload, Err → halt) happens at the boundaries that the
 * node kinds imply: strict arguments, template parts, path reads and writes, spreads, callee values.
 */
import type { Span } from '../source/span';
import type { CallSiteId, EnumDef, FunctionDef, MetaValue, CellDef, TypeDef, TypeRef } from './program';
import type { NativeSignature } from '../syntax/native-signature';

export type Core =
  | ConstNode
  | LocalNode
  | CellNode
  | FnRefNode
  | NativeRefNode
  | TypeRefNode
  | VariantRefNode
  | NamespaceNode
  | DefinitionNode
  | TemplateNode
  | VectorNode
  | MapNode
  | PathNode
  | CallNode
  | IfNode
  | LogicNode
  | CondNode
  | MatchNode
  | BlockNode
  | CollectNode
  | ParallelNode
  | PipeNode
  | LambdaNode
  | FnNode
  | ForceNode
  | RawNode
  | HaltNode;

/** What a flow gives: one value, a Map of all, a Vec of all. Always explicit. */
export type Shape = 'one' | 'map' | 'vec';

export type ConstValue =
  | { readonly type: 'null' }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'dec'; readonly coefficient: bigint; readonly scale: number }
  | { readonly type: 'str'; readonly value: string };

export interface ConstNode extends Span {
  readonly kind: 'const';
  readonly value: ConstValue;
}

export type LocalRole =
  /** Ordinary parameter: arrives consumed (Ok unwrapped). */
  | 'param'
  /** `lazy p`: holds a thunk; `do p` is a Force of it. */
  | 'lazy-param'
  /** Ordinary parameter that keeps Results (first parameter of a `fn match` with Result arms). */
  | 'raw-param'
  /** `...rest`: a Vec; of thunks when `lazy ...rest`. */
  | 'rest'
  | 'lazy-rest'
  | 'binding'
  /** A named local function; its value is a FnNode and may refer to itself. */
  | 'function'
  /** Name bound by a match arm, or the subject re-bound to its payload in Result arms. */
  | 'arm'
  /** Made by the compiler; the name starts with `$`. */
  | 'temp';

export interface Local {
  /** Unique within the program. */
  readonly id: number;
  readonly name: string;
  readonly role: LocalRole;
  readonly span: Span;
  /** Declared type of a parameter or binding; null without one. Never enforced, for checks only. */
  readonly declared: TypeRef | null;
  /** Some lambda, fn or thunk inside its frame refers to it. Final once analysis is over. */
  captured: boolean;
  /** Times it is read. 0: a binding whose value may be evaluated for effect only. */
  reads: number;
}

export interface LocalNode extends Span {
  readonly kind: 'local';
  readonly local: Local;
  readonly maybeUnset: boolean;
}

/** Reads a namespace value. Null until its step has run. */
export interface CellNode extends Span {
  readonly kind: 'cell';
  readonly cell: CellDef;
}

/** A top-level function with all its overloads as a value. */
export interface FnRefNode extends Span {
  readonly kind: 'fn-ref';
  readonly fn: FunctionDef;
}

export interface NativeRefNode extends Span {
  readonly kind: 'native-ref';
  readonly native: NativeSignature;
}

/** A type name as a value: constructor and type reference. */
export interface TypeRefNode extends Span {
  readonly kind: 'type-ref';
  /** Never a union or literal: builtin, struct, alias, marker or enum. */
  readonly type: TypeRef;
}

/** `Shape.Circle`: for a unit variant the value, otherwise its constructor function. */
export interface VariantRefNode extends Span {
  readonly kind: 'variant-ref';
  readonly enum: EnumDef;
  readonly variant: string;
}

export interface NamespaceNode extends Span {
  readonly kind: 'namespace';
  /** With the colons: `::a::b`. */
  readonly name: string;
}

/**
 * A definition that is mentioned rather than evaluated: the argument of natives whose `special` is 'definition'
 * (`::hot::meta/get`, `source`). `value` is the evaluated form for natives that want it after all.
 */
export interface DefinitionNode extends Span {
  readonly kind: 'definition';
  readonly name: string;
  /** Full name of a namespace-level definition, else null. */
  readonly fullName: string | null;
  readonly meta: MetaValue | null;
  /** Declared type as text, else null. */
  readonly type: string | null;
  readonly file: number;
  readonly at: Span;
  readonly value: Core;
}

/** Each part is consumed and passed through `Str`. */
export interface TemplateNode extends Span {
  readonly kind: 'template';
  readonly parts: readonly (string | Core)[];
}

export interface VectorNode extends Span {
  readonly kind: 'vector';
  readonly elements: readonly { readonly spread: boolean; readonly value: Core }[];
}

/** Entries in order; a later key wins and keeps its first position. */
export interface MapNode extends Span {
  readonly kind: 'map';
  readonly entries: readonly (
    | { readonly kind: 'entry'; readonly key: string; readonly value: Core }
    | { readonly kind: 'spread'; readonly value: Core }
  )[];
}

export type CoreStep =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'dynamic'; readonly value: Core }
  /** In assignments only, last. */
  | { readonly kind: 'append' };

/** Reads; steps are never empty. `Enum.Variant` with a statically known enum is a VariantRef instead. */
export interface PathNode extends Span {
  readonly kind: 'path';
  readonly base: Core;
  readonly steps: readonly CoreStep[];
}

// ---- calls --------------------------------------------------------------------------------------------------

export type Callee =
  /**
   * `candidates`: indices of the overloads that can be meant for this number of arguments, in the order of the
   * rules of choice: those with exactly that arity; else the variadic ones, more fixed parameters first; else the
   * nearest arity (already reported). All overloads when an argument is a spread.
   */
  | { readonly kind: 'fn'; readonly fn: FunctionDef; readonly candidates: readonly number[] }
  | { readonly kind: 'native'; readonly native: NativeSignature }
  /** Constructor of a struct, marker, alias, enum or built-in type. */
  | { readonly kind: 'type'; readonly type: TypeRef }
  | { readonly kind: 'variant'; readonly enum: EnumDef; readonly variant: string }
  /** A named local function whose overloads are known; the value is in `local`. */
  | {
      readonly kind: 'local-fn';
      readonly local: Local;
      readonly fn: FunctionDef;
      readonly candidates: readonly number[];
      readonly maybeUnset: boolean;
    }
  /** Anything else: the value is consumed, then called; the callee prepares the arguments. */
  | { readonly kind: 'dynamic'; readonly value: Core };

export type CoreArg =
  | { readonly mode: 'value'; readonly value: Core }
  /** Flattened into arguments after consuming; must be a Vec. */
  | { readonly mode: 'spread'; readonly value: Core }
  /** For a lazy parameter of some candidate. A strict candidate forces it. */
  | { readonly mode: 'thunk'; readonly thunk: Thunk }
  /** For a lazy parameter: the value already is a thunk (a lazy parameter passed on). */
  | { readonly mode: 'pass-thunk'; readonly value: Core };

/** Zero parameters, evaluated any number of times; has its own frame. Results are not consumed by it. */
export interface Thunk extends Span {
  readonly frame: Frame;
  readonly body: Core;
}

/** Locals declared directly in one activation (not those of closures inside it), parameters not included. */
export interface Frame {
  readonly locals: readonly Local[];
}

export interface CallNode extends Span {
  readonly kind: 'call';
  readonly site: CallSiteId;
  readonly callee: Callee;
  readonly args: readonly CoreArg[];
  /**
   * In tail position of an overload that this call may re-enter. 'self': certainly the same overload (loop).
   * 'maybe-self': the same function, the overload is chosen by type at run time (loop if it is the same one).
   */
  readonly tail: 'none' | 'self' | 'maybe-self';
}

/** Condition: truthiness only, not consumed. */
export interface IfNode extends Span {
  readonly kind: 'if';
  readonly site: CallSiteId;
  readonly condition: Core;
  readonly then: Core;
  readonly else: Core | null;
}

/** Short-circuit, operands not consumed; at least one operand. */
export interface LogicNode extends Span {
  readonly kind: 'logic';
  readonly site: CallSiteId;
  readonly op: 'and' | 'or';
  readonly operands: readonly Core[];
}

/** `do x`: a thunk is evaluated, a zero-parameter closure is called, any other value is itself. */
export interface ForceNode extends Span {
  readonly kind: 'force';
  readonly value: Core;
}

/** `!x`: `{ok: x}` without consuming. */
export interface RawNode extends Span {
  readonly kind: 'raw';
  readonly value: Core;
}

/** Halts with the message when reached (a circular `parallel`, for one). */
export interface HaltNode extends Span {
  readonly kind: 'halt';
  readonly message: string;
}

// ---- flows --------------------------------------------------------------------------------------------------

/**
 * `all` false: the first arm whose condition is truthy; later conditions must not be evaluated. True: every such
 * arm in order. Nothing matched: null, `{}` or `[]` by shape. `all` with shape 'one' gives the last collected value.
 */
export interface CondNode extends Span {
  readonly kind: 'cond';
  readonly all: boolean;
  readonly shape: Shape;
  readonly arms: readonly CoreCondArm[];
}
export interface CoreCondArm extends Span {
  /** Null: default arm (true). */
  readonly condition: Core | null;
  /** The label, else `cond_branch_I`. */
  readonly key: string;
  readonly body: Core;
}

export interface MatchNode extends Span {
  readonly kind: 'match';
  readonly all: boolean;
  readonly shape: Shape;
  /** Evaluated once, into `subjectLocal`. */
  readonly subject: Core;
  readonly subjectLocal: Local;
  /** Some arm mentions the core Result: a plain subject counts as Ok of itself while matching. */
  readonly resultAware: boolean;
  readonly arms: readonly CoreMatchArm[];
}
export interface CoreMatchArm extends Span {
  /** Null: default arm. */
  readonly pattern: readonly CoreAtom[] | null;
  /** Key for collecting shapes: the pattern's text. */
  readonly key: string;
  /** Receive the subject before the body runs: the arm's own name and, in Result arms, the re-bound subject name. */
  readonly binds: readonly Local[];
  /** All atoms are Result.Ok or Result.Err: `binds` receive the payload instead of the value. */
  readonly payload: boolean;
  readonly body: Core;
}
export type CoreAtom =
  | { readonly kind: 'any' }
  | { readonly kind: 'literal'; readonly value: ConstValue }
  /** Equal values: a vector or map literal. */
  | { readonly kind: 'data'; readonly value: Core }
  | { readonly kind: 'type'; readonly type: TypeRef }
  | { readonly kind: 'variant'; readonly enum: EnumDef; readonly variant: string };

export type CoreStatement =
  | (Span & { readonly kind: 'let'; readonly local: Local; readonly value: Core })
  | (Span & { readonly kind: 'eval'; readonly value: Core })
  /** Deep assignment: `local` = copy of `root` (null: missing) with the path set. Value: the assigned value. */
  | (Span & {
      readonly kind: 'assign';
      readonly local: Local;
      readonly root: Core | null;
      readonly steps: readonly CoreStep[];
      readonly value: Core;
    })
  /**
   * A type declared in a body. Construction needs nothing at run time beyond the definition, except declared
   * constructor functions: those are bound to `constructors.local` here because they may capture.
   */
  | (Span & {
      readonly kind: 'local-type';
      readonly type: TypeDef;
      readonly constructors: { readonly local: Local; readonly value: FnNode } | null;
    });

/** Statements in order; the value of the last one, null when empty. Opens no scope. */
export interface BlockNode extends Span {
  readonly kind: 'block';
  readonly statements: readonly CoreStatement[];
}

/** `serial` with a collecting shape: gathers the values of its bindings. */
export interface CollectNode extends Span {
  readonly kind: 'collect';
  readonly shape: 'map' | 'vec';
  readonly statements: readonly (CoreStatement & { readonly key: string | null })[];
}

/**
 * Statements of one level may run concurrently, levels in order. All locals are declared up front. Collected in
 * `order`; with shape 'one' the last of `order` is the value.
 */
export interface ParallelNode extends Span {
  readonly kind: 'parallel';
  readonly shape: Shape;
  readonly statements: readonly CoreParallelStatement[];
  /** Indices into `statements`, by level. Never empty lists. */
  readonly levels: readonly (readonly number[])[];
}
export interface CoreParallelStatement extends Span {
  /** Null: a bare expression, run but not collected. */
  readonly local: Local | null;
  readonly value: Core;
  readonly level: number;
  /** Indices of the statements it depends on. */
  readonly dependsOn: readonly number[];
}

/**
 * A pipe with a collecting shape (a plain pipe is nested calls). Stage 0 is the initial value; the value of each
 * later stage reads the local of the one before. Keys in 'map': `$pipe_0`, `$pipe_1` …
 */
export interface PipeNode extends Span {
  readonly kind: 'pipe';
  readonly shape: 'map' | 'vec';
  readonly stages: readonly { readonly local: Local; readonly value: Core }[];
}

// ---- functions ----------------------------------------------------------------------------------------------

/** One overload, strict parameters, lenient arity. Arguments from Hot calls are consumed, library callbacks' are not. */
export interface LambdaNode extends Span {
  readonly kind: 'lambda';
  readonly params: readonly Local[];
  readonly frame: Frame;
  readonly body: Core;
  /** Locals of enclosing frames that it reads. */
  readonly captures: readonly Local[];
}

/** An anonymous or named local `fn` value, possibly overloaded; captures like a lambda. */
export interface FnNode extends Span {
  readonly kind: 'fn';
  readonly fn: FunctionDef;
  readonly captures: readonly Local[];
}
