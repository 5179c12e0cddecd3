/** Bodies of functions, lambdas and thunks. */
import type { FnExpr, LambdaExpr, Overload, Expr } from '../syntax/ast';
import type { Span } from '../source/span';
import type { OverloadDraft } from './context';
import { newLocal, nullCore } from './context';
import type { Core, FnNode, LambdaNode, Local, Thunk } from './core';
import { lower } from './lower';
import { lowerCond, lowerFlow, lowerSerial } from './lower-flows';
import { lowerMatch } from './lower-match';
import { lowerParallel } from './lower-parallel';
import { lowerBlock } from './lower-statements';
import { newFunction } from './members';
import type { FunctionDef } from './program';
import { resolveType } from './resolve-types';
import type { Env, FrameDraft, Self, Slot } from './scope';
import { addParam, bodyTypeScope, childFrame, plainEntry } from './scope';
import { requestOf, shapeFor } from './shapes';
import type { ShapeRequest } from './shapes';
import { fillSignature } from './signatures';

function barrier(frame: FrameDraft): Slot {
  return { kind: 'barrier', params: [], frame };
}

export function lowerLambda(env: Env, expr: LambdaExpr): LambdaNode {
  const inner: Env = { ...childFrame(env), hidden: null };
  const { overload } = expr;
  const params = overload.params.map((param): Local => {
    if (param.lazy || param.rest) {
      const what = param.lazy ? 'lazy' : 'rest';
      env.a.sink.error('parse-error', `A lambda has no ${what} parameters: use \`fn\``, env.file, param);
    }
    const type = param.type ? resolveType(bodyTypeScope(env), param.type) : null;
    const local = newLocal(env.a, param.name.text, 'param', param.name, type);
    addParam(inner, local);
    inner.scope.names.set(param.name.text, plainEntry(local));
    return local;
  });
  const body = lowerBody({ ...inner, slot: barrier(inner.frame) }, overload, 'lambda', false);
  return {
    kind: 'lambda',
    params,
    frame: inner.frame,
    body,
    captures: [...inner.frame.captures],
    start: expr.start,
    end: expr.end,
  };
}

/** The argument itself when it is a lambda without parameters, else a closure over the expression. */
export function lowerThunk(env: Env, expr: Expr, body: (inner: Env) => Core): Thunk {
  const inner = childFrame(env);
  const core =
    expr.kind === 'lambda' && expr.overload.params.length === 0
      ? lowerBody({ ...inner, slot: barrier(inner.frame) }, expr.overload, 'lambda', false)
      : body(inner);
  return { frame: inner.frame, body: core, start: expr.start, end: expr.end };
}

export function lowerAnonymousFn(env: Env, expr: FnExpr): FnNode {
  const fn = newFunction(env.a, {
    name: '$fn',
    fullName: `${env.context}.$fn`,
    ns: env.ns,
    origin: 'anonymous',
    file: env.file,
    at: { start: expr.start, end: expr.start + 2 },
  });
  fillSignature(bodyTypeScope(env), fn, expr.overloads, null);
  return lowerFnValue(env, fn, expr, null);
}

/** `own`: the variable that holds the function itself, which is no capture. */
export function lowerFnValue(env: Env, fn: FunctionDef, expr: FnExpr, own: Local | null): FnNode {
  const captures = new Set<Local>();
  expr.overloads.forEach((node, index) => {
    const overload = fn.overloads[index];
    if (!overload) return;
    const frame = lowerOverload({ ...env, context: fn.fullName }, fn, overload as OverloadDraft, node);
    for (const local of frame.captures) captures.add(local);
  });
  if (own) captures.delete(own);
  return { kind: 'fn', fn, captures: [...captures], start: expr.start, end: expr.end };
}

/** Fills frame and body of a signature. */
export function lowerOverload(env: Env, fn: FunctionDef, draft: OverloadDraft, node: Overload): FrameDraft {
  const inner: Env = { ...childFrame(env), hidden: null };
  for (const param of draft.params) {
    addParam(inner, param.local);
    inner.scope.names.set(param.name, { ...plainEntry(param.local), type: param.typeText });
  }
  const self: Self = { fn, index: draft.index, loops: false };
  const kind = env.a.lenient.has(fn) ? 'lambda' : 'fn';
  draft.body = lowerBody({ ...inner, self, slot: barrier(inner.frame) }, node, kind, true);
  draft.frame = inner.frame;
  draft.loops = self.loops;
  return inner.frame;
}

/** On a lambda only `All<…>` has an effect; on a function any annotation says what a flow gives. */
export function lowerBody(env: Env, node: Overload, kind: 'fn' | 'lambda', tail: boolean): Core {
  const { body, flow } = node;
  const asked = requestOf(node.returns);
  const request: ShapeRequest = kind === 'lambda' && asked === 'one' ? 'default' : asked;
  switch (body.kind) {
    case 'cond-arms':
      return lowerCond(env, body.arms, flow === 'cond-all', request, body, tail);
    case 'match-arms': {
      const [subject] = node.params;
      if (!subject) {
        const message = `\`fn ${flow ?? 'match'}\` matches on its first parameter and needs at least one`;
        env.a.sink.error('parse-error', message, env.file, node);
        return nullCore(body);
      }
      const expr: Expr = {
        kind: 'name',
        name: subject.name.text,
        start: subject.name.start,
        end: subject.name.end,
      };
      return lowerMatch(env, expr, body.arms, flow === 'match-all', request, body, tail);
    }
    case 'value':
      return isFlow(body.value) ? lowerFlow(env, body.value, request, tail) : lower(env, body.value, tail);
    case 'statements':
      return lowerStatementBody(env, node, request, body, tail);
  }
}

function isFlow(expr: Expr): boolean {
  switch (expr.kind) {
    case 'serial':
    case 'parallel':
    case 'cond':
    case 'match':
    case 'pipe':
      return true;
    default:
      return false;
  }
}

function lowerStatementBody(
  env: Env,
  node: Overload,
  request: ShapeRequest,
  body: Span & { readonly statements: Parameters<typeof lowerBlock>[1] },
  tail: boolean,
): Core {
  if (node.flow === 'parallel') {
    return lowerParallel(env, body.statements, shapeFor(env, request, true, body), body);
  }
  // `All` without argument on a plain body is the ordinary type of that name.
  const plain = node.flow === null && request === 'all';
  return plain
    ? lowerBlock(env, body.statements, body, tail)
    : lowerSerial(env, body.statements, body, request, tail);
}
