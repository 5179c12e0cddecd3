import type {
  Arg,
  CallExpr,
  Element,
  Expr,
  MapEntry,
  MapExpr,
  PipeExpr,
  TemplateExpr,
  TemplatePart,
  VectorExpr,
  Word,
} from '../syntax/ast';
import type { TemplatePiece } from '../syntax/token';
import { parseAccess, parsePostAccess } from './access';
import type { Cursor } from './cursor';
import { asStatement, flowAt, parseFlow, rejectPipeModifier } from './flows';
import { groupIsLambda, parseFn, parseLambda } from './functions';
import { literalOf } from './literals';
import { parseStatements } from './statements';
import { parseEnumDef, parseTypeDef } from './type-defs';
import { parseNsSegments } from './types';

/** Each stage becomes a call around the ones before it, so a pipe is as deep as it is long. */
const MAX_STAGES = 200;

/** value = primary { "|>" primary } */
export function parseValue(p: Cursor): Expr {
  return parsePipeAfter(p, parsePrimary(p));
}

/** { "|>" primary } after the value that goes in; that value itself when there is no stage. */
export function parsePipeAfter(p: Cursor, initial: Expr): Expr {
  return p.is('|>') ? parsePipe(p, initial) : initial;
}

function parsePipe(p: Cursor, initial: Expr): PipeExpr {
  const stages: Expr[] = [];
  while (p.is('|>')) {
    p.advance();
    stages.push(parsePrimary(p));
    rejectPipeModifier(p);
    if (stages.length === MAX_STAGES) {
      p.complain(`A pipe has at most ${MAX_STAGES} stages`, p.token);
      break;
    }
  }
  return { kind: 'pipe', initial, stages, ...p.spanFrom(initial.start) };
}

export function parsePrimary(p: Cursor): Expr {
  return p.nested<Expr>(
    () => primary(p),
    () => p.errorExpr(),
  );
}

function primary(p: Cursor): Expr {
  const { token } = p;
  switch (token.kind) {
    case 'int':
    case 'dec':
    case 'str':
    case 'true':
    case 'false':
    case 'null':
      return literalOf(p.advance());
    case 'template':
      return parseTemplate(p);
    case '{':
      return startsMap(p) ? parseMap(p) : parseBlock(p);
    case '[':
      return parseVector(p);
    case '(':
      return groupIsLambda(p) ? parseLambda(p) : parseGroup(p);
    case 'ident':
      return parseRef(p);
    case '::':
      return parseQualified(p);
    case 'placeholder':
      return parsePlaceholder(p);
    case '!': {
      p.advance();
      const value = parsePrimary(p);
      return { kind: 'raw', value, ...p.spanFrom(token.start) };
    }
    case 'keyword':
      return parseKeyword(p);
    default:
      p.unexpected('a value');
      return p.errorExpr();
  }
}

function parseKeyword(p: Cursor): Expr {
  const { token } = p;
  const flow = flowAt(p);
  if (flow) return parseFlow(p, flow);
  switch (token.text) {
    case 'do': {
      p.advance();
      const value = parsePrimary(p);
      return { kind: 'do', value, ...p.spanFrom(token.start) };
    }
    case 'fn':
      return parseFn(p);
    case 'type':
      return parseTypeDef(p);
    case 'enum':
      return parseEnumDef(p);
    default:
      p.unexpected('a value');
      p.advance();
      return { kind: 'error', start: token.start, end: token.end };
  }
}

/** ref | call: identifier { access } [ "(" args ")" { post-access } ]; the parenthesis on the same line. */
function parseRef(p: Cursor): Expr {
  const token = p.advance();
  const name: Expr = { kind: 'name', name: token.text, start: token.start, end: token.end };
  return parseCallRest(p, parseAccess(p, name));
}

/** qualified | qualified-call; paths may follow as after a name. */
function parseQualified(p: Cursor): Expr {
  const { start } = p.token;
  const path = parseNsSegments(p);
  let name: string | null = null;
  if (p.is('/')) {
    p.advance();
    if (p.is('ident') || p.is('keyword')) name = p.advance().text;
    else p.unexpected("a name after '/'");
  }
  const qualified: Expr = { kind: 'qualified', path, name, ...p.spanFrom(start) };
  return name === null ? qualified : parseCallRest(p, parseAccess(p, qualified));
}

export function parseCallRest(p: Cursor, callee: Expr): Expr {
  if (!p.is('(') || p.token.newline) return callee;
  const args = parseArgs(p);
  const call: CallExpr = { kind: 'call', callee, args, ...p.spanFrom(callee.start) };
  const result = parsePostAccess(p, call);
  if (p.is('(') && p.adjacent) {
    p.error(
      'Only names and paths can be called: bind the result to a name first',
      p.token,
      'invalid-function-call',
    );
    parseArgs(p);
  }
  return result;
}

/** args = arg { "," arg }; arg = [ "lazy" ] [ "..." ] value */
export function parseArgs(p: Cursor): readonly Arg[] {
  p.advance();
  const args: Arg[] = [];
  while (!p.is(')') && !p.is('eof')) {
    const before = p.position;
    const { start } = p.token;
    const lazy = p.isKeyword('lazy');
    if (lazy) p.advance();
    const spread = p.eat('...');
    if (p.isKeyword('fn')) {
      p.complain(
        '`fn` cannot be used as an argument: use lambda syntax `(x) { … }`',
        p.token,
        'invalid-function-call',
      );
    }
    const value = parseValue(p);
    args.push({ lazy, spread, value, ...p.spanFrom(start) });
    if (!listContinues(p, ')') || p.position === before) break;
  }
  p.expect(')', "',' or ')'");
  return args;
}

/** After an element: eats the comma, or recovers to the next comma of this list. */
function listContinues(p: Cursor, closer: ')' | ']' | '}'): boolean {
  if (p.eat(',')) return true;
  if (p.is(closer)) return false;
  p.unexpected(`',' or '${closer}'`);
  p.skipToListBoundary();
  return p.eat(',');
}

/** vector = "[" [ element { "," element } ] "]" */
export function parseVector(p: Cursor): VectorExpr {
  const { start } = p.token;
  p.advance();
  const elements: Element[] = [];
  while (!p.is(']') && !p.is('eof')) {
    const before = p.position;
    const from = p.token.start;
    const spread = p.eat('...');
    const value = parseValue(p);
    elements.push({ spread, value, ...p.spanFrom(from) });
    if (!listContinues(p, ']') || p.position === before) break;
  }
  p.expect(']', "',' or ']'");
  return { kind: 'vector', elements, ...p.spanFrom(start) };
}

/** Decides by the first tokens after the brace; everything that is not clearly a map is a block. */
function startsMap(p: Cursor): boolean {
  const first = p.at(1).kind;
  const second = p.at(2).kind;
  switch (first) {
    case '}':
    case '...':
      return true;
    case 'ident':
      return second === ':' || second === ',';
    case 'str':
    case 'keyword':
    case 'true':
    case 'false':
    case 'null':
    case 'int':
    case 'dec':
      return second === ':';
    default:
      return false;
  }
}

/** map = "{" [ entry { "," entry } ] "}" */
export function parseMap(p: Cursor): MapExpr {
  const { start } = p.token;
  p.advance();
  const entries: MapEntry[] = [];
  while (!p.is('}') && !p.is('eof')) {
    const before = p.position;
    const entry = parseEntry(p);
    if (entry) entries.push(entry);
    if (!listContinues(p, '}') || p.position === before) break;
  }
  p.expect('}', "',' or '}'");
  return { kind: 'map', entries, ...p.spanFrom(start) };
}

/** entry = key ":" value | identifier | "..." value */
function parseEntry(p: Cursor): MapEntry | null {
  const { token } = p;
  const { start } = token;
  if (p.eat('...')) {
    const value = parseValue(p);
    return { kind: 'spread', value, ...p.spanFrom(start) };
  }
  const key = parseKey(p);
  if (!key) return null;
  if (p.eat(':')) {
    const value = parseValue(p);
    return { kind: 'entry', key, value, pun: false, ...p.spanFrom(start) };
  }
  if (token.kind !== 'ident') p.unexpected("':' and a value");
  const value: Expr = { kind: 'name', name: token.text, start, end: token.end };
  return { kind: 'entry', key, value, pun: true, ...p.spanFrom(start) };
}

function parseKey(p: Cursor): Word | null {
  switch (p.token.kind) {
    case 'str':
    case 'ident':
    case 'keyword':
    case 'true':
    case 'false':
    case 'null':
      return p.word(p.advance());
    default:
      p.error('Map key must be a string or identifier');
      p.skipToListBoundary();
      return null;
  }
}

function parseBlock(p: Cursor): Expr {
  const { start } = p.token;
  p.advance();
  const statements = parseStatements(p);
  p.expect('}', "'}'");
  return { kind: 'block', statements, ...p.spanFrom(start) };
}

/** "(" value ")" is the value; "(" value "," value … ")" a serial flow. */
function parseGroup(p: Cursor): Expr {
  const { start } = p.token;
  p.advance();
  const values: Expr[] = [];
  while (!p.is(')') && !p.is('eof')) {
    const before = p.position;
    values.push(parseValue(p));
    if (!listContinues(p, ')') || p.position === before) break;
  }
  p.expect(')', "')'");
  const [only] = values;
  if (!only) {
    p.error("Expected a value between '(' and ')'");
    return p.errorExpr();
  }
  if (values.length === 1) return only;
  return { kind: 'serial', statements: values.map(asStatement), ...p.spanFrom(start) };
}

/** placeholder = "%" | "%N" { access } | "%" adj("(") value ")" */
function parsePlaceholder(p: Cursor): Expr {
  const token = p.advance();
  if (p.is('(') && p.adjacent) {
    p.advance();
    const body = parseValue(p);
    p.expect(')', "')'");
    return { kind: 'explicit-lambda', body, ...p.spanFrom(token.start) };
  }
  const index = typeof token.value === 'number' ? token.value : 1;
  return parseAccess(p, { kind: 'placeholder', index, start: token.start, end: token.end });
}

/** The code parts of a template were lexed with it; each is one value. */
function parseTemplate(p: Cursor): TemplateExpr {
  const token = p.advance();
  const parts: TemplatePart[] = [];
  for (const piece of token.value as readonly TemplatePiece[]) {
    const { start, end } = piece;
    if (piece.kind === 'text') parts.push({ kind: 'str', value: piece.value, start, end });
    else {
      const inner = p.sub(piece.tokens);
      if (inner.is('eof')) continue;
      parts.push(parseValue(inner));
      if (!inner.is('eof')) inner.unexpected("'}' after the expression");
    }
  }
  return { kind: 'template', parts, start: token.start, end: token.end };
}
