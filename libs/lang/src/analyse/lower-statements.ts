import type { Span } from '../source/span';
import type {
  Alias,
  Binding,
  DeepAssign,
  EnumDef as EnumAst,
  Expr,
  Statement,
  TypeDef as TypeAst,
} from '../syntax/ast';
import type { Mutable } from './context';
import type { BlockNode, CollectNode, Core, CoreStatement, FnNode, Local } from './core';
import { pathText } from './declare';
import { fillType } from './fill-types';
import { lower, lowerSteps } from './lower';
import { lowerFlow } from './lower-flows';
import { lowerFnValue } from './lower-functions';
import { newFunction, newType } from './members';
import { metaOf } from './metadata';
import { fullPath, resolveName, staticTarget, targetCore } from './names';
import type { FunctionDef, MemberTarget, TypeDef, TypeRef } from './program';
import { resolveType, typeText } from './resolve-types';
import type { Entry, Env } from './scope';
import { addLocal, bodyTypeScope, lookupLocal, readLocal } from './scope';
import { requestOf } from './shapes';
import { fillSignature, retypeSignature } from './signatures';

type Keyed = CoreStatement & { readonly key: string | null };

export function lowerBlock(env: Env, statements: readonly Statement[], at: Span, tail: boolean): Core {
  const lowered = lowerStatements(env, statements, tail);
  const [only] = lowered;
  // A block with one expression is that expression.
  if (only?.kind === 'eval' && lowered.length === 1) return only.value;
  const block: BlockNode = { kind: 'block', statements: lowered, start: at.start, end: at.end };
  return block;
}

export function lowerCollect(
  env: Env,
  statements: readonly Statement[],
  shape: 'map' | 'vec',
  at: Span,
): CollectNode {
  const lowered = lowerStatements(env, statements, false).map((statement): Keyed => ({
    ...statement,
    key: statement.kind === 'let' || statement.kind === 'assign' ? statement.local.name : null,
  }));
  return { kind: 'collect', shape, statements: lowered, start: at.start, end: at.end };
}

function lowerStatements(
  env: Env,
  statements: readonly Statement[],
  tail: boolean,
): readonly CoreStatement[] {
  hoistFunctions(env, statements);
  const lowered: CoreStatement[] = [];
  statements.forEach((statement, index) => {
    const last = index === statements.length - 1;
    const core = lowerStatement(env, statement, tail && last);
    if (core) lowered.push(core);
  });
  return lowered;
}

/** Local functions may refer to each other whatever their order. */
function hoistFunctions(env: Env, statements: readonly Statement[]): void {
  for (const node of statements) {
    if (node.kind !== 'binding' || node.value.kind !== 'fn' || env.scope.hoisted.has(node.name.text))
      continue;
    env.scope.hoisted.set(node.name.text, functionEntry(env, node));
  }
}

function lowerStatement(env: Env, node: Statement, tail: boolean): CoreStatement | null {
  const span = { start: node.start, end: node.end };
  switch (node.kind) {
    case 'expr-statement':
      return { kind: 'eval', value: lower(env, node.value, tail), ...span };
    case 'alias':
      declareAlias(env, node);
      return null;
    case 'deep-assign':
      return lowerAssign(env, node);
    case 'arrow':
      env.a.sink.error('nested-type-implementation', 'Arrows must be declared at top level', env.file, node);
      return null;
    case 'ns-decl':
      return null;
    case 'binding':
      break;
  }
  if (node.value.kind === 'type-def' || node.value.kind === 'enum-def') return declareLocalType(env, node);
  if (node.value.kind === 'fn') {
    const { local } = declareLocalFunction(env, node);
    return { kind: 'let', local, value: lowerBoundValue(env, node, local), ...span };
  }
  // The value is worked out before the name is in scope: `x add(x, 1)` reads the earlier `x`.
  const target = importTarget(env, node.value);
  const value = target ? targetCore(target, node.value) : lowerBound(env, node);
  const local = addLocal(env, node.name.text, 'binding', node.name, declaredType(env, node));
  env.scope.names.set(node.name.text, { ...bindingEntry(env, node), local, target });
  return { kind: 'let', local, value, ...span };
}

/** An annotation of a flow says what shape it has, which is no type of a value. */
function declaredType(env: Env, node: Binding): TypeRef | null {
  const request = requestOf(node.type);
  return node.type && request === 'one' ? resolveType(bodyTypeScope(env), node.type) : null;
}

function lowerBound(env: Env, node: Binding): Core {
  return lowerFlow(env, node.value, requestOf(node.type), false);
}

/** The value of a binding whose variable exists already. */
export function lowerBoundValue(env: Env, node: Binding, local: Local): Core {
  const fn = lookupLocal(env, node.name.text)?.entry.fn;
  if (node.value.kind === 'fn' && fn) return lowerFnValue(env, fn, node.value, local);
  return lowerBound(env, node);
}

/** A second name for something known without running, as far as it is no plain value. */
function importTarget(env: Env, value: Expr): MemberTarget | null {
  if (value.kind !== 'name' && value.kind !== 'qualified') return null;
  const target = staticTarget(env, value);
  return target && target.kind !== 'value' ? target : null;
}

function bindingEntry(env: Env, node: Binding): Omit<Entry, 'local' | 'target'> {
  return {
    fn: null,
    meta: metaOf(env.a, env.ns, env.file, node.meta),
    type: node.type ? typeText(env.a, env.file, node.type) : null,
  };
}

// ---- local definitions --------------------------------------------------------------------------------------

export function declareAlias(env: Env, node: Alias): void {
  env.scope.aliases.set(pathText(node.alias.segments), fullPath(env, node.target.segments));
}

/** Variable and signature; the body is lowered when the statement is reached. */
function functionEntry(env: Env, node: Binding): Entry & { readonly local: Local; readonly fn: FunctionDef } {
  const local = addLocal(env, node.name.text, 'function', node.name);
  const fn = newFunction(env.a, {
    name: node.name.text,
    fullName: `${env.context}.${node.name.text}`,
    ns: env.ns,
    origin: 'local',
    file: env.file,
    at: node.name,
  });
  fn.meta = metaOf(env.a, env.ns, env.file, node.meta);
  if (node.value.kind === 'fn') fillSignature(bodyTypeScope(env), fn, node.value.overloads, null);
  return { ...bindingEntry(env, node), local, target: null, fn };
}

/** Brings the function into scope: before its body, so that it may call itself. */
export function declareLocalFunction(env: Env, node: Binding): { readonly local: Local } {
  const name = node.name.text;
  const hoisted = env.scope.hoisted.get(name);
  const own = hoisted?.local && hoisted.fn && hoisted.fn.at === node.name ? hoisted : null;
  const entry = own ?? functionEntry(env, node);
  if (own?.fn && node.value.kind === 'fn') retypeSignature(bodyTypeScope(env), own.fn, node.value.overloads);
  env.scope.hoisted.delete(name);
  env.scope.names.set(name, entry);
  return { local: entry.local ?? addLocal(env, name, 'function', node.name) };
}

export function declareLocalType(env: Env, node: Binding): CoreStatement {
  const { value } = node;
  const type = newType(env.a, env.ns, node.name.text, value, true, env.file, node.name);
  const draft = type as Mutable<TypeDef>;
  draft.meta = metaOf(env.a, env.ns, env.file, node.meta);
  env.scope.names.set(node.name.text, {
    ...bindingEntry(env, node),
    local: null,
    target: { kind: 'type', type: { kind: 'named', type } },
  });
  fillType(bodyTypeScope(env), type, value);
  const constructors = localConstructors(env, type, value);
  return { kind: 'local-type', type, constructors, start: node.start, end: node.end };
}

function localConstructors(
  env: Env,
  type: TypeDef,
  value: Expr,
): { readonly local: Local; readonly value: FnNode } | null {
  if (!type.constructors || value.kind !== 'type-def' || !value.constructors) return null;
  const local = addLocal(env, type.name, 'function', type.at);
  (type as Mutable<TypeDef>).constructorLocal = local;
  fillSignature(bodyTypeScope(env), type.constructors, value.constructors.overloads, null);
  return { local, value: lowerFnValue(env, type.constructors, value.constructors, local) };
}

/** `type {…}` where a value is expected: a type without a name of its own. */
export function anonymousType(env: Env, expr: TypeAst | EnumAst): Core {
  const type = newType(env.a, env.ns, '$type', expr, true, env.file, expr);
  fillType(bodyTypeScope(env), type, expr);
  if (type.constructors && expr.kind === 'type-def' && expr.constructors) {
    env.a.sink.error(
      'invalid-function-call',
      'A type with constructor functions needs a name: bind it first',
      env.file,
      expr,
    );
  }
  return { kind: 'type-ref', type: { kind: 'named', type }, start: expr.start, end: expr.end };
}

// ---- assignment ---------------------------------------------------------------------------------------------

/** `root.path value` makes a new variable `root`; parameters, outer variables and cells keep their value. */
function lowerAssign(env: Env, node: DeepAssign): CoreStatement {
  const root = rootValue(env, node);
  const steps = lowerSteps(env, node.steps);
  const value = lowerFlow(env, node.value, requestOf(node.type), false);
  const local = addLocal(env, node.root.text, 'binding', node.root);
  env.scope.names.set(node.root.text, { local, target: null, fn: null, meta: null, type: null });
  return { kind: 'assign', local, root, steps, value, start: node.start, end: node.end };
}

/** A function or type of the same name is no value that could have a path: the root counts as missing. */
function rootValue(env: Env, node: DeepAssign): Core | null {
  const resolved = resolveName(env, node.root.text);
  if (resolved.kind === 'local') {
    const { entry, maybeUnset } = resolved;
    if (!entry.local || maybeUnset || (entry.target && entry.target.kind !== 'value')) return null;
    const core = readLocal(env, entry.local, node.root);
    if (entry.local.role !== 'lazy-param') return core;
    return { kind: 'force', value: core, start: node.root.start, end: node.root.end };
  }
  if (resolved.kind === 'outer' && resolved.target.kind === 'value')
    return targetCore(resolved.target, node.root);
  return null;
}
