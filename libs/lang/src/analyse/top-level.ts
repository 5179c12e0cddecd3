/** Definitions of namespaces: metadata, signatures, bodies, and the values that are evaluated at start. */
import type { Binding, DeepAssign, Expr, ExplicitLambda, Overload, Statement } from '../syntax/ast';
import { visitExpr } from '../syntax/visit';
import type { DeclaredArrow } from './arrows';
import { newCell, newLocal, nullCore, EMPTY_FRAME } from './context';
import type { Analysis, MemberDraft, Mutable, NamespaceDraft, OverloadDraft } from './context';
import { MAIN_NAMESPACE } from './declare';
import type { NamespaceMeta, NamespaceMetas } from './declare';
import { lower, lowerSteps } from './lower';
import { lowerFlow } from './lower-flows';
import { lowerOverload } from './lower-functions';
import { memberOf } from './members';
import { inheritedMeta, mergeMeta, metaOf, sameMeta } from './metadata';
import type { CellDef, FunctionDef, InitStep, MetaValue, ParamDef, TypeDef, TypeRef } from './program';
import { namedText, resolveType, topScope, typeText } from './resolve-types';
import { newFrame, newScope, addParam } from './scope';
import type { Env } from './scope';
import { requestOf } from './shapes';
import { fillSignature } from './signatures';

/** Members that a name's last definition makes, with that definition. */
interface Own {
  readonly ns: NamespaceDraft;
  readonly member: MemberDraft;
  readonly node: Binding | DeepAssign;
  readonly file: number;
}

export function ownMembers(a: Analysis): readonly Own[] {
  const own: Own[] = [];
  for (const ns of a.namespaces.values()) {
    for (const [name, found] of ns.found) {
      const member = memberOf(a, ns, name);
      const last = found[found.length - 1];
      if (member && last) own.push({ ns, member, node: last.node, file: last.file });
    }
    // Resolution went wherever imports led; readers expect the order of definition.
    const ordered = [...ns.found.keys()].flatMap((name) => ns.members.get(name) ?? []);
    ns.members.clear();
    for (const member of ordered) ns.members.set(member.name, member);
  }
  return own;
}

export function resolveMetadata(a: Analysis, own: readonly Own[], metas: NamespaceMetas): void {
  for (const { ns, member, node, file } of own) {
    member.meta = metaOf(a, ns, file, node.meta);
    member.type = node.type ? typeText(a, file, node.type) : null;
    if (member.aliasMember) continue;
    const { target } = member;
    if (target.kind === 'function') (target.fn as Mutable<FunctionDef>).meta = member.meta;
    if (
      target.kind === 'type' &&
      target.type.kind === 'named' &&
      target.type.type.fullName === member.fullName
    ) {
      (target.type.type as Mutable<TypeDef>).meta = member.meta;
    }
  }
  for (const { member } of own) {
    if (member.aliasMember) member.meta = inheritedMeta(member);
  }
  for (const [ns, list] of metas) resolveNamespaceMeta(a, ns, list);
}

function resolveNamespaceMeta(a: Analysis, ns: NamespaceDraft, list: readonly NamespaceMeta[]): void {
  let first: { readonly meta: MetaValue | null; readonly file: number } | null = null;
  for (const { meta, file } of list) {
    const value = metaOf(a, ns, file, meta);
    if (first && first.file !== file && a.policy === 'merge' && !sameMeta(first.meta, value)) {
      const files = `${a.files[first.file]?.name ?? ''} and ${a.files[file]?.name ?? ''}`;
      const message = `Namespace '${ns.name}' declares conflicting metadata in ${files}`;
      a.sink.error('conflicting-metadata', message, file, meta[0] ?? { start: 0, end: 0 });
    }
    first ??= { meta: value, file };
    ns.meta = mergeMeta(ns.meta, value);
  }
}

/** Annotations of top-level values; those of flows say something else. */
export function cellTypes(a: Analysis, own: readonly Own[]): ReadonlyMap<number, TypeRef> {
  const types = new Map<number, TypeRef>();
  for (const { ns, member, node, file } of own) {
    if (member.target.kind !== 'value' || !node.type || requestOf(node.type) !== 'one') continue;
    types.set(member.target.cell.id, resolveType(topScope(a, ns, file), node.type));
  }
  return types;
}

// ---- signatures ---------------------------------------------------------------------------------------------

export function signatures(a: Analysis, own: readonly Own[], arrows: readonly DeclaredArrow[]): void {
  for (const { ns, member, node, file } of own) {
    const { target } = member;
    const scope = topScope(a, ns, file);
    if (member.aliasOf !== null) continue;
    const { value } = node;
    if (target.kind === 'function') {
      if (value.kind === 'fn') fillSignature(scope, target.fn, value.overloads, null);
      if (value.kind === 'lambda') {
        a.lenient.add(target.fn);
        fillSignature(scope, target.fn, [value.overload], null);
      }
      if (value.kind === 'explicit-lambda') {
        a.lenient.add(target.fn);
        fillExplicit(a, target.fn, value, file);
      }
    }
    const type = target.kind === 'type' && target.type.kind === 'named' ? target.type.type : null;
    if (type?.constructors && value.kind === 'type-def' && value.constructors) {
      fillSignature(scope, type.constructors, value.constructors.overloads, null);
    }
  }
  for (const { def, node, ns } of arrows) {
    if (!def.fn || !node.fn) continue;
    fillSignature(topScope(a, ns, def.file), def.fn, node.fn.overloads, {
      param: def.source,
      paramText: node.source.text,
      returns: def.target,
      returnsText: namedText(node.target),
    });
  }
}

/** `half %(div(%, 2))` at top level is a function with parameters `%1`, `%2` … */
function fillExplicit(a: Analysis, fn: FunctionDef, node: ExplicitLambda, file: number): void {
  let highest = 0;
  visitExpr(node.body, (expr) => {
    if (expr.kind === 'placeholder') highest = Math.max(highest, expr.index);
    return expr.kind !== 'lambda' && expr.kind !== 'fn' && expr.kind !== 'explicit-lambda';
  });
  const params = Array.from({ length: highest }, (_, index): ParamDef => {
    const name = `%${index + 1}`;
    const local = newLocal(a, name, 'param', node);
    const flags = { lazy: false, raw: false, rest: false, isFn: false, coercible: false };
    return { local, name, type: null, typeText: null, ...flags };
  });
  const overload: OverloadDraft = {
    index: 0,
    params,
    fixed: highest,
    variadic: false,
    returns: null,
    returnsText: null,
    file,
    frame: EMPTY_FRAME,
    body: nullCore(node),
    loops: false,
    start: node.start,
    end: node.end,
  };
  (fn as Mutable<FunctionDef>).overloads = [overload];
}

// ---- bodies -------------------------------------------------------------------------------------------------

export function topEnv(a: Analysis, ns: NamespaceDraft, file: number, context: string): Env {
  const frame = newFrame(null);
  return {
    a,
    ns,
    file,
    frame,
    scope: newScope(null, frame),
    slot: null,
    self: null,
    context,
    hidden: null,
    placeholders: new Map(),
  };
}

export function lowerBodies(a: Analysis, own: readonly Own[], arrows: readonly DeclaredArrow[]): void {
  for (const { ns, member, node, file } of own) {
    if (member.aliasOf !== null) continue;
    const { target } = member;
    const { value } = node;
    const env = topEnv(a, ns, file, member.fullName);
    if (target.kind === 'function') {
      if (value.kind === 'fn') lowerAll(env, target.fn, value.overloads);
      if (value.kind === 'lambda') lowerAll(env, target.fn, [value.overload]);
      if (value.kind === 'explicit-lambda') lowerExplicitFunction(env, target.fn, value);
    }
    const type = target.kind === 'type' && target.type.kind === 'named' ? target.type.type : null;
    if (type?.constructors && value.kind === 'type-def' && value.constructors) {
      lowerAll(env, type.constructors, value.constructors.overloads);
    }
  }
  for (const { def, node, ns } of arrows) {
    if (!def.fn || !node.fn) continue;
    lowerAll(topEnv(a, ns, def.file, def.fn.fullName), def.fn, node.fn.overloads);
  }
}

function lowerAll(env: Env, fn: FunctionDef, overloads: readonly Overload[]): void {
  overloads.forEach((node, index) => {
    const draft = fn.overloads[index];
    if (draft) lowerOverload(env, fn, draft as OverloadDraft, node);
  });
}

function lowerExplicitFunction(env: Env, fn: FunctionDef, node: ExplicitLambda): void {
  const draft = fn.overloads[0] as OverloadDraft | undefined;
  if (!draft) return;
  const params = draft.params.map((param) => param.local);
  for (const local of params) addParam(env, local);
  draft.body = lower({ ...env, slot: { kind: 'explicit', params, frame: env.frame } }, node.body);
  draft.frame = env.frame;
}

// ---- values -------------------------------------------------------------------------------------------------

/** In load order, `::hot::main` and snippets last. */
export function initSteps(a: Analysis): readonly InitStep[] {
  const steps: InitStep[] = [];
  const isLast = (ns: NamespaceDraft): boolean =>
    ns.name === MAIN_NAMESPACE || ns.files.every((file) => a.origins[file] === 'snippet');
  const all = [...a.namespaces.values()];
  for (const ns of [...all.filter((one) => !isLast(one)), ...all.filter(isLast)]) {
    let counter = 0;
    for (const { statement, file } of ns.items) {
      const step = stepOf(a, ns, file, statement, () => `$var_${++counter}`);
      if (step) steps.push(step);
    }
  }
  return steps;
}

function stepOf(
  a: Analysis,
  ns: NamespaceDraft,
  file: number,
  node: Statement,
  internalName: () => string,
): InitStep | null {
  if (node.kind === 'expr-statement') {
    const name = internalName();
    const env = topEnv(a, ns, file, `${ns.name}/${name}`);
    return makeStep(env, 'expression', newCell(a, ns, name), node, lower(env, node.value));
  }
  if (node.kind !== 'binding' && node.kind !== 'deep-assign') return null;
  const name = node.kind === 'binding' ? node.name.text : node.root.text;
  const member = memberOf(a, ns, name);
  if (!member) return null;
  const found = ns.found.get(name);
  const last = found?.[found.length - 1]?.node === node;
  if (last && member.target.kind !== 'value') return null;
  if (last && member.aliasOf !== null) return null;
  // Functions and types exist before anything runs; one that a later definition hides is never seen.
  if (node.kind === 'binding' && isDefinition(node.value)) return null;
  // `x add(x, 1)` needs an `x` above it; `count count(xs)` means the core function.
  const first = found?.[0]?.node === node && node.kind === 'binding';
  const env: Env = { ...topEnv(a, ns, file, member.fullName), hidden: first ? name : null };
  const shown = member.target.kind === 'value' && member.aliasOf === null;
  const cell = shown && member.target.kind === 'value' ? member.target.cell : newCell(a, ns, internalName());
  const value = lowerFlow(env, node.value, requestOf(node.type), false);
  if (node.kind === 'binding') return makeStep(env, shown ? 'value' : 'expression', cell, node, value);
  return { ...makeStep(env, 'assign', cell, node, value), steps: lowerSteps(env, node.steps) };
}

function isDefinition(value: Expr): boolean {
  return value.kind === 'fn' || value.kind === 'type-def' || value.kind === 'enum-def';
}

function makeStep(
  env: Env,
  kind: InitStep['kind'],
  cell: CellDef,
  at: { readonly start: number; readonly end: number },
  value: InitStep['value'],
): InitStep {
  return {
    kind,
    ns: env.ns,
    file: env.file,
    cell,
    steps: [],
    value,
    frame: env.frame,
    pure: false,
    start: at.start,
    end: at.end,
  };
}
