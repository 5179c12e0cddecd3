import type { Expr, PathStep } from '../syntax/ast';
import type { Token } from '../syntax/token';
import type { Cursor } from './cursor';

/** { access }: "." name | adj("[") index "]"; the base itself when nothing follows. */
export function parseAccess(p: Cursor, base: Expr): Expr {
  const steps = parseSteps(p, false);
  return steps.length === 0 ? base : { kind: 'path', base, steps, ...p.spanFrom(base.start) };
}

/** After a call the bracket may also stand on the same line with a gap, if it can only be an index. */
export function parsePostAccess(p: Cursor, call: Expr): Expr {
  const steps: PathStep[] = [];
  for (;;) {
    steps.push(...parseSteps(p, false));
    if (!looseIndex(p)) break;
    steps.push(parseIndex(p));
  }
  return steps.length === 0 ? call : { kind: 'path', base: call, steps, ...p.spanFrom(call.start) };
}

function looseIndex(p: Cursor): boolean {
  if (!p.is('[') || p.token.newline || !isName(p.at(1)) || p.at(2).kind !== ']') return false;
  // In a list of match arms this is the next pattern.
  return p.at(3).kind !== '=>' && p.at(3).kind !== '|';
}

function isName(token: Token): boolean {
  return token.kind === 'int' || token.kind === 'str' || token.kind === 'ident';
}

/** path-suffix; `append` allows the `[]` that only assignments have. */
export function parseSteps(p: Cursor, append: boolean): PathStep[] {
  const steps: PathStep[] = [];
  for (;;) {
    if (p.is('.')) {
      const step = parseProperty(p);
      if (!step) return steps;
      steps.push(step);
    } else if (p.is('[') && p.adjacent) {
      if (p.at(1).kind === ']') {
        const { start } = p.advance();
        p.advance();
        if (!append)
          p.complain("'[]' appends and stands at the end of an assignment's path only", p.spanFrom(start));
        else steps.push({ kind: 'append', ...p.spanFrom(start) });
        // What follows an append may go on with a name: no value begins with a dot.
        if (append && !p.is('.')) return steps;
      } else steps.push(parseIndex(p));
    } else return steps;
  }
}

function parseProperty(p: Cursor): PathStep | null {
  const { start } = p.advance();
  const { token } = p;
  if (!isWord(token)) {
    p.unexpected(token.kind === 'int' ? 'a property name (an index is written [0])' : 'a property name');
    return null;
  }
  p.advance();
  return { kind: 'name', name: token.text, ...p.spanFrom(start) };
}

function isWord(token: Token): boolean {
  switch (token.kind) {
    case 'ident':
    case 'keyword':
    case 'true':
    case 'false':
    case 'null':
    case 'wildcard':
      return true;
    default:
      return false;
  }
}

/** "[" index "]"; index = Int ≥ 0 | identifier | Str | placeholder */
function parseIndex(p: Cursor): PathStep {
  const { start } = p.advance();
  const step = indexStep(p, start);
  if (!p.is(']')) {
    p.unexpected("']' after the index");
    while (!p.is(']') && !p.is('eof') && !p.token.newline) p.advance();
  }
  p.eat(']');
  return { ...step, ...p.spanFrom(start) };
}

function indexStep(p: Cursor, start: number): PathStep {
  const { token } = p;
  const at = { start, end: token.end };
  switch (token.kind) {
    case 'int': {
      p.advance();
      const index = token.value as bigint;
      if (index < 0n) p.complain('Vector indices cannot be negative', token);
      // Above this no Vec can have an element; the value only must not lose its meaning as "far beyond the end".
      const safe = index < 0n ? 0 : index > 0x7fffffffffffn ? 0x7fffffffffff : Number(index);
      return { kind: 'index', index: safe, ...at };
    }
    case 'str':
      p.advance();
      return { kind: 'key', key: token.text, ...at };
    case 'ident':
      p.advance();
      return {
        kind: 'dynamic',
        value: { kind: 'name', name: token.text, start: token.start, end: token.end },
        ...at,
      };
    case 'placeholder': {
      p.advance();
      const index = typeof token.value === 'number' ? token.value : 1;
      return {
        kind: 'dynamic',
        value: { kind: 'placeholder', index, start: token.start, end: token.end },
        ...at,
      };
    }
    default:
      p.error('An index is a whole number, a string or a name: bind other expressions to a name first');
      return { kind: 'key', key: '', ...at };
  }
}
