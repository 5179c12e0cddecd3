/** Metadata clauses → data. A name stands for the definition it names and is never evaluated. */
import type { Expr, Literal, Meta } from '../syntax/ast';
import type { Analysis, MemberDraft, NamespaceDraft } from './context';
import type { ConstValue } from './core';
import { pathText } from './declare';
import { fullNameOf, lookupName, lookupQualified } from './members';
import type { Lookup } from './members';
import type { MetaValue } from './program';

export function constOf(literal: Literal): ConstValue {
  switch (literal.kind) {
    case 'null':
      return { type: 'null' };
    case 'bool':
      return { type: 'bool', value: literal.value };
    case 'int':
      return { type: 'int', value: literal.value };
    case 'dec':
      return { type: 'dec', coefficient: literal.coefficient, scale: literal.scale };
    case 'str':
      return { type: 'str', value: literal.value };
  }
}

/** Several clauses of one definition: maps merge, later keys win; anything else replaces. */
export function metaOf(
  a: Analysis,
  ns: NamespaceDraft,
  file: number,
  clauses: readonly Meta[],
): MetaValue | null {
  let result: MetaValue | null = null;
  for (const clause of clauses) {
    result = mergeMeta(result, metaValue(a, ns, file, clause.value));
  }
  return result;
}

/** `over` wins per key. */
export function mergeMeta(under: MetaValue | null, over: MetaValue | null): MetaValue | null {
  if (!over || !under) return over ?? under;
  if (under.type !== 'map' || over.type !== 'map') return over;
  const merged = new Map(under.entries);
  for (const [key, value] of over.entries) merged.set(key, value);
  return { type: 'map', entries: [...merged] };
}

/** Metadata of an import: as written here, over that of what it stands for. */
export function inheritedMeta(member: MemberDraft, hops = 0): MetaValue | null {
  if (!member.aliasMember || hops >= 16) return member.meta;
  return mergeMeta(tagsAsMap(inheritedMeta(member.aliasMember, hops + 1)), tagsAsMap(member.meta));
}

/** `["a"]` and `"a"` are short for `{a: true}`; only a merge needs the long form. */
function tagsAsMap(meta: MetaValue | null): MetaValue | null {
  if (meta?.type === 'str') return { type: 'map', entries: [[meta.value, { type: 'bool', value: true }]] };
  if (meta?.type !== 'vec') return meta;
  const entries: [string, MetaValue][] = [];
  for (const item of meta.items) {
    if (item.type === 'str') entries.push([item.value, { type: 'bool', value: true }]);
  }
  return { type: 'map', entries };
}

function metaValue(a: Analysis, ns: NamespaceDraft, file: number, expr: Expr): MetaValue {
  switch (expr.kind) {
    case 'null':
    case 'bool':
    case 'int':
    case 'dec':
    case 'str':
      return constOf(expr);
    case 'template': {
      const [only] = expr.parts;
      if (expr.parts.length === 0) return { type: 'str', value: '' };
      if (expr.parts.length === 1 && only?.kind === 'str') return { type: 'str', value: only.value };
      break;
    }
    case 'vector':
      return { type: 'vec', items: expr.elements.map((element) => metaValue(a, ns, file, element.value)) };
    case 'map': {
      const entries = new Map<string, MetaValue>();
      for (const entry of expr.entries) {
        if (entry.kind === 'entry') entries.set(entry.key.text, metaValue(a, ns, file, entry.value));
        else a.sink.error('invalid-metadata', 'Metadata is literal: no spreads', file, entry);
      }
      return { type: 'map', entries: [...entries] };
    }
    case 'name':
      return reference(expr.name, lookupName(a, ns, expr.name));
    case 'qualified': {
      const text = pathText(expr.path);
      if (expr.name === null) return { type: 'ref', text, fullName: text };
      const found = lookupQualified(a, ns, expr.path, expr.name);
      return reference(`${text}/${expr.name}`, found.kind === 'found' ? found : null);
    }
    case 'path': {
      const base = metaValue(a, ns, file, expr.base);
      const [step] = expr.steps;
      if (base.type === 'ref' && expr.steps.length === 1 && step?.kind === 'name') {
        const fullName = base.fullName === null ? null : `${base.fullName}.${step.name}`;
        return { type: 'ref', text: `${base.text}.${step.name}`, fullName };
      }
      break;
    }
    default:
      break;
  }
  a.sink.error('invalid-metadata', 'Metadata is literal: only values and names', file, expr);
  return { type: 'null' };
}

function reference(text: string, found: Lookup | null): MetaValue {
  return { type: 'ref', text, fullName: found ? fullNameOf(found, text) : null };
}

// ---- reading ------------------------------------------------------------------------------------------------

/** The value under a key; tag forms answer true for their tags. */
export function metaGet(meta: MetaValue | null, key: string): MetaValue | null {
  const map = tagsAsMap(meta);
  if (map?.type !== 'map') return null;
  return map.entries.find(([name]) => name === key)?.[1] ?? null;
}

export function metaFlag(meta: MetaValue | null, key: string): boolean {
  const value = metaGet(meta, key);
  return value !== null && value.type !== 'null' && !(value.type === 'bool' && !value.value);
}

export function sameMeta(left: MetaValue | null, right: MetaValue | null): boolean {
  return encode(left) === encode(right);
}

/** A canonical text; keys sorted, so that order does not make a difference. */
function encode(meta: MetaValue | null): string {
  if (meta === null) return '-';
  switch (meta.type) {
    case 'vec':
      return `[${meta.items.map(encode).join(',')}]`;
    case 'map': {
      const parts = meta.entries.map(([key, value]) => `${JSON.stringify(key)}:${encode(value)}`);
      return `{${parts.sort().join(',')}}`;
    }
    case 'ref':
      return `&${meta.fullName ?? meta.text}`;
    case 'int':
      return `${meta.value}`;
    case 'dec':
      return `${meta.coefficient}e-${meta.scale}`;
    case 'null':
      return 'null';
    default:
      return JSON.stringify(meta.value);
  }
}
