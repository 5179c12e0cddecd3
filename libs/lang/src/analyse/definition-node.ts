import type { Expr } from '../syntax/ast';
import type { DefinitionNode } from './core';
import { fullPath, resolveName, targetCore } from './names';
import { lookupIn } from './members';
import type { Lookup } from './members';
import { inheritedMeta } from './metadata';
import type { MetaValue } from './program';
import type { Env } from './scope';
import { readLocal } from './scope';

/** The definition that an argument mentions by name; null when it is any other expression. */
export function definitionNode(env: Env, expr: Expr): DefinitionNode | null {
  if (expr.kind === 'name') {
    const resolved = resolveName(env, expr.name);
    if (resolved.kind === 'outer') return outer(env, expr.name, resolved, expr);
    if (resolved.kind !== 'local') return null;
    const { entry } = resolved;
    const { local } = entry;
    if (!local)
      return entry.target ? outer(env, expr.name, { target: entry.target, member: null }, expr) : null;
    return {
      kind: 'definition',
      name: expr.name,
      fullName: null,
      meta: entry.meta,
      type: entry.type,
      file: env.file,
      at: local.span,
      value: entry.target ? targetCore(entry.target, expr) : readLocal(env, local, expr, resolved.maybeUnset),
      start: expr.start,
      end: expr.end,
    };
  }
  if (expr.kind !== 'qualified' || expr.name === null) return null;
  const found = lookupIn(env.a, fullPath(env, expr.path), expr.name);
  return found.kind === 'found' ? outer(env, expr.name, found, expr) : null;
}

function outer(env: Env, name: string, found: Lookup, at: Expr): DefinitionNode {
  const { member, target } = found;
  return {
    kind: 'definition',
    name,
    fullName: fullName(found),
    meta: metaOfTarget(found),
    type: member?.type ?? null,
    file: member?.file ?? env.file,
    at: member?.at ?? { start: at.start, end: at.end },
    value: targetCore(target, at),
    start: at.start,
    end: at.end,
  };
}

function fullName({ member, target }: Lookup): string | null {
  if (member) return member.fullName;
  if (target.kind === 'function') return target.fn.fullName;
  if (target.kind === 'native') return target.native.name;
  if (target.kind === 'type' && target.type.kind === 'named') return target.type.type.fullName;
  return target.kind === 'namespace' ? target.name : null;
}

function metaOfTarget({ member, target }: Lookup): MetaValue | null {
  if (member) return inheritedMeta(member);
  if (target.kind === 'function') return target.fn.meta;
  return target.kind === 'type' && target.type.kind === 'named' ? target.type.type.meta : null;
}
