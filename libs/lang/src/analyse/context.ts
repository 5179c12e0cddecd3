import { DiagnosticSink } from '../diagnostics/sink';
import type { SourceFile } from '../source/source-file';
import type { Span } from '../source/span';
import type { Binding, DeepAssign, Statement } from '../syntax/ast';
import type { NativeSignature } from '../syntax/native-signature';
import type { Signature } from './callee';
import type { Core, Frame, Local, LocalRole } from './core';
import type {
  ArrowDef,
  CallSite,
  CellDef,
  FunctionDef,
  Member,
  NamespaceDef,
  OverloadDef,
  SourceOrigin,
  TypeDef,
  TypeRef,
} from './program';

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Members are completed step by step; readers of a finished program see them as Member. */
export type MemberDraft = Mutable<Member> & { aliasMember: MemberDraft | null };

/** One definition of a namespace-level name, as it stands in a file. */
export interface Found {
  readonly node: Binding | DeepAssign;
  readonly file: number;
}

export interface TopItem {
  readonly statement: Statement;
  readonly file: number;
}

export interface NamespaceDraft extends NamespaceDef {
  meta: NamespaceDef['meta'];
  readonly members: Map<string, Member>;
  readonly aliases: Map<string, string>;
  readonly files: number[];
  /** All definitions per name, in load order. */
  readonly found: Map<string, Found[]>;
  readonly items: TopItem[];
  /** Names whose member is being worked out right now: an import that leads back to itself. */
  readonly resolving: Set<string>;
}

/** Everything one analysis knows. Passed along; there is no state outside. */
export interface Analysis {
  readonly files: readonly SourceFile[];
  readonly origins: readonly SourceOrigin[];
  /** Where a file begins, as its source says. */
  readonly namespaceOfFile: readonly (string | undefined)[];
  readonly sink: DiagnosticSink;
  readonly natives: ReadonlyMap<string, NativeSignature>;
  /** Natives that are core, by their short name. */
  readonly coreNatives: ReadonlyMap<string, NativeSignature>;
  /** Namespaces that exist only through natives. */
  readonly nativeNamespaces: ReadonlySet<string>;
  readonly policy: 'merge' | 'shadow';
  readonly namespaces: Map<string, NamespaceDraft>;
  /** Core names of Hot definitions → the namespace that defines them. */
  readonly coreNames: Map<string, NamespaceDraft>;
  readonly functions: FunctionDef[];
  readonly types: TypeDef[];
  readonly cells: CellDef[];
  readonly arrows: ArrowDef[];
  readonly callSites: CallSite[];
  /** Ids of user types and names of built-in ones to which an implicit arrow leads. */
  readonly coercible: Set<number | string>;
  /** Functions bound as lambdas: calls with another number of arguments are not reported. */
  readonly lenient: Set<FunctionDef>;
  /** Native signatures in the form of calls. */
  readonly nativeShapes: Map<NativeSignature, Signature>;
  nextLocal: number;
  /** How deep the expression is that is being lowered. */
  depth: number;
}

export function newLocal(
  a: Analysis,
  name: string,
  role: LocalRole,
  span: Span,
  declared: TypeRef | null = null,
): Local {
  return {
    id: a.nextLocal++,
    name,
    role,
    span: { start: span.start, end: span.end },
    declared,
    captured: false,
    reads: 0,
  };
}

export function newCell(a: Analysis, ns: NamespaceDef, name: string): CellDef {
  const cell: CellDef = { id: a.cells.length, name, fullName: `${ns.name}/${name}`, ns, pure: false };
  a.cells.push(cell);
  return cell;
}

export const EMPTY_FRAME: Frame = { locals: [] };

export function nullCore(at: Span): Core {
  return { kind: 'const', value: { type: 'null' }, start: at.start, end: at.end };
}

export type OverloadDraft = Mutable<OverloadDef>;
