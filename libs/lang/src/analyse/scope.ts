/** Lexical scopes and activation frames while bodies are being lowered. */
import type { Span } from '../source/span';
import type { Expr } from '../syntax/ast';
import { newLocal } from './context';
import type { Analysis, NamespaceDraft } from './context';
import type { Core, Local, LocalNode, LocalRole } from './core';
import type { FunctionDef, MemberTarget, MetaValue, TypeRef } from './program';
import type { TypeScope } from './resolve-types';

export interface FrameDraft {
  readonly locals: Local[];
  /** Parameters and locals of this frame. */
  readonly owned: Set<Local>;
  readonly captures: Set<Local>;
  readonly parent: FrameDraft | null;
}

/** What a name means in a body. */
export interface Entry {
  /** Null for a type or an import that needs no variable. */
  readonly local: Local | null;
  /** Known without running: an import, a second name, a local type. */
  readonly target: MemberTarget | null;
  /** A named local function. */
  readonly fn: FunctionDef | null;
  readonly meta: MetaValue | null;
  readonly type: string | null;
}

export interface Scope {
  readonly names: Map<string, Entry>;
  /** Local functions that stand later in the body: only closures may refer to them. */
  readonly hoisted: Map<string, Entry>;
  readonly aliases: Map<string, string>;
  readonly frame: FrameDraft;
  readonly parent: Scope | null;
}

/**
 * Where `%` binds. An 'implicit' slot is an argument for an `Fn` parameter: it becomes a lambda when some
 * placeholder claims it. A 'barrier' is the body of a written lambda or function.
 */
export interface Slot {
  readonly kind: 'implicit' | 'explicit' | 'barrier';
  readonly params: Local[];
  readonly frame: FrameDraft;
}

/** The overload whose tail position the current expression may be in. */
export interface Self {
  readonly fn: FunctionDef;
  readonly index: number;
  loops: boolean;
}

export interface Env {
  readonly a: Analysis;
  readonly ns: NamespaceDraft;
  readonly file: number;
  readonly scope: Scope;
  readonly frame: FrameDraft;
  readonly slot: Slot | null;
  readonly self: Self | null;
  /** Full name of the definition this is part of, for messages and names of inner functions. */
  readonly context: string;
  /** The top-level name that is being defined: not in scope on its own right side, as far as that runs at once. */
  readonly hidden: string | null;
  /** Results of the search for placeholders, per tree node. */
  readonly placeholders: Map<Expr, boolean>;
}

export function newFrame(parent: FrameDraft | null): FrameDraft {
  return { locals: [], owned: new Set(), captures: new Set(), parent };
}

export function newScope(parent: Scope | null, frame: FrameDraft): Scope {
  return { names: new Map(), hoisted: new Map(), aliases: new Map(), frame, parent };
}

export function childScope(env: Env): Env {
  return { ...env, scope: newScope(env.scope, env.frame) };
}

/** A new activation: closures, thunks, functions. Nothing in it is in tail position of the function around. */
export function childFrame(env: Env): Env {
  const frame = newFrame(env.frame);
  return { ...env, frame, scope: newScope(env.scope, frame), self: null };
}

export function plainEntry(local: Local): Entry {
  return { local, target: null, fn: null, meta: null, type: null };
}

/** A variable of the current frame; not yet visible under a name. */
export function addLocal(
  env: Env,
  name: string,
  role: LocalRole,
  at: Span,
  declared: TypeRef | null = null,
): Local {
  const local = newLocal(env.a, name, role, at, declared);
  env.frame.locals.push(local);
  env.frame.owned.add(local);
  return local;
}

export function addParam(env: Env, local: Local): void {
  env.frame.owned.add(local);
}

export interface Found {
  readonly entry: Entry;
  readonly maybeUnset: boolean;
}

export function lookupLocal(env: Env, name: string): Found | null {
  for (let scope: Scope | null = env.scope; scope; scope = scope.parent) {
    const entry = scope.names.get(name);
    if (entry) return { entry, maybeUnset: false };
    if (scope.frame === env.frame) continue;
    const later = scope.hoisted.get(name);
    if (later) return { entry: later, maybeUnset: true };
  }
  return null;
}

/** The namespace that an alias of an enclosing body gives to the path. */
export function lookupAlias(env: Env, path: string): string | null {
  for (let scope: Scope | null = env.scope; scope; scope = scope.parent) {
    const target = scope.aliases.get(path);
    if (target !== undefined) return target;
  }
  return null;
}

/** Reading a variable; notes the capture in every frame between here and its own. */
export function readLocal(env: Env, local: Local, at: Span, maybeUnset = false): LocalNode {
  touch(env, local);
  return { kind: 'local', local, maybeUnset, start: at.start, end: at.end };
}

export function touch(env: Env, local: Local): void {
  local.reads++;
  for (let frame: FrameDraft | null = env.frame; frame && !frame.owned.has(local); frame = frame.parent) {
    frame.captures.add(local);
    local.captured = true;
  }
}

export function bodyTypeScope(env: Env): TypeScope {
  return {
    a: env.a,
    ns: env.ns,
    file: env.file,
    local: (name) => lookupLocal(env, name)?.entry.target ?? null,
    alias: (path) => lookupAlias(env, path),
    report: false,
  };
}

export function isLazyLocal(core: Core): boolean {
  return core.kind === 'local' && core.local.role === 'lazy-param';
}
