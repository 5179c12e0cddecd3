import type {
  Alias,
  Arrow,
  ArrowTarget,
  Binding,
  DeepAssign,
  Expr,
  Meta,
  NsPath,
  PathStep,
  Statement,
  TypeExpr,
  Word,
} from '../syntax/ast';
import type { Token } from '../syntax/token';
import { parseSteps } from './access';
import type { Cursor } from './cursor';
import { parseCallRest, parseMap, parsePipeAfter, parseValue, parseVector } from './expressions';
import { parseFn } from './functions';
import { literalOf } from './literals';
import { parseEnumBody, parseTypeBody } from './type-defs';
import { parseNsSegments, parseType, parseTypeName } from './types';

/** statements = { statement [ "," ] }; stops at `}` or the end, which the caller eats. */
export function parseStatements(p: Cursor): readonly Statement[] {
  const statements: Statement[] = [];
  while (!p.is('}') && !p.is('eof')) {
    const before = p.position;
    statements.push(parseStatement(p, false));
    p.eat(',');
    if (p.position === before) p.advance();
  }
  return statements;
}

/** program = { top-item } */
export function parseTopLevel(p: Cursor): readonly Statement[] {
  const items: Statement[] = [];
  while (!p.is('eof')) {
    const before = p.position;
    items.push(parseStatement(p, true));
    p.eat(',');
    if (p.position === before) {
      p.unexpected('a definition or a value');
      p.advance();
    }
  }
  return items;
}

export function parseStatement(p: Cursor, top: boolean): Statement {
  if (p.is('::')) return parsePathStatement(p, top);
  if (p.is('ident')) return parseNameStatement(p, top);
  return exprStatement(parseValue(p));
}

function exprStatement(value: Expr): Statement {
  return { kind: 'expr-statement', value, start: value.start, end: value.end };
}

// ---- statements that begin with `::` ------------------------------------------------------------------------

function parsePathStatement(p: Cursor, top: boolean): Statement {
  const length = pathLength(p, 0);
  const next = p.at(length);
  if (next.kind === '::') {
    const after = p.at(length + pathLength(p, length));
    if (after.kind !== '/') return parseAlias(p);
  }
  if (top && next.kind === 'ident' && (next.text === 'ns' || next.text === 'meta')) return parseNsDecl(p);
  return exprStatement(parseValue(p));
}

/** Tokens of the pure path that begins `ahead`. */
function pathLength(p: Cursor, ahead: number): number {
  let length = 0;
  while (p.at(ahead + length).kind === '::' && isSegment(p.at(ahead + length + 1))) {
    length += 2;
    // `::a ::b` are two paths: inside one, the colons touch the segment before them.
    if (p.at(ahead + length).start !== p.at(ahead + length - 1).end) break;
  }
  return Math.max(length, 1);
}

function isSegment(token: Token): boolean {
  return token.kind === 'ident' || token.kind === 'keyword';
}

function parsePath(p: Cursor): NsPath {
  const { start } = p.token;
  return { segments: parseNsSegments(p), ...p.spanFrom(start) };
}

function parseAlias(p: Cursor): Alias {
  const alias = parsePath(p);
  const target = parsePath(p);
  return { kind: 'alias', alias, target, start: alias.start, end: target.end };
}

/** ns-decl = ns-path [ meta-clause ] "ns" [ meta-clause ] */
function parseNsDecl(p: Cursor): Statement {
  const path = parsePath(p);
  const meta: Meta[] = [];
  const before = parseMeta(p, true);
  if (before) meta.push(before);
  if (p.is('ident') && p.token.text === 'ns') p.advance();
  else p.unexpected("'ns' after the namespace");
  const after = parseMeta(p, true);
  if (after) meta.push(after);
  return { kind: 'ns-decl', path, meta, ...p.spanFrom(path.start) };
}

// ---- statements that begin with a name ----------------------------------------------------------------------

/** Whether the name binds what follows, is assigned through a path, or is an expression: the language's one hard rule. */
function parseNameStatement(p: Cursor, top: boolean): Statement {
  const next = p.at(1);
  const adjacent = next.start === p.token.end;
  if (next.kind === '(' && (adjacent || (!top && !next.newline))) return exprStatement(parseValue(p));
  if (next.kind === '(' && !top) return exprStatement(parseValue(p));
  if (next.kind === '->') return parseArrow(p, p.word(p.advance()), [], top);
  if (next.kind === '.' || (next.kind === '[' && adjacent)) return parsePathOrAssign(p, top);
  if (next.kind === ':' || metaFollows(p, 1, top) || startsValue(next, top)) return parseBinding(p, top);
  return exprStatement(parseValue(p));
}

function parseBinding(p: Cursor, top: boolean): Statement {
  const name = p.word(p.advance());
  const meta: Meta[] = [];
  pushMeta(p, meta, top);
  if (p.is('->')) return parseArrow(p, name, meta, top);
  let type: TypeExpr | null = null;
  if (p.eat(':')) {
    type = parseType(p);
    pushMeta(p, meta, top);
  }
  if ((name.text === 'if' || name.text === 'else') && p.is('{') && meta.length === 0 && type === null) {
    p.complain(
      '`if` is a function: write `if(pred, then)` or `if(pred, then, else)`; use `cond` for several branches',
      name,
    );
  }
  const value = parseTypeWithMeta(p, meta, top) ?? parseValue(p);
  if (top) pushMeta(p, meta, top);
  const binding: Binding = { kind: 'binding', name, meta, type, value, ...p.spanFrom(name.start) };
  return binding;
}

/** `Name type meta {…} { fields }`: metadata between the keyword and the body. */
function parseTypeWithMeta(p: Cursor, meta: Meta[], top: boolean): Expr | null {
  const isType = p.isKeyword('type');
  if ((!isType && !p.isKeyword('enum')) || !metaFollows(p, 1, top)) return null;
  const { start } = p.advance();
  pushMeta(p, meta, top);
  return isType ? parseTypeBody(p, start) : parseEnumBody(p, start);
}

/** `n.a[0] …`: an assignment when a value follows on the same line; at top level it may also follow on the next. */
function parsePathOrAssign(p: Cursor, top: boolean): Statement {
  const root = p.word(p.advance());
  const steps = parseSteps(p, true);
  const appends = steps.some((step) => step.kind === 'append');
  const { token } = p;
  const follows = startsValue(token, false) || token.kind === ':' || (top && metaFollows(p, 0, top));
  if (appends || (follows && (top || !token.newline))) return parseAssign(p, root, steps, top);
  const base: Expr = { kind: 'name', name: root.text, start: root.start, end: root.end };
  const callee: Expr = steps.length === 0 ? base : { kind: 'path', base, steps, ...p.spanFrom(root.start) };
  return exprStatement(parsePipeAfter(p, parseCallRest(p, callee)));
}

function parseAssign(p: Cursor, root: Word, steps: readonly PathStep[], top: boolean): DeepAssign {
  const meta: Meta[] = [];
  if (top) pushMeta(p, meta, top);
  const type = p.eat(':') ? parseType(p) : null;
  const value = parseValue(p);
  if (top) pushMeta(p, meta, top);
  return { kind: 'deep-assign', root, steps, meta, type, value, ...p.spanFrom(root.start) };
}

/** `Source -> Target [meta] [fn …] [meta]` */
function parseArrow(p: Cursor, source: Word, before: readonly Meta[], top: boolean): Arrow {
  p.advance();
  const name = parseTypeName(p);
  if (!name) p.unexpected('the target type of the arrow');
  const target: ArrowTarget = name ?? {
    path: null,
    name: '',
    variant: null,
    start: p.token.start,
    end: p.token.start,
  };
  const meta = [...before];
  pushMeta(p, meta, top);
  const fn = p.isKeyword('fn') ? parseFn(p) : null;
  if (fn && top) pushMeta(p, meta, top);
  return { kind: 'arrow', source, target, meta, fn, ...p.spanFrom(source.start) };
}

// ---- parts --------------------------------------------------------------------------------------------------

/** A token that can begin a value. Inside bodies a parenthesis after a name never does. */
function startsValue(token: Token, paren: boolean): boolean {
  switch (token.kind) {
    case 'int':
    case 'dec':
    case 'str':
    case 'true':
    case 'false':
    case 'null':
    case 'template':
    case '{':
    case '[':
    case '::':
    case 'ident':
    case 'placeholder':
    case '!':
      return true;
    case 'keyword':
      return token.text !== 'lazy';
    case '(':
      return paren;
    default:
      return false;
  }
}

/**
 * `meta <literal>` begins `ahead`. `meta` is an ordinary name before `(`; inside a body also before an adjacent
 * `[`, where it can be a variable that is indexed.
 */
function metaFollows(p: Cursor, ahead: number, top: boolean): boolean {
  const token = p.at(ahead);
  if (token.kind !== 'ident' || token.text !== 'meta') return false;
  const next = p.at(ahead + 1);
  switch (next.kind) {
    case '{':
    case 'str':
    case 'int':
    case 'true':
    case 'false':
    case 'null':
      return true;
    case '[':
      return top || next.start !== token.end;
    default:
      return false;
  }
}

function pushMeta(p: Cursor, list: Meta[], top: boolean): void {
  const meta = parseMeta(p, top);
  if (meta) list.push(meta);
}

function parseMeta(p: Cursor, top: boolean): Meta | null {
  if (!metaFollows(p, 0, top)) return null;
  const { start } = p.advance();
  let value: Expr;
  if (p.is('{')) value = parseMap(p);
  else if (p.is('[')) value = parseVector(p);
  else value = literalOf(p.advance());
  return { kind: 'meta', value, ...p.spanFrom(start) };
}
