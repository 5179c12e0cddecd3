/**
 * Namespace-level names → what they stand for. Members are made on demand, so that imports may lead anywhere in
 * any order. Functions and types get their shells here; later passes fill them.
 */
import type { Expr, PathStep } from '../syntax/ast';
import type { NativeSignature } from '../syntax/native-signature';
import type { Analysis, Found, MemberDraft, Mutable, NamespaceDraft } from './context';
import { newCell } from './context';
import { hasTag, nameSpan, pathText } from './declare';
import { BUILTIN_TYPES } from './program';
import type {
  AliasDef,
  BuiltinName,
  EnumDef,
  FunctionDef,
  MemberTarget,
  StructDef,
  TypeDef,
} from './program';

export const TYPE_NAMESPACE = '::hot::type';

const BUILTINS: ReadonlySet<string> = new Set(BUILTIN_TYPES);

export function isBuiltin(name: string): name is BuiltinName {
  return BUILTINS.has(name);
}

/** A name found at namespace level or beyond. `member` is null for natives and built-in types. */
export interface Lookup {
  readonly target: MemberTarget;
  readonly member: MemberDraft | null;
}

export type QualifiedLookup =
  | ({ readonly kind: 'found' } & Lookup)
  | { readonly kind: 'unknown-member'; readonly ns: string }
  | { readonly kind: 'unknown-namespace'; readonly ns: string };

/** Hops of imports that are followed. */
const MAX_HOPS = 16;

export function memberOf(a: Analysis, ns: NamespaceDraft, name: string, hops = 0): MemberDraft | null {
  const known = ns.members.get(name);
  if (known) return known as MemberDraft;
  const found = ns.found.get(name);
  const last = found?.[found.length - 1];
  if (!found || !last || hops > MAX_HOPS || ns.resolving.has(name)) return null;
  ns.resolving.add(name);
  const draft = makeMember(a, ns, name, last, hops);
  ns.resolving.delete(name);
  ns.members.set(name, draft);
  return draft;
}

function makeMember(a: Analysis, ns: NamespaceDraft, name: string, found: Found, hops: number): MemberDraft {
  const { node, file } = found;
  const at = nameSpan(node);
  const base = {
    name,
    ns,
    fullName: `${ns.name}/${name}`,
    meta: null,
    aliasOf: null,
    type: null,
    file,
    at: { start: at.start, end: at.end },
    core: node.kind === 'binding' && hasTag(node.meta, 'core'),
    aliasMember: null,
  };
  if (node.kind === 'binding') {
    const own = ownDefinition(a, ns, name, node.value, file, base.at);
    if (own) return { ...base, target: own };
    const alias = aliasTarget(a, ns, name, node.value, hops);
    if (alias) {
      return { ...base, target: alias.target, aliasOf: alias.fullName, aliasMember: alias.member };
    }
  }
  return { ...base, target: { kind: 'value', cell: newCell(a, ns, name) } };
}

function ownDefinition(
  a: Analysis,
  ns: NamespaceDraft,
  name: string,
  value: Expr,
  file: number,
  at: { readonly start: number; readonly end: number },
): MemberTarget | null {
  switch (value.kind) {
    case 'fn':
    case 'lambda':
    case 'explicit-lambda':
      return { kind: 'function', fn: newFunction(a, { name, ns, origin: 'top', file, at }) };
    case 'type-def':
    case 'enum-def':
      return { kind: 'type', type: { kind: 'named', type: newType(a, ns, name, value, false, file, at) } };
    default:
      return null;
  }
}

export function newFunction(
  a: Analysis,
  it: Pick<FunctionDef, 'name' | 'ns' | 'origin' | 'file' | 'at'> & { readonly fullName?: string },
): Mutable<FunctionDef> {
  const fn: Mutable<FunctionDef> = {
    id: a.functions.length,
    name: it.name,
    fullName: it.fullName ?? `${it.ns.name}/${it.name}`,
    ns: it.ns,
    origin: it.origin,
    overloads: [],
    meta: null,
    file: it.file,
    at: it.at,
  };
  a.functions.push(fn);
  return fn;
}

export function newType(
  a: Analysis,
  ns: NamespaceDraft,
  name: string,
  def: Expr,
  local: boolean,
  file: number,
  at: { readonly start: number; readonly end: number },
): TypeDef {
  const base = {
    id: a.types.length,
    name,
    fullName: `${ns.name}/${name}`,
    ns,
    local,
    meta: null,
    constructors: null,
    constructorLocal: null,
    file,
    at,
  };
  let type: TypeDef;
  if (def.kind === 'enum-def') {
    const enumDef: EnumDef = { ...base, kind: 'enum', open: def.open, variants: [] };
    type = enumDef;
  } else if (def.kind === 'type-def' && def.form === 'alias') {
    const alias: AliasDef = {
      ...base,
      kind: 'alias',
      target: { kind: 'builtin', name: 'Any' },
      open: def.open,
    };
    type = alias;
  } else {
    const form = def.kind === 'type-def' ? def.form : 'marker';
    const struct: StructDef = {
      ...base,
      kind: 'struct',
      fields: [],
      marker: form === 'marker',
      functionsOnly: form === 'functions',
    };
    type = struct;
  }
  a.types.push(type);
  return type;
}

// ---- imports ------------------------------------------------------------------------------------------------

interface AliasTarget extends Lookup {
  readonly fullName: string;
}

/**
 * What `name ::a/b`, `name other` or `name Enum.Variant` stands for; null when it is an ordinary value. A plain
 * name of a value is a value of its own: it is read when its line is evaluated.
 */
function aliasTarget(
  a: Analysis,
  ns: NamespaceDraft,
  name: string,
  value: Expr,
  hops: number,
): AliasTarget | null {
  if (value.kind === 'qualified') {
    if (value.name === null) {
      const target = resolvePath(ns, value.path);
      return namespaceExists(a, target)
        ? { target: { kind: 'namespace', name: target }, member: null, fullName: target }
        : null;
    }
    const found = lookupQualified(a, ns, value.path, value.name, hops + 1);
    return found.kind === 'found' ? named(found, value.name) : null;
  }
  if (value.kind === 'name') {
    const found =
      value.name === name ? lookupCore(a, name, hops + 1) : lookupName(a, ns, value.name, hops + 1);
    return found && found.target.kind !== 'value' ? named(found, value.name) : null;
  }
  if (value.kind === 'path') return variantAlias(a, ns, name, value.base, value.steps, hops);
  return null;
}

function variantAlias(
  a: Analysis,
  ns: NamespaceDraft,
  name: string,
  base: Expr,
  steps: readonly PathStep[],
  hops: number,
): AliasTarget | null {
  const [step] = steps;
  if (steps.length !== 1 || step?.kind !== 'name') return null;
  let found: Lookup | null = null;
  if (base.kind === 'name' && base.name !== name) found = lookupName(a, ns, base.name, hops + 1);
  if (base.kind === 'qualified' && base.name !== null) {
    const qualified = lookupQualified(a, ns, base.path, base.name, hops + 1);
    found = qualified.kind === 'found' ? qualified : null;
  }
  const type = found?.target.kind === 'type' ? found.target.type : null;
  if (type?.kind !== 'named' || type.type.kind !== 'enum') return null;
  return {
    target: { kind: 'variant', enum: type.type, variant: step.name },
    member: null,
    fullName: `${type.type.fullName}.${step.name}`,
  };
}

function named(found: Lookup, written: string): AliasTarget {
  return { target: found.target, member: found.member, fullName: fullNameOf(found, written) };
}

export function fullNameOf(found: Lookup, written: string): string {
  const { target, member } = found;
  // An import of an import stands for the definition at the end.
  if (member) return member.aliasOf ?? member.fullName;
  if (target.kind === 'native') return target.native.name;
  if (target.kind === 'type' && target.type.kind === 'builtin')
    return `${TYPE_NAMESPACE}/${target.type.name}`;
  if (target.kind === 'namespace') return target.name;
  return written;
}

// ---- lookups ------------------------------------------------------------------------------------------------

/** Namespace level, then core names. */
export function lookupName(a: Analysis, ns: NamespaceDraft, name: string, hops = 0): Lookup | null {
  if (ns.found.has(name)) {
    const member = memberOf(a, ns, name, hops);
    if (member) return { target: member.target, member };
  }
  if (name === 'ns') return { target: { kind: 'namespace', name: ns.name }, member: null };
  return lookupCore(a, name, hops);
}

export function lookupCore(a: Analysis, name: string, hops = 0): Lookup | null {
  const home = a.coreNames.get(name);
  if (home) {
    const member = memberOf(a, home, name, hops);
    if (member) return { target: member.target, member };
  }
  if (isBuiltin(name)) return builtinLookup(name);
  const native = a.coreNatives.get(name);
  return native ? nativeLookup(native) : null;
}

function builtinLookup(name: BuiltinName): Lookup {
  return { target: { kind: 'type', type: { kind: 'builtin', name } }, member: null };
}

function nativeLookup(native: NativeSignature): Lookup {
  return { target: { kind: 'native', native }, member: null };
}

export function lookupQualified(
  a: Analysis,
  ns: NamespaceDraft,
  path: readonly string[],
  name: string,
  hops = 0,
): QualifiedLookup {
  return lookupIn(a, resolvePath(ns, path), name, hops);
}

/** `space` is a full namespace path, aliases already applied. */
export function lookupIn(a: Analysis, space: string, name: string, hops = 0): QualifiedLookup {
  const home = a.namespaces.get(space);
  if (home) {
    const member = memberOf(a, home, name, hops);
    if (member) return { kind: 'found', target: member.target, member };
  }
  if (space === TYPE_NAMESPACE && isBuiltin(name)) return { kind: 'found', ...builtinLookup(name) };
  const native = a.natives.get(`${space}/${name}`);
  if (native) return { kind: 'found', ...nativeLookup(native) };
  if (home && name === 'ns') {
    return { kind: 'found', target: { kind: 'namespace', name: space }, member: null };
  }
  return namespaceExists(a, space)
    ? { kind: 'unknown-member', ns: space }
    : { kind: 'unknown-namespace', ns: space };
}

/** Replaces the path when the namespace has an alias for exactly it. */
export function resolvePath(ns: NamespaceDraft, path: readonly string[]): string {
  const text = pathText(path);
  return ns.aliases.get(text) ?? text;
}

export function namespaceExists(a: Analysis, name: string): boolean {
  return a.namespaces.has(name) || a.nativeNamespaces.has(name) || name === TYPE_NAMESPACE;
}
