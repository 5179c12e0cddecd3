/** What a name in a body means, and how it reads as a value. */
import type { Span } from '../source/span';
import type { NameExpr, QualifiedExpr } from '../syntax/ast';
import type { Core, HaltNode } from './core';
import { pathText } from './declare';
import { isBuiltin, lookupCore, lookupIn, lookupName, namespaceExists, resolvePath } from './members';
import type { Lookup } from './members';
import type { MemberTarget } from './program';
import type { Entry, Env } from './scope';
import { lookupAlias, lookupLocal, readLocal } from './scope';
import { nearest } from './suggest';

export type Resolved =
  | { readonly kind: 'local'; readonly entry: Entry; readonly maybeUnset: boolean }
  | ({ readonly kind: 'outer' } & Lookup)
  | { readonly kind: 'unknown' };

export function resolveName(env: Env, name: string): Resolved {
  const local = lookupLocal(env, name);
  if (local) return { kind: 'local', entry: local.entry, maybeUnset: local.maybeUnset };
  const found = name === env.hidden ? lookupCore(env.a, name) : lookupName(env.a, env.ns, name);
  return found ? { kind: 'outer', ...found } : { kind: 'unknown' };
}

/** The namespace path with aliases of bodies and of the namespace applied. */
export function fullPath(env: Env, path: readonly string[]): string {
  return lookupAlias(env, pathText(path)) ?? resolvePath(env.ns, path);
}

/** What is known without running: functions, natives, types, variants, imports of them. Reports nothing. */
export function staticTarget(env: Env, expr: NameExpr | QualifiedExpr): MemberTarget | null {
  if (expr.kind === 'name') {
    const resolved = resolveName(env, expr.name);
    if (resolved.kind === 'local') return resolved.entry.target;
    return resolved.kind === 'outer' ? resolved.target : null;
  }
  const space = fullPath(env, expr.path);
  if (expr.name === null) {
    return namespaceExists(env.a, space) ? { kind: 'namespace', name: space } : null;
  }
  const found = lookupIn(env.a, space, expr.name);
  return found.kind === 'found' ? found.target : null;
}

export function lowerName(env: Env, expr: NameExpr): Core {
  const resolved = resolveName(env, expr.name);
  switch (resolved.kind) {
    case 'local': {
      const { entry, maybeUnset } = resolved;
      if (entry.target && entry.target.kind !== 'value') return targetCore(entry.target, expr);
      if (entry.local) return readLocal(env, entry.local, expr, maybeUnset);
      return entry.target
        ? targetCore(entry.target, expr)
        : halt(expr, `Variable '${expr.name}' has no value`);
    }
    case 'outer':
      return targetCore(resolved.target, expr);
    case 'unknown':
      return unknownName(env, expr);
  }
}

export function unknownName(env: Env, expr: NameExpr): Core {
  const message = `Variable '${expr.name}' cannot be resolved`;
  const near = nearest(expr.name, visibleNames(env));
  env.a.sink.error(
    'unresolved-variable',
    near ? `${message}. Did you mean '${near}'?` : message,
    env.file,
    expr,
  );
  return halt(expr, message);
}

function* visibleNames(env: Env): Iterable<string> {
  for (let scope: Env['scope'] | null = env.scope; scope; scope = scope.parent) yield* scope.names.keys();
  yield* env.ns.found.keys();
  yield* env.a.coreNames.keys();
  yield* env.a.coreNatives.keys();
}

export function lowerQualified(env: Env, expr: QualifiedExpr): Core {
  const target = resolveQualified(env, expr);
  return target ? targetCore(target, expr) : halt(expr, `'${qualifiedText(expr)}' cannot be resolved`);
}

/** Reports what is missing. */
export function resolveQualified(env: Env, expr: QualifiedExpr): MemberTarget | null {
  const space = fullPath(env, expr.path);
  if (expr.name === null) {
    if (namespaceExists(env.a, space)) return { kind: 'namespace', name: space };
    unknownNamespace(env, space, expr);
    return null;
  }
  const found = lookupIn(env.a, space, expr.name);
  if (found.kind === 'found') return found.target;
  if (found.kind === 'unknown-namespace') unknownNamespace(env, space, expr);
  else unknownMember(env, space, expr.name, expr);
  return null;
}

function unknownNamespace(env: Env, space: string, at: Span): void {
  const near = nearest(space, [...env.a.namespaces.keys(), ...env.a.nativeNamespaces]);
  const message = `Namespace '${space}' cannot be resolved`;
  env.a.sink.error(
    'unresolved-variable',
    near ? `${message}. Did you mean '${near}'?` : message,
    env.file,
    at,
  );
}

/** Names of a namespace shown in a message. */
const MAX_SHOWN = 20;

function unknownMember(env: Env, space: string, name: string, at: Span): void {
  const names = [...(env.a.namespaces.get(space)?.found.keys() ?? [])];
  for (const full of env.a.natives.keys()) {
    if (full.startsWith(`${space}/`)) names.push(full.slice(space.length + 1));
  }
  const near = nearest(name, names);
  const unique = [...new Set(names)].sort();
  const shown = unique.slice(0, MAX_SHOWN).join(', ') + (unique.length > MAX_SHOWN ? ', …' : '');
  const hint = near ? `. Did you mean '${near}'?` : '.';
  env.a.sink.error(
    'unresolved-function',
    `'${name}' is not defined in namespace '${space}'${hint} Available in '${space}': ${shown}`,
    env.file,
    at,
  );
}

export function qualifiedText(expr: QualifiedExpr): string {
  return expr.name === null ? pathText(expr.path) : `${pathText(expr.path)}/${expr.name}`;
}

export function targetCore(target: MemberTarget, at: Span): Core {
  const span = { start: at.start, end: at.end };
  switch (target.kind) {
    case 'function':
      return { kind: 'fn-ref', fn: target.fn, ...span };
    case 'native': {
      const short = target.native.name.replace('::hot::type/', '');
      if (isBuiltin(short)) return { kind: 'type-ref', type: { kind: 'builtin', name: short }, ...span };
      return { kind: 'native-ref', native: target.native, ...span };
    }
    case 'type':
      return { kind: 'type-ref', type: target.type, ...span };
    case 'variant':
      return { kind: 'variant-ref', enum: target.enum, variant: target.variant, ...span };
    case 'value':
      return { kind: 'cell', cell: target.cell, ...span };
    case 'namespace':
      return { kind: 'namespace', name: target.name, ...span };
  }
}

export function halt(at: Span, message: string): HaltNode {
  return { kind: 'halt', message, start: at.start, end: at.end };
}
