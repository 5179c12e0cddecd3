/** Fields, variants and alias targets of types; run once all names are known. */
import type { EnumDef as EnumAst, Expr, TypeDef as TypeAst, TypeExpr } from '../syntax/ast';
import type { Analysis, Found, Mutable, NamespaceDraft } from './context';
import { memberOf, newFunction } from './members';
import type { AliasDef, EnumDef, FieldDef, StructDef, TypeDef, TypeRef, VariantDef } from './program';
import { acceptsNull, findType, resolveType, topScope, typeText } from './resolve-types';
import type { TypeScope } from './resolve-types';

interface FillJob {
  readonly type: TypeDef;
  readonly def: Expr;
  readonly ns: NamespaceDraft;
  readonly file: number;
}

/**
 * Fills aliases and enums, and leaves the structs: whether a field is required depends on what its alias stands
 * for, and it may name a variant that an arrow enrolls.
 */
export function fillAliasesAndEnums(a: Analysis): readonly FillJob[] {
  const jobs: FillJob[] = [];
  for (const ns of a.namespaces.values()) {
    for (const [name, found] of ns.found) {
      const target = memberOf(a, ns, name)?.target;
      const last = found[found.length - 1];
      if (target?.kind !== 'type' || target.type.kind !== 'named' || last?.node.kind !== 'binding') continue;
      const { value } = last.node;
      if (value.kind !== 'type-def' && value.kind !== 'enum-def') continue;
      jobs.push({ type: target.type.type, def: value, ns, file: last.file });
      if (target.type.type.kind === 'alias') mergeOpenUnion(a, ns, name, found, target.type.type);
    }
  }
  for (const { type, def, ns, file } of jobs) {
    if (type.kind !== 'struct') fillType(topScope(a, ns, file), type, def);
  }
  return jobs.filter(({ type }) => type.kind === 'struct');
}

export function fillStructs(a: Analysis, jobs: readonly FillJob[]): void {
  for (const { type, def, ns, file } of jobs) fillType(topScope(a, ns, file), type, def);
}

export function fillType(scope: TypeScope, type: TypeDef, def: Expr): void {
  if (def.kind === 'enum-def' && type.kind === 'enum') fillEnum(scope, type, def);
  if (def.kind !== 'type-def') return;
  if (type.kind === 'struct') fillStruct(scope, type, def);
  // A merged open union has its target already.
  if (type.kind === 'alias' && def.alias && !type.open) setTarget(type, resolveType(scope, def.alias));
  if (type.kind === 'alias' && type.open && scope.report === false) {
    scope.a.sink.error(
      'open-literal-union-mismatch',
      `open literal union \`${type.name}\`: cannot be declared inside a body`,
      scope.file,
      type.at,
    );
  }
  if (def.constructors) {
    const { name, ns, file } = type;
    (type as Mutable<TypeDef>).constructors = newFunction(scope.a, {
      name,
      ns,
      origin: 'constructor',
      file,
      at: type.at,
    });
  }
}

function setTarget(type: AliasDef, target: TypeRef): void {
  (type as Mutable<AliasDef>).target = target;
}

function fillStruct(scope: TypeScope, type: StructDef, def: TypeAst): void {
  (type as Mutable<StructDef>).fields = def.fields.map((field): FieldDef => {
    const single = singleLetter(scope, field.type);
    const declared: TypeRef = single ? { kind: 'unknown', text: single } : resolveType(scope, field.type);
    if (single && scope.report) {
      const message = `Invalid generic arity for '${single}': expected 0 parameters, got 1`;
      scope.a.sink.error('invalid-generic-arity', message, scope.file, field.type);
    }
    return {
      name: field.name.text,
      type: declared,
      typeText: typeText(scope.a, scope.file, field.type),
      required: !acceptsNull(declared),
    };
  });
}

/** User types have no parameters: a single capital letter that names nothing was meant as one. */
export function singleLetter(scope: TypeScope, expr: TypeExpr): string | null {
  if (expr.kind !== 'type-name' || expr.path || expr.variant || !/^\p{Lu}$/u.test(expr.name)) return null;
  return findType(scope, expr) ? null : expr.name;
}

function fillEnum(scope: TypeScope, type: EnumDef, def: EnumAst): void {
  (type as Mutable<EnumDef>).variants = def.variants.map(({ name, payload }): VariantDef => {
    const resolved = payload
      ? resolveType(scope, {
          kind: 'type-name',
          path: null,
          name: payload.text,
          variant: null,
          start: payload.start,
          end: payload.end,
        })
      : null;
    return { name: name.text, payload: resolved, enrolled: false };
  });
}

/** Open literal unions collect the members of all their declarations in the namespace. */
function mergeOpenUnion(
  a: Analysis,
  ns: NamespaceDraft,
  name: string,
  found: readonly Found[],
  type: AliasDef,
): void {
  const members: TypeRef[] = [];
  const seen = new Set<string>();
  for (const { node, file } of found) {
    if (node.kind !== 'binding' || node.value.kind !== 'type-def') continue;
    const { alias, open } = node.value;
    if (open !== type.open) {
      const message = `open literal union \`${name}\`: declared both open and closed`;
      a.sink.error('open-literal-union-mismatch', message, file, node.name);
      continue;
    }
    if (!open || !alias) continue;
    const target = resolveType(topScope(a, ns, file), alias);
    for (const member of target.kind === 'union' ? target.members : [target]) {
      if (member.kind !== 'literal') {
        const message = `open literal union \`${name}\`: only literals can be its members`;
        a.sink.error('open-literal-union-mismatch', message, file, alias);
        continue;
      }
      const key = JSON.stringify(member.value, (_, value: unknown) =>
        typeof value === 'bigint' ? `${value}n` : value,
      );
      if (seen.has(key)) continue;
      seen.add(key);
      members.push(member);
    }
  }
  if (type.open) setTarget(type, { kind: 'union', members });
}
