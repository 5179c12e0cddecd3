/** Parameters of functions, known before any body is lowered: `%` and laziness at call sites depend on them. */
import type { MatchArm, Overload, TypeExpr } from '../syntax/ast';
import type { Analysis, Mutable, OverloadDraft } from './context';
import { EMPTY_FRAME, newLocal, nullCore } from './context';
import type { Local, LocalRole } from './core';
import type { FunctionDef, ParamDef, TypeRef } from './program';
import { singleLetter } from './fill-types';
import { findType, mentionsFn, resolveType, typeText } from './resolve-types';
import type { TypeScope } from './resolve-types';

const RESULT = '::hot::type/Result';

/** What an arrow says about its function where the function itself is silent. */
export interface Implied {
  readonly param: TypeRef;
  readonly paramText: string;
  readonly returns: TypeRef;
  readonly returnsText: string;
}

export function fillSignature(
  scope: TypeScope,
  fn: FunctionDef,
  overloads: readonly Overload[],
  implied: Implied | null,
): void {
  (fn as Mutable<FunctionDef>).overloads = overloads.map((node, index) =>
    overloadOf(scope, fn, node, index, implied),
  );
}

function overloadOf(
  scope: TypeScope,
  fn: FunctionDef,
  node: Overload,
  index: number,
  implied: Implied | null,
): OverloadDraft {
  const raw = (node.flow === 'match' || node.flow === 'match-all') && matchesResult(scope, node);
  const params = node.params.map((param, at): ParamDef => {
    const keepsResult = raw && at === 0 && !param.lazy && !param.rest;
    const role: LocalRole = param.rest
      ? param.lazy
        ? 'lazy-rest'
        : 'rest'
      : param.lazy
        ? 'lazy-param'
        : keepsResult
          ? 'raw-param'
          : 'param';
    if (param.type) checkGeneric(scope, fn, param.type);
    const impliedHere = at === 0 && param.type === null ? implied : null;
    const type = param.type ? resolveType(scope, param.type) : (impliedHere?.param ?? null);
    const text = param.type ? typeText(scope.a, scope.file, param.type) : (impliedHere?.paramText ?? null);
    return {
      local: newLocal(scope.a, param.name.text, role, param.name, param.rest ? null : type),
      name: param.name.text,
      lazy: param.lazy,
      raw: keepsResult,
      rest: param.rest,
      type,
      typeText: text,
      isFn: mentionsFn(text),
      coercible: isCoercible(scope.a, type),
    };
  });
  const variadic = params.some((param) => param.rest);
  return {
    index,
    params,
    fixed: variadic ? params.length - 1 : params.length,
    variadic,
    returns: node.returns ? resolveType(scope, node.returns) : (implied?.returns ?? null),
    returnsText: node.returns ? typeText(scope.a, scope.file, node.returns) : (implied?.returnsText ?? null),
    file: scope.file,
    frame: EMPTY_FRAME,
    body: nullCore(node.body),
    loops: false,
    start: node.start,
    end: node.end,
  };
}

/**
 * Resolves the annotations of a local function once more: it is known to the whole body, but a type of that body only
 * from its declaration on. In place, because calls that stand earlier refer to the overloads.
 */
export function retypeSignature(scope: TypeScope, fn: FunctionDef, overloads: readonly Overload[]): void {
  overloads.forEach((node, index) => {
    const draft = fn.overloads[index] as Mutable<OverloadDraft> | undefined;
    if (!draft) return;
    node.params.forEach((written, at) => {
      const param = draft.params[at] as Mutable<ParamDef> | undefined;
      if (!written.type || !param) return;
      param.type = resolveType(scope, written.type);
      param.coercible = isCoercible(scope.a, param.type);
      if (!param.rest) (param.local as Mutable<Local>).declared = param.type;
    });
    if (node.returns) draft.returns = resolveType(scope, node.returns);
  });
}

function checkGeneric(scope: TypeScope, fn: FunctionDef, type: TypeExpr): void {
  const letter = fn.origin === 'constructor' && scope.report ? singleLetter(scope, type) : null;
  if (!letter) return;
  const message = `Invalid generic arity for '${letter}': expected 0 parameters, got 1`;
  scope.a.sink.error('invalid-generic-arity', message, scope.file, type);
}

/** `fn match` with an arm on Result: its first parameter keeps Results. */
function matchesResult(scope: TypeScope, node: Overload): boolean {
  return node.body.kind === 'match-arms' && armsMentionResult(scope, node.body.arms);
}

export function armsMentionResult(scope: TypeScope, arms: readonly MatchArm[]): boolean {
  return arms.some((arm) =>
    arm.pattern?.atoms.some((atom) => {
      const type = atom.kind === 'type' ? findType(scope, atom) : null;
      return type !== null && isCoreResult(type);
    }),
  );
}

/** The Result of the library, whatever it is called here; a local type of that name is another. */
export function isCoreResult(type: TypeRef): boolean {
  if (type.kind === 'variant') return type.enum.fullName === RESULT;
  return type.kind === 'named' && type.type.fullName === RESULT;
}

function isCoercible(a: Analysis, type: TypeRef | null): boolean {
  switch (type?.kind) {
    case 'named':
      return a.coercible.has(type.type.id);
    case 'variant':
      return a.coercible.has(type.enum.id);
    case 'builtin':
      return a.coercible.has(type.name);
    case 'union':
      return type.members.some((member) => isCoercible(a, member));
    default:
      return false;
  }
}

export function collectCoercible(a: Analysis): void {
  for (const { target, implicit } of a.arrows) {
    if (!implicit) continue;
    if (target.kind === 'named') a.coercible.add(target.type.id);
    else if (target.kind === 'variant') a.coercible.add(target.enum.id);
    else if (target.kind === 'builtin') a.coercible.add(target.name);
  }
}
