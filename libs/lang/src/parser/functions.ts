import type { Body, FlowKeyword, FnExpr, LambdaExpr, Overload, Param, TypeExpr } from '../syntax/ast';
import type { Cursor } from './cursor';
import { parseValue } from './expressions';
import { flowAt, parseCondArms } from './flows';
import { parseMatchArms } from './patterns';
import { parseStatements } from './statements';
import { parseType } from './types';

/** "fn" function; function = [ flow-kw ] overload { "," [ flow-kw ] overload } */
export function parseFn(p: Cursor): FnExpr {
  const { start } = p.token;
  p.advance();
  const overloads: Overload[] = [parseFlowOverload(p)];
  while (p.is(',') && overloadFollows(p)) {
    p.advance();
    overloads.push(parseFlowOverload(p));
  }
  return { kind: 'fn', overloads, ...p.spanFrom(start) };
}

/** The comma belongs to the overload list only when `(`, or a flow keyword and `(`, comes after it. */
function overloadFollows(p: Cursor): boolean {
  return p.at(1).kind === '(' || (flowAt(p, 1) !== null && p.at(2).kind === '(');
}

function parseFlowOverload(p: Cursor): Overload {
  const { start } = p.token;
  const flow = flowAt(p);
  if (flow) p.advance();
  if (!p.is('(')) {
    p.unexpected("'(' and parameters");
    const value = p.errorExpr();
    return {
      flow,
      params: [],
      returns: null,
      body: { kind: 'value', value, start: value.start, end: value.end },
      ...p.spanFrom(start),
    };
  }
  return { ...parseOverload(p, flow), start };
}

/** overload = "(" [ params ] ")" [ ":" type ] body; the current token is the parenthesis. */
export function parseOverload(p: Cursor, flow: FlowKeyword | null): Overload {
  const { start } = p.token;
  const params = parseParams(p);
  let returns: TypeExpr | null = null;
  if (p.eat(':')) returns = parseType(p);
  const body = parseBody(p, flow);
  return { flow, params, returns, body, ...p.spanFrom(start) };
}

export function parseLambda(p: Cursor): LambdaExpr {
  const overload = parseOverload(p, null);
  return { kind: 'lambda', overload, start: overload.start, end: overload.end };
}

/** After the matching parenthesis comes `{`, or `:` (a return type, then the brace). */
export function groupIsLambda(p: Cursor): boolean {
  const closer = p.closerAhead();
  if (closer < 0) return false;
  const after = p.at(closer + 1).kind;
  return after === '{' || after === ':';
}

function parseBody(p: Cursor, flow: FlowKeyword | null): Body {
  const { start } = p.token;
  if (!p.is('{')) {
    const value = parseValue(p);
    return { kind: 'value', value, start, end: value.end };
  }
  p.advance();
  if (flow === 'cond' || flow === 'cond-all') {
    const arms = parseCondArms(p);
    return { kind: 'cond-arms', arms, ...p.spanFrom(start) };
  }
  if (flow === 'match' || flow === 'match-all') {
    const arms = parseMatchArms(p);
    return { kind: 'match-arms', arms, ...p.spanFrom(start) };
  }
  const statements = parseStatements(p);
  p.expect('}', "'}' after the body");
  return { kind: 'statements', statements, ...p.spanFrom(start) };
}

function parseParams(p: Cursor): readonly Param[] {
  p.advance();
  const params: Param[] = [];
  while (!p.is(')') && !p.is('eof')) {
    const before = p.position;
    const param = parseParam(p);
    if (param) {
      const previous = params[params.length - 1];
      if (previous?.rest) p.complain('A rest parameter must be the last one', previous);
      if (params.some((other) => other.name.text === param.name.text && param.name.text !== '_')) {
        p.complain(`Parameter '${param.name.text}' is declared twice`, param.name);
      }
      params.push(param);
    }
    if (!p.eat(',') && !p.is(')')) {
      p.unexpected("',' or ')'");
      p.skipToListBoundary();
      if (!p.eat(',') && !p.is(')')) break;
    }
    if (p.position === before) break;
  }
  p.expect(')', "')' after the parameters");
  return params;
}

/** param = [ "lazy" ] [ "..." ] identifier [ ":" type ] */
function parseParam(p: Cursor): Param | null {
  const { start } = p.token;
  const lazy = p.isKeyword('lazy') && p.at(1).kind !== ',' && p.at(1).kind !== ')' && p.at(1).kind !== ':';
  if (lazy) p.advance();
  const rest = p.eat('...');
  if (p.is('keyword') || p.is('true') || p.is('false') || p.is('null')) {
    p.error(`'${p.token.text}' is a reserved keyword and cannot be used as a parameter name`);
  } else if (!p.is('ident') && !p.is('wildcard')) {
    p.unexpected('a parameter name');
    p.skipToListBoundary();
    return null;
  }
  const name = p.word(p.advance());
  const type = p.eat(':') ? parseType(p) : null;
  return { name, lazy, rest, type, ...p.spanFrom(start) };
}
