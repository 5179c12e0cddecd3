import type { Span } from '../source/span';
import type { Expr, MatchArm } from '../syntax/ast';
import type { Core, CoreMatchArm, Local } from './core';
import { lower, lowerOperand } from './lower';
import { isDefaultAtom, lowerAtoms, patternKey } from './lower-patterns';
import type { Env } from './scope';
import { addLocal, bodyTypeScope, childScope, plainEntry } from './scope';
import { shapeFor } from './shapes';
import type { ShapeRequest } from './shapes';
import { armsMentionResult, isCoreResult } from './signatures';

export function lowerMatch(
  env: Env,
  subject: Expr,
  arms: readonly MatchArm[],
  all: boolean,
  request: ShapeRequest,
  at: Span,
  tail: boolean,
): Core {
  const shape = shapeFor(env, request, all, at);
  const value = lowerOperand(env, subject);
  const subjectLocal = addLocal(env, '$subject', 'temp', subject);
  const resultAware = armsMentionResult(bodyTypeScope(env), arms);
  const subjectName = subject.kind === 'name' ? subject.name : null;
  const armTail = tail && !all && shape === 'one';
  const lowered = arms.map((arm) => lowerArm(env, arm, subjectName, armTail));
  return {
    kind: 'match',
    all,
    shape,
    subject: value,
    subjectLocal,
    resultAware,
    arms: lowered,
    start: at.start,
    end: at.end,
  };
}

function lowerArm(env: Env, arm: MatchArm, subjectName: string | null, tail: boolean): CoreMatchArm {
  const inner = childScope(env);
  const atoms = arm.pattern ? lowerAtoms(inner, arm.pattern) : null;
  const payload =
    atoms !== null &&
    atoms.length > 0 &&
    atoms.every((atom) => atom.kind === 'variant' && isCoreResult(atom));
  const binds: Local[] = [];
  // In Result arms the subject's own name means the payload, like the name of the arm.
  if (payload && subjectName !== null) binds.push(bind(inner, subjectName, arm));
  if (arm.binding) binds.push(bind(inner, arm.binding.text, arm.binding));
  return {
    pattern: atoms && atoms.some(isDefaultAtom) && atoms.length === 1 ? [{ kind: 'any' }] : atoms,
    key: arm.pattern ? patternKey(env, arm.pattern) : '_',
    binds,
    payload,
    body: lower(inner, arm.body, tail),
    start: arm.start,
    end: arm.end,
  };
}

function bind(env: Env, name: string, at: Span): Local {
  const local = addLocal(env, name, 'arm', at);
  env.scope.names.set(name, plainEntry(local));
  return local;
}
