/** Type annotations → TypeRef. */
import type { TypeExpr } from '../syntax/ast';
import type { Analysis, NamespaceDraft } from './context';
import { pathText } from './declare';
import { lookupName, lookupQualified } from './members';
import { constOf } from './metadata';
import type { MemberTarget, TypeRef } from './program';
import { nearest } from './suggest';

/** Where a type name is looked up: types of the enclosing bodies first, then the namespace, then core names. */
export interface TypeScope {
  readonly a: Analysis;
  readonly ns: NamespaceDraft;
  readonly file: number;
  /** Types declared in enclosing bodies, and imports made there. */
  readonly local: (name: string) => MemberTarget | null;
  /** Namespace aliases of enclosing bodies. */
  readonly alias: (path: string) => string | null;
  /** Unknown names are errors at top level only. */
  readonly report: boolean;
}

export function topScope(a: Analysis, ns: NamespaceDraft, file: number): TypeScope {
  return { a, ns, file, local: () => null, alias: () => null, report: true };
}

export const ANY: TypeRef = { kind: 'builtin', name: 'Any' };
export const NULL: TypeRef = { kind: 'builtin', name: 'Null' };

export function resolveType(scope: TypeScope, expr: TypeExpr): TypeRef {
  switch (expr.kind) {
    case 'type-literal':
      return { kind: 'literal', value: constOf(expr.value) };
    case 'type-union':
      return { kind: 'union', members: flatten(expr.members.map((member) => resolveType(scope, member))) };
    case 'type-optional':
      return { kind: 'union', members: flatten([resolveType(scope, expr.inner), NULL]) };
    case 'type-generic': {
      const base = resolveType(scope, expr.base);
      return { kind: 'generic', base, args: expr.args.map((arg) => resolveType(scope, arg)) };
    }
    case 'type-error':
      return { kind: 'unknown', text: '' };
    case 'type-name':
      return resolveTypeName(scope, expr);
  }
}

function flatten(members: readonly TypeRef[]): readonly TypeRef[] {
  return members.flatMap((member) => (member.kind === 'union' ? member.members : [member]));
}

interface Named {
  readonly path: readonly string[] | null;
  readonly name: string;
  readonly variant: string | null;
  readonly start: number;
  readonly end: number;
}

function resolveTypeName(scope: TypeScope, expr: Named): TypeRef {
  const type = findType(scope, expr);
  if (type) return type;
  const text = namedText(expr);
  if (scope.report && expr.name !== '') {
    const near = expr.path || expr.variant !== null ? null : nearest(expr.name, knownTypes(scope.ns));
    const message = `Type '${text}' is not defined`;
    scope.a.sink.error(
      'unresolved-type',
      near === null ? message : `${message}. Did you mean '${near}'?`,
      scope.file,
      expr,
    );
  }
  return { kind: 'unknown', text };
}

function* knownTypes(ns: NamespaceDraft): Iterable<string> {
  for (const { name, target } of ns.members.values()) {
    if (target.kind === 'type') yield name;
  }
  yield* ['Str', 'Int', 'Dec', 'Bool', 'Vec', 'Map', 'Bytes', 'Any', 'Null', 'Result'];
}

export function namedText(expr: Named): string {
  const name = expr.path ? `${pathText(expr.path)}/${expr.name}` : expr.name;
  return expr.variant === null ? name : `${name}.${expr.variant}`;
}

/** Null when the name is no type (or no variant of its enum). */
export function findType(scope: TypeScope, expr: Named): TypeRef | null {
  const type = typeOf(findTarget(scope, expr));
  if (!type || expr.variant === null) return type;
  if (type.kind !== 'named' || type.type.kind !== 'enum') return null;
  const { variant } = expr;
  const known = type.type.variants.some((one) => one.name === variant);
  return known ? { kind: 'variant', enum: type.type, variant } : null;
}

function findTarget(scope: TypeScope, expr: Named): MemberTarget | null {
  const { a, ns } = scope;
  if (expr.path === null) return scope.local(expr.name) ?? lookupName(a, ns, expr.name)?.target ?? null;
  const local = scope.alias(pathText(expr.path));
  const path = local ? local.slice(2).split('::') : expr.path;
  const found = lookupQualified(a, ns, path, expr.name);
  return found.kind === 'found' ? found.target : null;
}

function typeOf(target: MemberTarget | null): TypeRef | null {
  if (target?.kind === 'type') return target.type;
  if (target?.kind === 'variant') return { kind: 'variant', enum: target.enum, variant: target.variant };
  return null;
}

/** Null is a value of the type, so that a field of it is not required. */
export function acceptsNull(type: TypeRef, depth = 0): boolean {
  switch (type.kind) {
    case 'builtin':
      return type.name === 'Any' || type.name === 'Null';
    case 'literal':
      return type.value.type === 'null';
    case 'union':
      return type.members.some((member) => acceptsNull(member, depth));
    case 'named':
      return type.type.kind === 'alias' && depth < 16 && acceptsNull(type.type.target, depth + 1);
    case 'generic':
      return acceptsNull(type.base, depth);
    case 'unknown':
      return true;
    case 'variant':
      return false;
  }
}

/** The annotation as written, blanks collapsed. */
export function typeText(a: Analysis, file: number, expr: TypeExpr): string {
  const text = a.files[file]?.text ?? '';
  return text.slice(expr.start, expr.end).replace(/\s+/g, ' ').trim();
}

/** `Fn` stands in the declared type as a whole word: `%` in an argument becomes a lambda. */
export function mentionsFn(text: string | null): boolean {
  return text !== null && /(?<![\p{L}\p{N}_$-])Fn(?![\p{L}\p{N}_$-])/u.test(text);
}
