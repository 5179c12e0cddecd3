/** Arrows of all namespaces: registration, enrollment into open enums, duplicates. */
import type { Arrow } from '../syntax/ast';
import type { Analysis, Mutable, NamespaceDraft } from './context';
import { newFunction } from './members';
import { metaOf } from './metadata';
import type { ArrowDef, EnumDef, FunctionDef, TypeRef } from './program';
import { ANY, findType, namedText, resolveType, topScope } from './resolve-types';

/** An arrow and the tree it came from: signatures and bodies need both. */
export interface DeclaredArrow {
  readonly def: ArrowDef;
  readonly node: Arrow;
  readonly ns: NamespaceDraft;
}

/** Comes before structs and arrows: a type name `Enum.Variant` there may mean an enrolled variant. */
export function enrollVariants(a: Analysis): void {
  for (const ns of a.namespaces.values()) {
    for (const { statement, file } of ns.items) {
      if (statement.kind === 'arrow') enroll(a, ns, file, statement);
    }
  }
}

export function declareArrows(a: Analysis): readonly DeclaredArrow[] {
  const declared: DeclaredArrow[] = [];
  const sites = new Map<string, ArrowDef>();
  for (const ns of a.namespaces.values()) {
    for (const { statement, file } of ns.items) {
      if (statement.kind !== 'arrow') continue;
      const def = makeArrow(a, ns, file, statement);
      const key = `${typeKey(def.source)} -> ${typeKey(def.target)}`;
      const other = sites.get(key);
      if (other && a.policy === 'merge') reportDuplicate(a, other, def, statement);
      sites.set(key, def);
      declared.push({ def, node: statement, ns });
    }
  }
  return declared;
}

function enroll(a: Analysis, ns: NamespaceDraft, file: number, arrow: Arrow): void {
  const { target, source } = arrow;
  const { variant } = target;
  if (variant === null) return;
  const scope = topScope(a, ns, file);
  const owner = findType(scope, { ...target, variant: null });
  if (owner?.kind !== 'named' || owner.type.kind !== 'enum' || !owner.type.open) return;
  if (owner.type.variants.some((one) => one.name === variant)) return;
  const sourceType = resolveType(
    { ...scope, report: false },
    { kind: 'type-name', path: null, name: source.text, variant: null, start: source.start, end: source.end },
  );
  // With a function of its own the payload is what the function builds, not the source.
  const payload = arrow.fn ? ANY : sourceType;
  const draft = owner.type as Mutable<EnumDef>;
  draft.variants = [...draft.variants, { name: variant, payload, enrolled: true }];
}

function makeArrow(a: Analysis, ns: NamespaceDraft, file: number, arrow: Arrow): ArrowDef {
  const scope = topScope(a, ns, file);
  const { source, target } = arrow;
  const from = resolveType(scope, {
    kind: 'type-name',
    path: null,
    name: source.text,
    variant: null,
    start: source.start,
    end: source.end,
  });
  const to = closedTarget(a, ns, file, arrow) ?? resolveType(scope, { kind: 'type-name', ...target });
  let fn: FunctionDef | null = null;
  if (arrow.fn) {
    const name = `${source.text} -> ${namedText(target)}`;
    const draft = newFunction(a, { name, ns, origin: 'arrow', file, at: source });
    draft.meta = metaOf(a, ns, file, arrow.meta);
    fn = draft;
  }
  const def: ArrowDef = {
    id: a.arrows.length,
    source: from,
    target: to,
    fn,
    implicit: isUserType(from) || isUserType(to),
    file,
    at: { start: arrow.start, end: arrow.end },
  };
  a.arrows.push(def);
  return def;
}

/** A variant that a closed enum lacks: nothing is enrolled and the arrow leads nowhere, which is told. */
function closedTarget(a: Analysis, ns: NamespaceDraft, file: number, { target }: Arrow): TypeRef | null {
  if (target.variant === null) return null;
  const scope = { ...topScope(a, ns, file), report: false };
  const owner = findType(scope, { ...target, variant: null });
  if (owner?.kind !== 'named' || owner.type.kind !== 'enum' || findType(scope, target) !== null) return null;
  const message = `\`${owner.type.name}\` is a closed enum: it has no variant '${target.variant}' and gets none`;
  a.sink.warn('invalid-implementation', message, file, target);
  return { kind: 'unknown', text: namedText(target) };
}

function isUserType(type: TypeRef): boolean {
  return type.kind === 'named' || type.kind === 'variant';
}

function reportDuplicate(a: Analysis, first: ArrowDef, second: ArrowDef, node: Arrow): void {
  const message =
    `Ambiguous implementation ${node.source.text} -> ${namedText(node.target)}: ` +
    `first declaration: ${site(a, first)}, duplicate declaration: ${site(a, second)}`;
  a.sink.error('ambiguous-type-implementation', message, second.file, second.at);
}

function site(a: Analysis, arrow: ArrowDef): string {
  const file = a.files[arrow.file];
  if (!file) return '';
  const { line, column } = file.placeAt(arrow.at.start);
  return `${file.name}:${line}:${column}`;
}

/** Same text for the same type. */
export function typeKey(type: TypeRef): string {
  switch (type.kind) {
    case 'builtin':
      return type.name;
    case 'named':
      return `#${type.type.id}`;
    case 'variant':
      return `#${type.enum.id}.${type.variant}`;
    case 'literal':
      return `=${type.value.type}:${'value' in type.value ? String(type.value.value) : 'coefficient' in type.value ? `${type.value.coefficient}e${type.value.scale}` : ''}`;
    case 'union':
      return type.members.map(typeKey).join('|');
    case 'generic':
      return `${typeKey(type.base)}<${type.args.map(typeKey).join(',')}>`;
    case 'unknown':
      return `?${type.text}`;
  }
}
