import type { Expr, Literal, MapEntry, Pattern, PatternAtom } from '../syntax/ast';
import type { CoreAtom } from './core';
import { lower } from './lower';
import { constOf } from './metadata';
import { findType, namedText } from './resolve-types';
import type { Env } from './scope';
import { bodyTypeScope } from './scope';

export function lowerAtoms(env: Env, pattern: Pattern): readonly CoreAtom[] {
  const atoms = pattern.atoms.map((atom) => lowerAtom(env, atom));
  if (pattern.nullable) atoms.push({ kind: 'literal', value: { type: 'null' } });
  return atoms;
}

function lowerAtom(env: Env, atom: PatternAtom): CoreAtom {
  if (atom.kind === 'literal') return { kind: 'literal', value: constOf(atom.value) };
  if (atom.kind === 'data') return { kind: 'data', value: lower({ ...env, slot: null }, atom.value) };
  const type = findType(bodyTypeScope(env), atom);
  if (!type) {
    const message = `Pattern '${namedText(atom)}' is not a type that is known here`;
    env.a.sink.error('invalid-pattern', message, env.file, atom);
    return { kind: 'type', type: { kind: 'unknown', text: namedText(atom) } };
  }
  if (type.kind === 'builtin' && type.name === 'Any') return { kind: 'any' };
  if (type.kind === 'variant') return { kind: 'variant', enum: type.enum, variant: type.variant };
  return { kind: 'type', type };
}

export function isDefaultAtom(atom: CoreAtom): boolean {
  return atom.kind === 'any';
}

/** The key under which a collecting match stores the arm's value: the pattern as text. */
export function patternKey(_env: Env, pattern: Pattern): string {
  const parts = pattern.atoms.map((atom) => {
    if (atom.kind === 'type') return namedText(atom);
    return hotText(atom.value, 0);
  });
  if (pattern.nullable) parts.push('Null');
  return parts.join(' | ');
}

/** Literals in the display format for tools: one element per line, strings quoted. */
function hotText(expr: Expr, depth: number): string {
  switch (expr.kind) {
    case 'vector': {
      const items = expr.elements.map((element) => hotText(element.value, depth + 1));
      return lines('[', ']', items, depth);
    }
    case 'map': {
      const items = expr.entries.map((entry) => entryText(entry, depth + 1));
      return lines('{', '}', items, depth);
    }
    case 'null':
    case 'bool':
    case 'int':
    case 'dec':
    case 'str':
      return literalText(expr);
    case 'name':
      return expr.name;
    default:
      return '…';
  }
}

function lines(open: string, close: string, items: readonly string[], depth: number): string {
  if (items.length === 0) return open + close;
  const pad = '  '.repeat(depth + 1);
  return `${open}\n${items.map((item) => pad + item).join(',\n')}\n${'  '.repeat(depth)}${close}`;
}

function entryText(entry: MapEntry, depth: number): string {
  if (entry.kind === 'spread') return `...${hotText(entry.value, depth)}`;
  const { text } = entry.key;
  const bare = /^[\p{Alphabetic}_$][\p{Alphabetic}\p{N}_$-]*$/u.test(text);
  return `${bare ? text : quote(text)}: ${hotText(entry.value, depth)}`;
}

function literalText(literal: Literal): string {
  switch (literal.kind) {
    case 'null':
      return 'null';
    case 'bool':
    case 'int':
      return String(literal.value);
    case 'dec':
      return decText(literal.coefficient, literal.scale);
    case 'str':
      return quote(literal.value);
  }
}

function quote(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `"${escaped}"`;
}

/** A literal Dec has a scale ≥ 0. More than five zeros behind the dot are written with an exponent. */
export function decText(coefficient: bigint, scale: number): string {
  const sign = coefficient < 0n ? '-' : '';
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString();
  if (scale <= 0) return sign + digits;
  const leading = scale - digits.length;
  if (leading > 5) {
    const fraction = digits.slice(1);
    return `${sign}${digits[0] ?? '0'}${fraction ? `.${fraction}` : ''}E-${scale - digits.length + 1}`;
  }
  const padded = digits.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}
