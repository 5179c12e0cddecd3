/** What is known of a value's type before running, and whether a value of one type can be one of another. */
import type { Core, Local } from './core';
import { isCoreResult } from './signatures';
import type { ArrowDef, BuiltinName, TypeDef, TypeRef } from './program';

/** Alias chains longer than this are treated as unknown. */
const MAX_ALIASES = 16;

export interface TypeFacts {
  readonly arrows: readonly ArrowDef[];
  /** Types of bindings without annotation, as far as their value says. */
  readonly locals: Map<Local, TypeRef | null>;
  /**
   * The same of top-level values, by cell id. An annotation there is no promise: it may only lead to warnings, and to
   * checks that rely on annotations anyway.
   */
  readonly cells?: ReadonlyMap<number, TypeRef | null>;
}

const builtin = (name: BuiltinName): TypeRef => ({ kind: 'builtin', name });

/** Null: nothing definite. Never guesses: what a function returns is up to the function. */
export function infer(facts: TypeFacts, core: Core): TypeRef | null {
  switch (core.kind) {
    case 'const':
      return { kind: 'literal', value: core.value };
    case 'template':
      return builtin('Str');
    case 'vector':
      return builtin('Vec');
    case 'map':
      return builtin('Map');
    case 'lambda':
    case 'fn':
    case 'fn-ref':
    case 'native-ref':
      return builtin('Fn');
    case 'namespace':
      return builtin('Namespace');
    case 'variant-ref': {
      const payload = core.enum.variants.find((one) => one.name === core.variant)?.payload ?? null;
      return payload ? builtin('Fn') : { kind: 'variant', enum: core.enum, variant: core.variant };
    }
    case 'local':
      return core.local.declared ?? facts.locals.get(core.local) ?? null;
    case 'cell':
      return facts.cells?.get(core.cell.id) ?? null;
    case 'call':
      if (core.callee.kind === 'variant') {
        return { kind: 'variant', enum: core.callee.enum, variant: core.callee.variant };
      }
      // A declared constructor may give anything; a failed construction is an Err, which no check is about.
      if (core.callee.kind !== 'type' || core.callee.type.kind !== 'named') return null;
      return core.callee.type.type.constructors ? null : core.callee.type;
    case 'path':
      return inferPath(facts, core);
    default:
      return null;
  }
}

function inferPath(facts: TypeFacts, core: Extract<Core, { kind: 'path' }>): TypeRef | null {
  let type = infer(facts, core.base);
  for (const step of core.steps) {
    const struct = type ? structOf(type) : null;
    if (!struct || step.kind !== 'name') return null;
    type = struct.fields.find((field) => field.name === step.name)?.type ?? null;
  }
  return type;
}

/** The struct that values of the type certainly are. */
export function structOf(type: TypeRef): Extract<TypeDef, { kind: 'struct' }> | null {
  return type.kind === 'named' && type.type.kind === 'struct' && !type.type.marker ? type.type : null;
}

/** True unless a value of `source` can certainly not stand where `target` is declared. */
export function canFit(facts: TypeFacts, source: TypeRef, target: TypeRef, depth = 0): boolean {
  if (depth > MAX_ALIASES || isOpenEnded(source) || isOpenEnded(target)) return true;
  const again = (left: TypeRef, right: TypeRef): boolean => canFit(facts, left, right, depth + 1);
  if (source.kind === 'union') return source.members.some((member) => again(member, target));
  if (target.kind === 'union') return target.members.some((member) => again(source, member));
  if (source.kind === 'generic') return again(source.base, target);
  if (target.kind === 'generic') return again(source, target.base);
  if (target.kind === 'named' && target.type.kind === 'alias') {
    return sameType(source, target) || again(source, target.type.target);
  }
  if (source.kind === 'named' && source.type.kind === 'alias') return again(source.type.target, target);
  if (target.kind === 'literal') {
    return source.kind === 'literal'
      ? sameLiteral(source, target)
      : source.kind === 'builtin' && source.name === literalBase(target);
  }
  if (source.kind === 'literal') return again(builtin(literalBase(source)), target);
  return sameType(source, target) || fitsNominally(source, target) || hasArrow(facts, source, target);
}

/** A Result is unwrapped wherever it is consumed, so it may stand for anything. */
function isOpenEnded(type: TypeRef): boolean {
  if (type.kind === 'builtin') return type.name === 'Any' || type.name === 'Var';
  return type.kind === 'unknown' || isCoreResult(type);
}

function fitsNominally(source: TypeRef, target: TypeRef): boolean {
  if (target.kind === 'builtin') {
    if (source.kind === 'builtin') return WIDENS[source.name]?.includes(target.name) ?? false;
    // Tagged values are accepted as maps.
    return target.name === 'Map' && source.kind !== 'literal';
  }
  if (source.kind === 'builtin') return source.name === 'Map' || source.name === 'Fn';
  if (source.kind === 'variant') return target.kind === 'named' && target.type === source.enum;
  if (target.kind === 'variant') return source.kind === 'named' && source.type === target.enum;
  // A type without fields may hold anything.
  return target.kind === 'named' && target.type.kind === 'struct' && target.type.marker;
}

const WIDENS: Readonly<Partial<Record<BuiltinName, readonly BuiltinName[]>>> = {
  Int: ['Dec', 'Byte'],
  Byte: ['Int', 'Dec'],
  Vec: ['Bytes'],
  Bytes: ['Vec'],
};

/** An arrow applies as far as a user type is on one of its sides. */
export function hasArrow(facts: TypeFacts, source: TypeRef, target: TypeRef): boolean {
  return facts.arrows.some(
    (arrow) =>
      arrow.implicit &&
      sameType(arrow.source, source) &&
      (sameType(arrow.target, target) ||
        (arrow.target.kind === 'variant' && target.kind === 'named' && arrow.target.enum === target.type)),
  );
}

export function sameType(left: TypeRef, right: TypeRef): boolean {
  if (left.kind === 'builtin') return right.kind === 'builtin' && left.name === right.name;
  if (left.kind === 'named') return right.kind === 'named' && left.type === right.type;
  if (left.kind === 'variant') {
    return right.kind === 'variant' && left.enum === right.enum && left.variant === right.variant;
  }
  return false;
}

type LiteralType = Extract<TypeRef, { kind: 'literal' }>;

export function literalBase(type: LiteralType): BuiltinName {
  switch (type.value.type) {
    case 'null':
      return 'Null';
    case 'bool':
      return 'Bool';
    case 'int':
      return 'Int';
    case 'dec':
      return 'Dec';
    case 'str':
      return 'Str';
  }
}

function sameLiteral(left: LiteralType, right: LiteralType): boolean {
  const a = left.value;
  const b = right.value;
  if (a.type === 'null') return b.type === 'null';
  if (a.type === 'dec')
    return (
      b.type === 'dec' && a.coefficient * 10n ** BigInt(b.scale) === b.coefficient * 10n ** BigInt(a.scale)
    );
  return a.type === b.type && 'value' in b && a.value === b.value;
}

/** For messages. */
export function typeName(type: TypeRef): string {
  switch (type.kind) {
    case 'builtin':
      return type.name;
    case 'named':
      return type.type.name;
    case 'variant':
      return `${type.enum.name}.${type.variant}`;
    case 'literal':
      return literalBase(type);
    case 'union':
      return type.members.map(typeName).join(' | ');
    case 'generic':
      return `${typeName(type.base)}<${type.args.map(typeName).join(', ')}>`;
    case 'unknown':
      return type.text;
  }
}
