/** Expressions → core. Flows, calls, functions and statements have files of their own. */
import type { Expr, MapExpr, PathExpr, PathStep, TemplateExpr, VectorExpr } from '../syntax/ast';
import type { Core, CoreStep, MapNode, PathNode } from './core';
import { lowerCall } from './lower-calls';
import { lowerFlow } from './lower-flows';
import { lowerAnonymousFn, lowerLambda } from './lower-functions';
import { anonymousType, lowerBlock } from './lower-statements';
import { constOf } from './metadata';
import { halt, lowerName, lowerQualified, staticTarget } from './names';
import { lowerExplicit, lowerPlaceholder } from './placeholders';
import type { EnumDef } from './program';
import type { Env } from './scope';
import { isLazyLocal } from './scope';

/**
 * The parser bounds how deep expressions nest, but a pipe is as deep as it is long. Every later step walks the core
 * recursively.
 */
const MAX_DEPTH = 512;

/** `tail`: the value is the result of the overload in `env.self`. */
export function lower(env: Env, expr: Expr, tail = false): Core {
  const { a } = env;
  if (a.depth >= MAX_DEPTH) {
    const message = 'Nesting is too deep';
    a.sink.error('parse-error', message, env.file, expr);
    return halt(expr, message);
  }
  a.depth++;
  const core = lowerKind(env, expr, tail);
  a.depth--;
  return core;
}

function lowerKind(env: Env, expr: Expr, tail: boolean): Core {
  switch (expr.kind) {
    case 'null':
    case 'bool':
    case 'int':
    case 'dec':
    case 'str':
      return { kind: 'const', value: constOf(expr), start: expr.start, end: expr.end };
    case 'template':
      return lowerTemplate(env, expr);
    case 'vector':
      return lowerVector(env, expr);
    case 'map':
      return lowerMap(env, expr);
    case 'block':
      return lowerBlock(env, expr.statements, expr, tail);
    case 'name':
      return lowerName(env, expr);
    case 'qualified':
      return lowerQualified(env, expr);
    case 'path':
      return lowerPath(env, expr);
    case 'call':
      return lowerCall(env, expr, null, tail);
    case 'do':
      return { kind: 'force', value: lower(env, expr.value), start: expr.start, end: expr.end };
    case 'raw':
      return { kind: 'raw', value: lower(env, expr.value), start: expr.start, end: expr.end };
    case 'placeholder':
      return lowerPlaceholder(env, expr);
    case 'explicit-lambda':
      return lowerExplicit(env, expr, (inner) => lower(inner, expr.body));
    case 'lambda':
      return lowerLambda(env, expr);
    case 'fn':
      return lowerAnonymousFn(env, expr);
    case 'type-def':
    case 'enum-def':
      return anonymousType(env, expr);
    case 'serial':
    case 'parallel':
    case 'cond':
    case 'match':
    case 'pipe':
      return lowerFlow(env, expr, 'default', tail);
    case 'error':
      return halt(expr, 'This part of the program could not be parsed');
  }
}

/**
 * Where a plain value is wanted: a lazy parameter mentioned by name is evaluated, which is friendlier than handing
 * on the thunk.
 */
export function lowerOperand(env: Env, expr: Expr): Core {
  const core = lower(env, expr);
  return isLazyLocal(core) ? { kind: 'force', value: core, start: expr.start, end: expr.end } : core;
}

function lowerTemplate(env: Env, expr: TemplateExpr): Core {
  const parts = expr.parts.map((part) => (part.kind === 'str' ? part.value : lowerOperand(env, part)));
  return { kind: 'template', parts, start: expr.start, end: expr.end };
}

export function lowerVector(env: Env, expr: VectorExpr): Core {
  const elements = expr.elements.map(({ spread, value }) => ({
    spread,
    value: spread ? lowerOperand(env, value) : lower(env, value),
  }));
  return { kind: 'vector', elements, start: expr.start, end: expr.end };
}

export function lowerMap(env: Env, expr: MapExpr): MapNode {
  const entries = expr.entries.map((entry): MapNode['entries'][number] =>
    entry.kind === 'spread'
      ? { kind: 'spread', value: lowerOperand(env, entry.value) }
      : { kind: 'entry', key: entry.key.text, value: lower(env, entry.value) },
  );
  return { kind: 'map', entries, start: expr.start, end: expr.end };
}

function lowerPath(env: Env, expr: PathExpr): Core {
  const variant = staticVariant(env, expr);
  const span = { start: expr.start, end: expr.end };
  if (!variant) return pathOn(lowerOperand(env, expr.base), lowerSteps(env, expr.steps), span);
  const [first, ...rest] = expr.steps;
  const base = variantCore(env, variant.enum, variant.variant, {
    start: expr.start,
    end: first?.end ?? expr.end,
  });
  return pathOn(base, lowerSteps(env, rest), span);
}

function pathOn(base: Core, steps: readonly CoreStep[], span: { start: number; end: number }): Core {
  if (steps.length === 0) return base;
  const node: PathNode = { kind: 'path', base, steps, ...span };
  return node;
}

export function lowerSteps(env: Env, steps: readonly PathStep[]): readonly CoreStep[] {
  return steps.map((step): CoreStep => {
    switch (step.kind) {
      case 'name':
        return { kind: 'name', name: step.name };
      case 'index':
        return { kind: 'index', index: step.index };
      case 'key':
        return { kind: 'key', key: step.key };
      case 'append':
        return { kind: 'append' };
      case 'dynamic':
        return { kind: 'dynamic', value: lowerOperand(env, step.value) };
    }
  });
}

export interface StaticVariant {
  readonly enum: EnumDef;
  readonly variant: string;
}

/** The path begins with `Enum.Variant` of an enum that is known here. */
export function staticVariant(env: Env, expr: PathExpr): StaticVariant | null {
  const { base, steps } = expr;
  const [step] = steps;
  if (step?.kind !== 'name' || (base.kind !== 'name' && base.kind !== 'qualified')) return null;
  const target = staticTarget(env, base);
  const type = target?.kind === 'type' ? target.type : null;
  if (type?.kind !== 'named' || type.type.kind !== 'enum') return null;
  return { enum: type.type, variant: step.name };
}

/** An unknown variant is certain to fail, but only when it is reached. */
export function variantCore(
  env: Env,
  owner: EnumDef,
  variant: string,
  at: { start: number; end: number },
): Core {
  if (owner.variants.some((one) => one.name === variant)) {
    return { kind: 'variant-ref', enum: owner, variant, start: at.start, end: at.end };
  }
  const message = `Type '${owner.name}' does not have variant '${variant}'`;
  env.a.sink.warn('unresolved-variable', message, env.file, at);
  return halt(at, message);
}
