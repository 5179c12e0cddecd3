import type { Literal, TypeExpr } from '../syntax/ast';
import type { Token } from '../syntax/token';
import type { Cursor } from './cursor';
import { parseLiteral } from './literals';

/** type = otype { "|" otype } */
export function parseType(p: Cursor): TypeExpr {
  return p.nested<TypeExpr>(
    () => {
      const { start } = p.token;
      const members = [parseOptional(p)];
      while (p.is('|')) {
        p.advance();
        members.push(parseOptional(p));
      }
      const [only] = members;
      return only && members.length === 1 ? only : { kind: 'type-union', members, ...p.spanFrom(start) };
    },
    () => typeError(p),
  );
}

/** otype = gtype { "?" } */
function parseOptional(p: Cursor): TypeExpr {
  const { start } = p.token;
  const inner = parseGeneric(p);
  if (!p.is('?')) return inner;
  while (p.eat('?'));
  return { kind: 'type-optional', inner, ...p.spanFrom(start) };
}

/** gtype = stype [ "<" type { "," type } ">" ] */
function parseGeneric(p: Cursor): TypeExpr {
  const { start } = p.token;
  const base = parseSimple(p);
  if (!p.is('<')) return base;
  p.advance();
  const args: TypeExpr[] = [];
  while (!p.is('>') && !p.is('eof')) {
    args.push(parseType(p));
    if (!p.eat(',')) break;
  }
  p.expect('>', "'>'");
  const type: TypeExpr = { kind: 'type-generic', base, args, ...p.spanFrom(start) };
  checkAll(p, type);
  return type;
}

/** `All` of flows takes exactly one container. */
function checkAll(p: Cursor, type: TypeExpr): void {
  if (type.kind !== 'type-generic' || type.base.kind !== 'type-name' || type.base.name !== 'All') return;
  const [arg] = type.args;
  if (!arg || type.args.length !== 1) {
    p.complain('All flow annotations expect exactly one type argument', type);
    return;
  }
  if (arg.kind === 'type-name' && arg.path === null && (arg.name === 'Map' || arg.name === 'Vec')) return;
  const shown = arg.kind === 'type-name' ? arg.name : '…';
  p.complain(`All flow annotations support Map or Vec containers, got All<${shown}>`, type);
}

/** stype = name [ "." variant ] | literal | "(" type ")" */
function parseSimple(p: Cursor): TypeExpr {
  const { token } = p;
  if (token.kind === '(') {
    p.advance();
    const inner = parseType(p);
    p.expect(')', "')'");
    return inner;
  }
  if (isLiteral(token)) {
    const value: Literal = parseLiteral(p);
    return { kind: 'type-literal', value, start: value.start, end: value.end };
  }
  const name = parseTypeName(p);
  if (name) return { kind: 'type-name', ...name };
  p.unexpected('a type');
  return typeError(p);
}

export interface TypeName {
  readonly path: readonly string[] | null;
  readonly name: string;
  readonly variant: string | null;
  readonly start: number;
  readonly end: number;
}

/** type-name = ( identifier | ns-path "/" identifier ) [ "." identifier ]; null when nothing of the kind is here. */
export function parseTypeName(p: Cursor): TypeName | null {
  const { start } = p.token;
  let path: readonly string[] | null = null;
  if (p.is('::')) {
    path = parseNsSegments(p);
    if (!p.expect('/', "'/' and a type name")) return { path, name: '', variant: null, ...p.spanFrom(start) };
  }
  if (!p.is('ident')) {
    if (path === null) return null;
    p.unexpected('a type name');
    return { path, name: '', variant: null, ...p.spanFrom(start) };
  }
  const name = p.advance().text;
  let variant: string | null = null;
  if (p.is('.') && (p.at(1).kind === 'ident' || p.at(1).kind === 'keyword' || p.at(1).kind === 'null')) {
    p.advance();
    variant = p.advance().text;
  }
  return { path, name, variant, ...p.spanFrom(start) };
}

/**
 * ns-path = "::" identifier { "::" identifier }; keywords are tolerated as segments. Later colons must touch the
 * segment before them: `::a ::b` are two paths.
 */
export function parseNsSegments(p: Cursor): readonly string[] {
  const segments: string[] = [];
  while (p.is('::') && (segments.length === 0 || p.adjacent)) {
    p.advance();
    if (p.is('ident') || p.is('keyword')) segments.push(p.advance().text);
    else {
      p.unexpected('a namespace segment');
      break;
    }
  }
  return segments;
}

export function startsType(token: Token): boolean {
  return token.kind === 'ident' || token.kind === '::' || token.kind === '(' || isLiteral(token);
}

export function isLiteral(token: Token): boolean {
  switch (token.kind) {
    case 'str':
    case 'int':
    case 'dec':
    case 'true':
    case 'false':
    case 'null':
      return true;
    default:
      return false;
  }
}

function typeError(p: Cursor): TypeExpr {
  return { kind: 'type-error', start: p.token.start, end: p.token.start };
}
