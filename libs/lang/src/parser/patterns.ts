import type { MatchArm, Pattern, PatternAtom, Word } from '../syntax/ast';
import type { Cursor } from './cursor';
import { parseMap, parseValue, parseVector } from './expressions';
import { parseLiteral } from './literals';
import { isLiteral, parseTypeName } from './types';

/** match-arms = "{" { match-arm [ "," ] } "}"; the brace is already eaten, the closing one is eaten here. */
export function parseMatchArms(p: Cursor): readonly MatchArm[] {
  const arms: MatchArm[] = [];
  while (!p.is('}') && !p.is('eof')) {
    const before = p.position;
    const arm = parseMatchArm(p);
    if (arm) arms.push(arm);
    p.eat(',');
    if (p.position === before) p.advance();
  }
  p.expect('}', "'}' after the arms");
  return arms;
}

/** match-arm = ( pattern [ "(" identifier ")" ] | "_" | nothing ) "=>" value */
function parseMatchArm(p: Cursor): MatchArm | null {
  const { start } = p.token;
  let pattern: Pattern | null = null;
  let binding: Word | null = null;
  if (p.is('wildcard')) p.advance();
  else if (!p.is('=>')) {
    pattern = parsePattern(p);
    if (!pattern) return null;
  }
  if (p.is('(')) {
    p.advance();
    if (p.is('ident') || p.is('wildcard')) binding = p.word(p.advance());
    else p.unexpected('a name for the matched value');
    p.expect(')', "')'");
  }
  if (!p.expect('=>', "'=>' after the pattern")) {
    p.skipToListBoundary();
    return null;
  }
  const body = parseValue(p);
  return { pattern, binding, body, ...p.spanFrom(start) };
}

/** pattern = atom [ "?" ] { "|" atom [ "?" ] } */
function parsePattern(p: Cursor): Pattern | null {
  const { start } = p.token;
  const atoms: PatternAtom[] = [];
  let nullable = false;
  do {
    const atom = parseAtom(p);
    if (!atom) {
      p.unexpected('a pattern');
      p.skipToListBoundary();
      return null;
    }
    atoms.push(atom);
    while (p.eat('?')) nullable = true;
  } while (p.eat('|'));
  return { atoms, nullable, ...p.spanFrom(start) };
}

function parseAtom(p: Cursor): PatternAtom | null {
  const { token } = p;
  const { start } = token;
  if (isLiteral(token)) {
    const value = parseLiteral(p);
    return { kind: 'literal', value, start, end: value.end };
  }
  if (token.kind === '[') return { kind: 'data', value: parseVector(p), ...p.spanFrom(start) };
  if (token.kind === '{') return { kind: 'data', value: parseMap(p), ...p.spanFrom(start) };
  const name = parseTypeName(p);
  return name ? { kind: 'type', ...name } : null;
}
