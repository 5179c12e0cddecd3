/**
 * The syntax tree as written: sugar included, nothing resolved. Every node carries its UTF-16 offsets in the
 * text of its file. No field is optional: what was not written is null or empty.
 */
import type { Span } from '../source/span';

export interface Node extends Span {}

/** A word with its place: a name that is bound, a key, a variant. */
export interface Word extends Node {
  readonly text: string;
}

/** One file. */
export interface Unit extends Node {
  readonly kind: 'unit';
  readonly items: readonly Statement[];
}

// ---- statements ---------------------------------------------------------------------------------------------

/** `NsDecl` stands at top level only; an `Arrow` elsewhere parses and is reported by the checks. */
export type Statement = NsDecl | Alias | Arrow | Binding | DeepAssign | ExprStatement;

/** `::a::b ns`, with metadata before or after the word. */
export interface NsDecl extends Node {
  readonly kind: 'ns-decl';
  readonly path: NsPath;
  readonly meta: readonly Meta[];
}

/** `::http ::hot::http` */
export interface Alias extends Node {
  readonly kind: 'alias';
  readonly alias: NsPath;
  readonly target: NsPath;
}

/** `::a::b`: the segments without colons. */
export interface NsPath extends Node {
  readonly segments: readonly string[];
}

/** `Source -> Target fn (x) {…}`; without a body `fn` is null. */
export interface Arrow extends Node {
  readonly kind: 'arrow';
  readonly source: Word;
  readonly target: ArrowTarget;
  readonly meta: readonly Meta[];
  readonly fn: FnExpr | null;
}

export interface ArrowTarget extends Node {
  readonly path: readonly string[] | null;
  readonly name: string;
  readonly variant: string | null;
}

/**
 * `name meta … : Type value meta …`. Definitions of functions, types and enums are bindings whose value is a
 * FnExpr, TypeDef or EnumDef; imports are bindings whose value is a Qualified or a Name.
 */
export interface Binding extends Node {
  readonly kind: 'binding';
  readonly name: Word;
  readonly meta: readonly Meta[];
  readonly type: TypeExpr | null;
  readonly value: Expr;
}

/** `root.a[0]["k"][k][] value` */
export interface DeepAssign extends Node {
  readonly kind: 'deep-assign';
  readonly root: Word;
  readonly steps: readonly PathStep[];
  readonly meta: readonly Meta[];
  readonly type: TypeExpr | null;
  readonly value: Expr;
}

export interface ExprStatement extends Node {
  readonly kind: 'expr-statement';
  readonly value: Expr;
}

/** `meta <literal>`. Names inside the literal stand for the definitions they name. */
export interface Meta extends Node {
  readonly kind: 'meta';
  readonly value: Expr;
}

// ---- expressions --------------------------------------------------------------------------------------------

export type Expr =
  | Literal
  | TemplateExpr
  | VectorExpr
  | MapExpr
  | BlockExpr
  | NameExpr
  | QualifiedExpr
  | PathExpr
  | CallExpr
  | DoExpr
  | RawExpr
  | PlaceholderExpr
  | ExplicitLambda
  | LambdaExpr
  | FnExpr
  | TypeDef
  | EnumDef
  | SerialExpr
  | ParallelExpr
  | CondExpr
  | MatchExpr
  | PipeExpr
  | ErrorExpr;

export type Literal = NullLit | BoolLit | IntLit | DecLit | StrLit;

export interface NullLit extends Node {
  readonly kind: 'null';
}
export interface BoolLit extends Node {
  readonly kind: 'bool';
  readonly value: boolean;
}
/** Within signed 64 bits. */
export interface IntLit extends Node {
  readonly kind: 'int';
  readonly value: bigint;
}
/** coefficient × 10^(−scale); the scale is what was written: `1.50` has scale 2, `1.` scale 0. */
export interface DecLit extends Node {
  readonly kind: 'dec';
  readonly coefficient: bigint;
  readonly scale: number;
}
export interface StrLit extends Node {
  readonly kind: 'str';
  readonly value: string;
}

/** Escapes and indentation are already processed; empty `${}` parts are left out. */
export interface TemplateExpr extends Node {
  readonly kind: 'template';
  readonly parts: readonly TemplatePart[];
}
export type TemplatePart = StrLit | Expr;

export interface VectorExpr extends Node {
  readonly kind: 'vector';
  readonly elements: readonly Element[];
}
export interface Element extends Node {
  readonly spread: boolean;
  readonly value: Expr;
}

export interface MapExpr extends Node {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}
/** `key: value`; punning `{a}` is an entry whose value is the Name `a` and `pun` is true. */
export type MapEntry =
  | (Node & { readonly kind: 'entry'; readonly key: Word; readonly value: Expr; readonly pun: boolean })
  | (Node & { readonly kind: 'spread'; readonly value: Expr });

/** `{…}` in expression position that is not a map: shares the enclosing scope. */
export interface BlockExpr extends Node {
  readonly kind: 'block';
  readonly statements: readonly Statement[];
}

export interface NameExpr extends Node {
  readonly kind: 'name';
  readonly name: string;
}

/** `::a::b/name`, or the namespace `::a::b` itself when `name` is null. */
export interface QualifiedExpr extends Node {
  readonly kind: 'qualified';
  readonly path: readonly string[];
  readonly name: string | null;
}

/** Reading `base.a[0]`; never empty, never nested. Base: a name, a qualified name, a placeholder or a call. */
export interface PathExpr extends Node {
  readonly kind: 'path';
  readonly base: Expr;
  readonly steps: readonly PathStep[];
}
export type PathStep =
  | (Node & { readonly kind: 'name'; readonly name: string })
  /** A literal index ≥ 0. */
  | (Node & { readonly kind: 'index'; readonly index: number })
  | (Node & { readonly kind: 'key'; readonly key: string })
  /** `[name]`, `[%]`: the value of a variable or placeholder. */
  | (Node & { readonly kind: 'dynamic'; readonly value: NameExpr | PlaceholderExpr })
  /** `[]`: append; last step of a DeepAssign only. */
  | (Node & { readonly kind: 'append' });

/** Callee: Name, Qualified, or a Path over one of them. */
export interface CallExpr extends Node {
  readonly kind: 'call';
  readonly callee: Expr;
  readonly args: readonly Arg[];
}
export interface Arg extends Node {
  readonly lazy: boolean;
  readonly spread: boolean;
  readonly value: Expr;
}

export interface DoExpr extends Node {
  readonly kind: 'do';
  readonly value: Expr;
}
/** `!x` */
export interface RawExpr extends Node {
  readonly kind: 'raw';
  readonly value: Expr;
}
/** `%`, `%2`: index from 1. */
export interface PlaceholderExpr extends Node {
  readonly kind: 'placeholder';
  readonly index: number;
}
/** `%(expr)` */
export interface ExplicitLambda extends Node {
  readonly kind: 'explicit-lambda';
  readonly body: Expr;
}

export type FlowKeyword = 'serial' | 'parallel' | 'cond' | 'cond-all' | 'match' | 'match-all';

/** `(a, b: Int) {…}`, or with a flow word in front (not match). */
export interface LambdaExpr extends Node {
  readonly kind: 'lambda';
  readonly overload: Overload;
}
export interface FnExpr extends Node {
  readonly kind: 'fn';
  readonly overloads: readonly Overload[];
}
export interface Overload extends Node {
  readonly flow: FlowKeyword | null;
  readonly params: readonly Param[];
  readonly returns: TypeExpr | null;
  readonly body: Body;
}
export interface Param extends Node {
  readonly name: Word;
  readonly lazy: boolean;
  readonly rest: boolean;
  readonly type: TypeExpr | null;
}
export type Body =
  | (Node & { readonly kind: 'statements'; readonly statements: readonly Statement[] })
  | (Node & { readonly kind: 'cond-arms'; readonly arms: readonly CondArm[] })
  | (Node & { readonly kind: 'match-arms'; readonly arms: readonly MatchArm[] })
  | (Node & { readonly kind: 'value'; readonly value: Expr });

/** `serial {…}`, `serial(a, b)`, `(a, b)`: the call forms carry expression statements. */
export interface SerialExpr extends Node {
  readonly kind: 'serial';
  readonly statements: readonly Statement[];
}
export interface ParallelExpr extends Node {
  readonly kind: 'parallel';
  readonly statements: readonly Statement[];
}
/** `cond {…}`. In the call form `cond(a, b)` each value is an arm whose `body` is null: the condition's own value. */
export interface CondExpr extends Node {
  readonly kind: 'cond';
  readonly all: boolean;
  readonly arms: readonly CondArm[];
}
/** A default arm has `condition` null. */
export interface CondArm extends Node {
  readonly condition: Expr | null;
  readonly label: Word | null;
  readonly body: Expr | null;
}
export interface MatchExpr extends Node {
  readonly kind: 'match';
  readonly all: boolean;
  readonly subject: Expr;
  readonly arms: readonly MatchArm[];
}
/** `pattern` null: `_ =>` or a bare `=>`. */
export interface MatchArm extends Node {
  readonly pattern: Pattern | null;
  readonly binding: Word | null;
  readonly body: Expr;
}
export interface Pattern extends Node {
  readonly atoms: readonly PatternAtom[];
  /** Some atom was followed by `?`: null matches too. */
  readonly nullable: boolean;
}
export type PatternAtom =
  | (Node & { readonly kind: 'literal'; readonly value: Literal })
  | (Node & { readonly kind: 'data'; readonly value: VectorExpr | MapExpr })
  | (Node & {
      readonly kind: 'type';
      readonly path: readonly string[] | null;
      readonly name: string;
      readonly variant: string | null;
    });

export interface PipeExpr extends Node {
  readonly kind: 'pipe';
  readonly initial: Expr;
  readonly stages: readonly Expr[];
}

/** Stands where the text could not be understood; always comes with a diagnostic. */
export interface ErrorExpr extends Node {
  readonly kind: 'error';
}

// ---- types --------------------------------------------------------------------------------------------------

export type TypeExpr =
  | (Node & {
      readonly kind: 'type-name';
      readonly path: readonly string[] | null;
      readonly name: string;
      readonly variant: string | null;
    })
  | (Node & { readonly kind: 'type-literal'; readonly value: Literal })
  | (Node & { readonly kind: 'type-union'; readonly members: readonly TypeExpr[] })
  | (Node & { readonly kind: 'type-optional'; readonly inner: TypeExpr })
  | (Node & { readonly kind: 'type-generic'; readonly base: TypeExpr; readonly args: readonly TypeExpr[] })
  | (Node & { readonly kind: 'type-error' });

/**
 * `type …`. Forms: marker (nothing), struct (fields, maybe constructors), functions (`type fn …`), alias
 * (`type Str`, `type open "a" | "b"`); the older `type | A | B(T)` is an EnumDef.
 */
export interface TypeDef extends Node {
  readonly kind: 'type-def';
  readonly form: 'marker' | 'struct' | 'functions' | 'alias';
  readonly fields: readonly Field[];
  readonly constructors: FnExpr | null;
  readonly alias: TypeExpr | null;
  readonly open: boolean;
}
export interface Field extends Node {
  readonly name: Word;
  readonly type: TypeExpr;
}
export interface EnumDef extends Node {
  readonly kind: 'enum-def';
  readonly open: boolean;
  readonly variants: readonly Variant[];
}
export interface Variant extends Node {
  readonly name: Word;
  readonly payload: Word | null;
}
