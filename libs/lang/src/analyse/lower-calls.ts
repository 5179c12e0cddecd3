/** Calls: which function is meant, which arguments are lazy, where `%` becomes a lambda, tail calls. */
import type { Span } from '../source/span';
import type { Arg, CallExpr, Expr, NameExpr, QualifiedExpr } from '../syntax/ast';
import {
  arityProblem,
  candidates,
  functionSignature,
  isFnSlot,
  nativeSignature,
  paramAt,
  typeSignature,
  variantSignature,
} from './callee';
import type { Signature } from './callee';
import type { Callee, CallNode, Core, CoreArg, Thunk } from './core';
import { callLib } from './call-lib';
import { definitionNode } from './definition-node';
import { lower, lowerOperand, staticVariant, variantCore } from './lower';
import { lowerIf, lowerLogic } from './lower-special';
import { lowerThunk } from './lower-functions';
import { isBuiltin } from './members';
import { halt, resolveName, resolveQualified, targetCore, unknownName } from './names';
import { hasPlaceholder, lowerSlot } from './placeholders';
import type { FunctionDef, MemberTarget } from './program';
import type { Env } from './scope';
import { isLazyLocal, lookupLocal, touch } from './scope';

/** The callee without its overload choice, and what is known of its parameters (null: nothing). */
export interface Target {
  readonly kind: 'fn' | 'local-fn' | 'other';
  readonly signature: Signature | null;
  readonly callee: (count: number | null) => Callee;
  readonly fn: FunctionDef | null;
  readonly member: MemberTarget | null;
  /** As written, for the table of call sites. */
  readonly text: string;
}

/** The value that a pipe hands to its stage. */
export interface Piped {
  readonly expr: Expr | null;
  /** Already lowered: a stage of a collecting pipe. */
  readonly core: Core | null;
}

export function lowerCall(env: Env, expr: CallExpr, piped: Piped | null, tail: boolean): Core {
  const library = callLib(env, expr);
  if (library) return library;
  const target = findTarget(env, expr.callee);
  return callTarget(env, target, expr.args, piped, expr, tail);
}

export function callTarget(
  env: Env,
  target: Target,
  args: readonly Arg[],
  piped: Piped | null,
  at: Span,
  tail: boolean,
): Core {
  const spread = args.some((arg) => arg.spread);
  const count = args.length + (piped ? 1 : 0);
  checkArity(env, target, spread ? null : count, at);
  const site = callSite(env, at, target.text);
  const special = target.member?.kind === 'native' ? target.member.native.special : null;
  if (special === 'if' && !spread && (count === 2 || count === 3)) {
    return lowerIf(env, args, piped, site, at, tail);
  }
  if ((special === 'and' || special === 'or') && !spread && count > 0) {
    return lowerLogic(env, special, args, piped, site, at);
  }
  const callee = target.callee(spread ? null : count);
  const lowered: CoreArg[] = [];
  if (piped) lowered.push(lowerPiped(env, target.signature, count, piped));
  args.forEach((arg, index) => {
    const position = index + (piped ? 1 : 0);
    if (special === 'definition' && position === 0) {
      const definition = definitionNode(env, arg.value);
      if (definition) {
        lowered.push({ mode: 'value', value: definition });
        return;
      }
    }
    lowered.push(lowerArg(env, target.signature, spread ? null : count, position, arg));
  });
  const node: CallNode = {
    kind: 'call',
    site,
    callee,
    args: lowered,
    tail: tail && !spread ? tailKind(env, target, callee) : 'none',
    start: at.start,
    end: at.end,
  };
  return node;
}

function checkArity(env: Env, target: Target, count: number | null, at: Span): void {
  if (!target.signature || count === null) return;
  const problem = arityProblem(target.signature, count);
  if (problem) env.a.sink.error('arity-mismatch', problem, env.file, at);
}

function tailKind(env: Env, target: Target, callee: Callee): CallNode['tail'] {
  const { self } = env;
  if (!self || target.fn !== self.fn || (callee.kind !== 'fn' && callee.kind !== 'local-fn')) return 'none';
  if (!callee.candidates.includes(self.index)) return 'none';
  self.loops = true;
  return callee.candidates.length === 1 ? 'self' : 'maybe-self';
}

export function callSite(env: Env, at: Span, text: string): number {
  const { callSites, files } = env.a;
  const place = files[env.file]?.placeAt(at.start);
  const id = callSites.length;
  callSites.push({
    id,
    file: env.file,
    start: at.start,
    end: at.end,
    line: place?.line ?? 0,
    column: place?.column ?? 0,
    callee: text,
  });
  return id;
}

// ---- arguments ----------------------------------------------------------------------------------------------

function isLazyAt(signature: Signature | null, count: number | null, index: number): boolean {
  if (!signature) return false;
  return candidates(signature, count).some((at) => {
    const overload = signature.overloads[at];
    return overload !== undefined && paramAt(overload, index)?.lazy === true;
  });
}

function lowerPiped(env: Env, signature: Signature | null, count: number, piped: Piped): CoreArg {
  const lazy = isLazyAt(signature, count, 0);
  if (piped.core) {
    const { core } = piped;
    if (!lazy) return { mode: 'value', value: core };
    return { mode: 'thunk', thunk: { frame: { locals: [] }, body: core, start: core.start, end: core.end } };
  }
  if (!piped.expr) return { mode: 'value', value: halt({ start: 0, end: 0 }, 'A pipe without a value') };
  if (lazy) return lazyArg(env, piped.expr);
  return { mode: 'value', value: lowerOperand(env, piped.expr) };
}

function lowerArg(
  env: Env,
  signature: Signature | null,
  count: number | null,
  index: number,
  arg: Arg,
): CoreArg {
  if (arg.spread) return { mode: 'spread', value: lowerOperand(env, arg.value) };
  const fnSlot = signature !== null && isFnSlot(signature, count ?? index + 1, index);
  const lazy = arg.lazy || isLazyAt(signature, count, index);
  if (fnSlot && opensSlot(env, arg.value)) {
    // The lambda itself is what a lazy parameter holds when it is forced.
    if (!lazy) {
      return { mode: 'value', value: lowerSlot(env, arg.value, (inner) => lower(inner, arg.value)) };
    }
    const thunk = lowerThunk(env, arg.value, (inner) =>
      lowerSlot(inner, arg.value, (deeper) => lower(deeper, arg.value)),
    );
    return { mode: 'thunk', thunk };
  }
  if (lazy) return lazyArg(env, arg.value);
  const core = lower(env, arg.value);
  // A thunk stays one where a function is expected: `call(action)`.
  const force = isLazyLocal(core) && signature !== null && !fnSlot;
  return {
    mode: 'value',
    value: force ? { kind: 'force', value: core, start: arg.start, end: arg.end } : core,
  };
}

/** A bare placeholder is left for a call further outside; inside `%(…)` everything belongs to it. */
function opensSlot(env: Env, value: Expr): boolean {
  return value.kind !== 'placeholder' && env.slot?.kind !== 'explicit' && hasPlaceholder(env, value);
}

function lazyArg(env: Env, expr: Expr): CoreArg {
  if (expr.kind === 'name') {
    const found = lookupLocal(env, expr.name);
    const local = found?.entry.local;
    if (found && local?.role === 'lazy-param') {
      touch(env, local);
      const { start, end } = expr;
      return {
        mode: 'pass-thunk',
        value: { kind: 'local', local, maybeUnset: found.maybeUnset, start, end },
      };
    }
  }
  const thunk: Thunk = lowerThunk(env, expr, (inner) => lower(inner, expr));
  return { mode: 'thunk', thunk };
}

// ---- callees ------------------------------------------------------------------------------------------------

export function findTarget(env: Env, callee: Expr): Target {
  switch (callee.kind) {
    case 'name':
      return namedTarget(env, callee);
    case 'qualified':
      return qualifiedTarget(env, callee);
    case 'path': {
      const variant = staticVariant(env, callee);
      if (variant && callee.steps.length === 1) {
        const known = variantCore(env, variant.enum, variant.variant, callee);
        if (known.kind === 'variant-ref') {
          return memberTarget(
            env,
            { kind: 'variant', ...variant },
            `${variant.enum.name}.${variant.variant}`,
          );
        }
        return dynamic(known, variant.variant);
      }
      return dynamic(lower(env, callee), textOf(env, callee));
    }
    default:
      return dynamic(lower(env, callee), textOf(env, callee));
  }
}

function namedTarget(env: Env, expr: NameExpr): Target {
  const resolved = resolveName(env, expr.name);
  if (resolved.kind === 'outer') return memberTarget(env, resolved.target, expr.name, expr);
  if (resolved.kind === 'unknown') return dynamic(unknownName(env, expr), expr.name);
  const { entry, maybeUnset } = resolved;
  if (entry.target && entry.target.kind !== 'value') return memberTarget(env, entry.target, expr.name, expr);
  if (!entry.local) return dynamic(lower(env, expr), expr.name);
  if (entry.fn) return localFunction(env, entry.fn, entry.local, maybeUnset, expr.name);
  if (entry.local.role === 'lazy-param') {
    // A local that holds an unforced argument is not called through, if the name means a function otherwise.
    const outer = resolveName({ ...env, scope: { ...env.scope, names: new Map(), parent: null } }, expr.name);
    if (outer.kind === 'outer') return memberTarget(env, outer.target, expr.name, expr);
  }
  return dynamic(lower(env, expr), expr.name);
}

function localFunction(
  env: Env,
  fn: FunctionDef,
  local: NonNullable<ReturnType<typeof lookupLocal>>['entry']['local'] & object,
  maybeUnset: boolean,
  text: string,
): Target {
  touch(env, local);
  const signature = functionSignature(fn, env.a.lenient.has(fn));
  return {
    kind: 'local-fn',
    signature,
    callee: (count) => ({
      kind: 'local-fn',
      local,
      fn,
      candidates: candidates(signature, count),
      maybeUnset,
    }),
    fn,
    member: null,
    text,
  };
}

function qualifiedTarget(env: Env, expr: QualifiedExpr): Target {
  const text = textOf(env, expr);
  const target = resolveQualified(env, expr);
  return target
    ? memberTarget(env, target, text, expr)
    : dynamic(halt(expr, `'${text}' cannot be resolved`), text);
}

function memberTarget(env: Env, member: MemberTarget, text: string, at: Span = { start: 0, end: 0 }): Target {
  const other = (signature: Signature | null, callee: Callee): Target => ({
    kind: 'other',
    signature,
    callee: () => callee,
    fn: null,
    member,
    text,
  });
  switch (member.kind) {
    case 'function': {
      const { fn } = member;
      const signature = functionSignature(fn, env.a.lenient.has(fn));
      const callee = (count: number | null): Callee => ({
        kind: 'fn',
        fn,
        candidates: candidates(signature, count),
      });
      return { kind: 'fn', signature, callee, fn, member, text };
    }
    case 'native':
      return other(nativeSignature(env.a.nativeShapes, member.native), {
        kind: 'native',
        native: member.native,
      });
    case 'variant': {
      const variant = member.enum.variants.find((one) => one.name === member.variant);
      return other(variantSignature(member.variant, variant?.payload !== null), member);
    }
    case 'type':
      return typeTarget(env, member, other);
    case 'value':
    case 'namespace':
      return dynamic(targetCore(member, at), text);
  }
}

function typeTarget(
  env: Env,
  member: Extract<MemberTarget, { kind: 'type' }>,
  other: (signature: Signature | null, callee: Callee) => Target,
): Target {
  const { type } = member;
  if (type.kind === 'builtin' && isBuiltin(type.name)) {
    const native = env.a.natives.get(`::hot::type/${type.name}`);
    if (native) return other(nativeSignature(env.a.nativeShapes, native), { kind: 'native', native });
  }
  const signature = type.kind === 'named' ? typeSignature(type.type) : null;
  return other(signature, { kind: 'type', type });
}

export function dynamic(value: Core, text: string): Target {
  return {
    kind: 'other',
    signature: null,
    callee: () => ({ kind: 'dynamic', value }),
    fn: null,
    member: null,
    text,
  };
}

export function textOf(env: Env, at: Span): string {
  return (env.a.files[env.file]?.text ?? '').slice(at.start, Math.min(at.end, at.start + 80));
}
