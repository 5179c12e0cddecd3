import type { Span } from '../source/span';
import type { Expr, PlaceholderExpr } from '../syntax/ast';
import { forEachChild } from '../syntax/visit';
import { newLocal } from './context';
import type { Core, LambdaNode } from './core';
import { halt } from './names';
import type { Env, Slot } from './scope';
import { childFrame, readLocal } from './scope';

/** A placeholder stands somewhere in the expression, outside of lambdas and explicit forms. */
export function hasPlaceholder(env: Env, expr: Expr): boolean {
  const known = env.placeholders.get(expr);
  if (known !== undefined) return known;
  let found = expr.kind === 'placeholder';
  const opaque = expr.kind === 'lambda' || expr.kind === 'fn' || expr.kind === 'explicit-lambda';
  if (!found && !opaque && expr.kind !== 'type-def') {
    forEachChild(expr, (child) => {
      if (hasPlaceholder(env, child)) found = true;
    });
  }
  env.placeholders.set(expr, found);
  return found;
}

export function lowerPlaceholder(env: Env, expr: PlaceholderExpr): Core {
  const { slot } = env;
  const shown = expr.index === 1 ? '%' : `%${expr.index}`;
  if (!slot || slot.kind === 'barrier') {
    const slash = env.context.indexOf('/');
    const name = slash < 0 ? env.context : env.context.slice(slash + 1);
    const message =
      `Placeholder \`${shown}\` in \`${name}\` (in \`${env.ns.name}\`) has no enclosing parameter slot of type ` +
      '`Fn` to bind to. Wrap the expression with `%(expr)` to make it a function';
    env.a.sink.error('call-lib-error', message, env.file, expr);
    return halt(expr, message);
  }
  for (let index = slot.params.length; index < expr.index; index++) {
    const local = newLocal(env.a, `%${index + 1}`, 'param', expr);
    slot.params.push(local);
    slot.frame.owned.add(local);
  }
  const local = slot.params[expr.index - 1];
  return local ? readLocal(env, local, expr) : halt(expr, 'Placeholder without a parameter');
}

/** `%(body)`: a lambda with as many parameters as the highest placeholder in it. */
export function lowerExplicit(env: Env, at: Span, body: (inner: Env) => Core): LambdaNode {
  const inner = childFrame(env);
  const slot: Slot = { kind: 'explicit', params: [], frame: inner.frame };
  const core = body({ ...inner, slot });
  return lambdaOf(inner, slot, core, at);
}

/**
 * An argument for an Fn parameter. It becomes a lambda when a placeholder in it is not taken by a slot further
 * inside; otherwise it is the plain value, and what it declared belongs to the frame around.
 */
export function lowerSlot(env: Env, at: Span, argument: (inner: Env) => Core): Core {
  const inner = childFrame(env);
  const slot: Slot = { kind: 'implicit', params: [], frame: inner.frame };
  const core = argument({ ...inner, slot });
  if (slot.params.length > 0) return lambdaOf(inner, slot, core, at);
  for (const local of inner.frame.locals) {
    env.frame.locals.push(local);
    env.frame.owned.add(local);
  }
  return core;
}

function lambdaOf(inner: Env, slot: Slot, body: Core, at: Span): LambdaNode {
  return {
    kind: 'lambda',
    params: slot.params,
    frame: inner.frame,
    body,
    captures: [...inner.frame.captures],
    start: at.start,
    end: at.end,
  };
}
