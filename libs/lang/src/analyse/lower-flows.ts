/** serial, cond, pipes; match and parallel have files of their own. */
import type { Span } from '../source/span';
import type { CondArm, Expr, PipeExpr, Statement } from '../syntax/ast';
import type { Core, CoreCondArm, PipeNode } from './core';
import { lower, lowerOperand } from './lower';
import { callTarget, dynamic, findTarget, lowerCall, textOf } from './lower-calls';
import type { Piped } from './lower-calls';
import { lowerMatch } from './lower-match';
import { lowerParallel } from './lower-parallel';
import { lowerBlock, lowerCollect } from './lower-statements';
import type { Env } from './scope';
import { addLocal, childScope, readLocal } from './scope';
import { shapeFor } from './shapes';
import type { ShapeRequest } from './shapes';

/** Flows obey the annotation of their binding or function; other values ignore it. */
export function lowerFlow(env: Env, expr: Expr, request: ShapeRequest, tail: boolean): Core {
  switch (expr.kind) {
    case 'serial':
      return lowerSerial(env, expr.statements, expr, request, tail);
    case 'parallel':
      return lowerParallel(env, expr.statements, shapeFor(env, request, true, expr), expr);
    case 'cond':
      return lowerCond(env, expr.arms, expr.all, request, expr, tail);
    case 'match':
      return lowerMatch(env, expr.subject, expr.arms, expr.all, request, expr, tail);
    case 'pipe':
      return lowerPipe(env, expr, request);
    default:
      return lower(env, expr, tail);
  }
}

export function lowerSerial(
  env: Env,
  statements: readonly Statement[],
  at: Span,
  request: ShapeRequest,
  tail: boolean,
): Core {
  const shape = shapeFor(env, request, false, at);
  if (shape === 'one') return lowerBlock(env, statements, at, tail);
  return lowerCollect(env, statements, shape, at);
}

export function lowerCond(
  env: Env,
  arms: readonly CondArm[],
  all: boolean,
  request: ShapeRequest,
  at: Span,
  tail: boolean,
): Core {
  const shape = shapeFor(env, request, all, at);
  const armTail = tail && !all && shape === 'one';
  const lowered = arms.map((arm, index): CoreCondArm => {
    const inner = childScope(env);
    const key = arm.label?.text ?? `cond_branch_${index}`;
    const span = { start: arm.start, end: arm.end };
    if (arm.body) {
      const condition = arm.condition ? lowerOperand(inner, arm.condition) : null;
      return { condition, key, body: lower(inner, arm.body, armTail), ...span };
    }
    // `cond(a, b)`: the value of the condition is the value of the arm, evaluated once.
    const local = addLocal(inner, '$cond', 'temp', arm);
    const value = arm.condition ? lowerOperand(inner, arm.condition) : lower(inner, missing(arm));
    const condition: Core = { kind: 'block', statements: [{ kind: 'let', local, value, ...span }], ...span };
    return { condition, key, body: readLocal(inner, local, arm), ...span };
  });
  return { kind: 'cond', all, shape, arms: lowered, start: at.start, end: at.end };
}

function missing(at: Span): Expr {
  return { kind: 'null', start: at.start, end: at.end };
}

// ---- pipes --------------------------------------------------------------------------------------------------

function lowerPipe(env: Env, expr: PipeExpr, request: ShapeRequest): Core {
  const shape = shapeFor(env, request, false, expr);
  if (shape !== 'one') return lowerCollectingPipe(env, expr, shape);
  const last = expr.stages.length - 1;
  return stage(env, expr, last);
}

/** Stage `index` around the stages before it: `v |> f(a)` is `f(v, a)`, laziness included. */
function stage(env: Env, expr: PipeExpr, index: number): Core {
  const current = expr.stages[index];
  if (!current) return lower(env, expr.initial);
  const before: Expr =
    index === 0
      ? expr.initial
      : {
          kind: 'pipe',
          initial: expr.initial,
          stages: expr.stages.slice(0, index),
          start: expr.start,
          end: expr.stages[index - 1]?.end ?? expr.end,
        };
  return applyStage(env, current, { expr: before, core: null }, { start: expr.start, end: current.end });
}

function applyStage(env: Env, current: Expr, piped: Piped, at: Span): Core {
  switch (current.kind) {
    case 'call':
      return lowerCall(env, { ...current, start: current.start }, piped, false);
    case 'path':
      if (current.base.kind === 'call') {
        const base = lowerCall(env, current.base, piped, false);
        const read = lower(env, { ...current, base: { kind: 'null', start: at.start, end: at.start } });
        return read.kind === 'path' ? { ...read, base } : base;
      }
      return callTarget(env, findTarget(env, current), [], piped, current, false);
    case 'name':
    case 'qualified':
      return callTarget(env, findTarget(env, current), [], piped, current, false);
    default:
      return callTarget(env, dynamic(lower(env, current), textOf(env, current)), [], piped, current, false);
  }
}

function lowerCollectingPipe(env: Env, expr: PipeExpr, shape: 'map' | 'vec'): PipeNode {
  const initial = lowerOperand(env, expr.initial);
  let local = addLocal(env, '$pipe_0', 'temp', expr.initial);
  const stages: PipeNode['stages'][number][] = [{ local, value: initial }];
  expr.stages.forEach((current, index) => {
    const core = readLocal(env, local, current);
    const value = applyStage(env, current, { expr: null, core }, current);
    local = addLocal(env, `$pipe_${index + 1}`, 'temp', current);
    stages.push({ local, value });
  });
  return { kind: 'pipe', shape, stages, start: expr.start, end: expr.end };
}
