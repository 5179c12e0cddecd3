import type { Body, Expr, PathStep, Statement } from './ast';

/**
 * Calls `enter` for every expression below and including `expr`, parents first; does not go below one for which
 * it answers false.
 */
export function visitExpr(expr: Expr, enter: (expr: Expr) => boolean): void {
  if (enter(expr)) forEachChild(expr, (child) => visitExpr(child, enter));
}

/** Direct sub-expressions, in source order. Metadata and types are not expressions of the program. */
export function forEachChild(expr: Expr, each: (child: Expr) => void): void {
  switch (expr.kind) {
    case 'template':
      expr.parts.forEach(each);
      return;
    case 'vector':
      for (const element of expr.elements) each(element.value);
      return;
    case 'map':
      for (const entry of expr.entries) each(entry.value);
      return;
    case 'block':
    case 'serial':
    case 'parallel':
      forEachInStatements(expr.statements, each);
      return;
    case 'path':
      each(expr.base);
      forEachInSteps(expr.steps, each);
      return;
    case 'call':
      each(expr.callee);
      for (const arg of expr.args) each(arg.value);
      return;
    case 'do':
    case 'raw':
      each(expr.value);
      return;
    case 'explicit-lambda':
      each(expr.body);
      return;
    case 'lambda':
      forEachInBody(expr.overload.body, each);
      return;
    case 'fn':
      for (const overload of expr.overloads) forEachInBody(overload.body, each);
      return;
    case 'type-def':
      if (expr.constructors) each(expr.constructors);
      return;
    case 'cond':
      for (const arm of expr.arms) {
        if (arm.condition) each(arm.condition);
        if (arm.body) each(arm.body);
      }
      return;
    case 'match':
      each(expr.subject);
      for (const arm of expr.arms) each(arm.body);
      return;
    case 'pipe':
      each(expr.initial);
      expr.stages.forEach(each);
      return;
    default:
      return;
  }
}

export function forEachInStatements(statements: readonly Statement[], each: (child: Expr) => void): void {
  for (const statement of statements) {
    switch (statement.kind) {
      case 'binding':
      case 'expr-statement':
        each(statement.value);
        break;
      case 'deep-assign':
        forEachInSteps(statement.steps, each);
        each(statement.value);
        break;
      case 'arrow':
        if (statement.fn) each(statement.fn);
        break;
      default:
        break;
    }
  }
}

export function forEachInBody(body: Body, each: (child: Expr) => void): void {
  switch (body.kind) {
    case 'statements':
      forEachInStatements(body.statements, each);
      return;
    case 'cond-arms':
      for (const arm of body.arms) {
        if (arm.condition) each(arm.condition);
        if (arm.body) each(arm.body);
      }
      return;
    case 'match-arms':
      for (const arm of body.arms) each(arm.body);
      return;
    case 'value':
      each(body.value);
  }
}

function forEachInSteps(steps: readonly PathStep[], each: (child: Expr) => void): void {
  for (const step of steps) if (step.kind === 'dynamic') each(step.value);
}
