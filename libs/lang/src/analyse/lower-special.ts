/** `if`, `and`, `or`: evaluated in place, so that branches are tail positions and need no closures. */
import type { Span } from '../source/span';
import type { Arg, Expr } from '../syntax/ast';
import type { Core } from './core';
import { lower, lowerOperand } from './lower';
import type { Piped } from './lower-calls';
import { lowerBody } from './lower-functions';
import { hasPlaceholder } from './placeholders';
import type { Env } from './scope';
import { childScope, isLazyLocal } from './scope';

export function lowerIf(
  env: Env,
  args: readonly Arg[],
  piped: Piped | null,
  site: number,
  at: Span,
  tail: boolean,
): Core {
  const branches = piped ? args : args.slice(1);
  const [first] = args;
  const condition = piped ? pipedCore(env, piped) : first ? lowerOperand(env, first.value) : null;
  const [then, otherwise] = branches;
  const none: Core = { kind: 'const', value: { type: 'null' }, start: at.start, end: at.end };
  return {
    kind: 'if',
    site,
    condition: condition ?? none,
    then: then ? branch(env, then.value, tail) : none,
    else: otherwise ? branch(env, otherwise.value, tail) : null,
    start: at.start,
    end: at.end,
  };
}

export function lowerLogic(
  env: Env,
  op: 'and' | 'or',
  args: readonly Arg[],
  piped: Piped | null,
  site: number,
  at: Span,
): Core {
  const operands = args.map((arg) => branch(env, arg.value, false));
  if (piped) operands.unshift(pipedCore(env, piped));
  return { kind: 'logic', site, op, operands, start: at.start, end: at.end };
}

function pipedCore(env: Env, piped: Piped): Core {
  if (piped.core) return piped.core;
  return piped.expr
    ? lowerOperand(env, piped.expr)
    : { kind: 'const', value: { type: 'null' }, start: 0, end: 0 };
}

/** A lazy argument evaluated in place: own scope; a lambda without parameters is the thunk itself. */
function branch(env: Env, expr: Expr, tail: boolean): Core {
  const inner = childScope(env);
  if (expr.kind === 'lambda' && expr.overload.params.length === 0 && !hasPlaceholder(env, expr)) {
    const { overload } = expr;
    return lowerBody({ ...inner, slot: null }, overload, 'lambda', tail);
  }
  const core = lower(inner, expr, tail);
  return isLazyLocal(core) ? { kind: 'force', value: core, start: expr.start, end: expr.end } : core;
}
