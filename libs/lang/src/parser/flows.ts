import type { CondArm, Expr, FlowKeyword, LambdaExpr, Statement, Word } from '../syntax/ast';
import type { Cursor } from './cursor';
import { parseArgs, parsePipeAfter, parseValue } from './expressions';
import { groupIsLambda, parseOverload } from './functions';
import { parseMatchArms } from './patterns';
import { parseStatements } from './statements';

const FLOWS: ReadonlySet<string> = new Set(['serial', 'parallel', 'cond', 'cond-all', 'match', 'match-all']);

export function flowAt(p: Cursor, ahead = 0): FlowKeyword | null {
  const token = p.at(ahead);
  return token.kind === 'keyword' && FLOWS.has(token.text) ? (token.text as FlowKeyword) : null;
}

/** flow | flow-lambda | match-expr; the current token is the flow keyword. */
export function parseFlow(p: Cursor, flow: FlowKeyword): Expr {
  const { start } = p.token;
  p.advance();
  if (p.is('|')) rejectModifier(p);
  if (flow === 'match' || flow === 'match-all') return parseMatch(p, flow, start);
  if (p.is('(')) {
    return groupIsLambda(p) ? parseFlowLambda(p, flow, start) : parseFlowCall(p, flow, start);
  }
  if (!p.expect('{', `'{' after '${flow}'`)) return p.errorExpr();
  if (flow === 'cond' || flow === 'cond-all') {
    const arms = parseCondArms(p);
    return { kind: 'cond', all: flow === 'cond-all', arms, ...p.spanFrom(start) };
  }
  const statements = parseStatements(p);
  p.expect('}', `'}' after '${flow}'`);
  return { kind: flow, statements, ...p.spanFrom(start) };
}

function rejectModifier(p: Cursor): void {
  const start = p.token.start;
  p.advance();
  const word = p.is('ident') ? p.advance().text : '';
  p.error(
    `Result modifiers such as '|${word}' were removed: annotate with All<Map>, All<Vec> or a plain type`,
    p.spanFrom(start),
  );
}

/** After a pipe stage: `|one`, `|map` … */
export function rejectPipeModifier(p: Cursor): void {
  if (p.is('|') && p.at(1).kind === 'ident') rejectModifier(p);
}

function parseMatch(p: Cursor, flow: 'match' | 'match-all', start: number): Expr {
  // `match (x) { … }`: here the group is the subject, although a brace follows it.
  const subject = p.is('(') ? parsePipeOnGroup(p) : parseValue(p);
  if (!p.expect('{', `'{' with the arms of '${flow}'`)) return p.errorExpr();
  const arms = parseMatchArms(p);
  return { kind: 'match', all: flow === 'match-all', subject, arms, ...p.spanFrom(start) };
}

function parsePipeOnGroup(p: Cursor): Expr {
  p.advance();
  const subject = parseValue(p);
  p.expect(')', "')'");
  return parsePipeAfter(p, subject);
}

function parseFlowLambda(p: Cursor, flow: FlowKeyword, start: number): LambdaExpr {
  const overload = parseOverload(p, flow);
  return { kind: 'lambda', overload: { ...overload, start }, ...p.spanFrom(start) };
}

/** ( "serial" | … ) "(" value { "," value } ")" */
function parseFlowCall(p: Cursor, flow: 'serial' | 'parallel' | 'cond' | 'cond-all', start: number): Expr {
  const args = parseArgs(p);
  const values = args.map((arg) => arg.value);
  if (flow === 'cond' || flow === 'cond-all') {
    const arms = values.map((value): CondArm => ({
      condition: value,
      label: null,
      body: null,
      start: value.start,
      end: value.end,
    }));
    return { kind: 'cond', all: flow === 'cond-all', arms, ...p.spanFrom(start) };
  }
  return { kind: flow, statements: values.map(asStatement), ...p.spanFrom(start) };
}

export function asStatement(value: Expr): Statement {
  return { kind: 'expr-statement', value, start: value.start, end: value.end };
}

/** cond-arms = { cond-arm [ "," ] } "}"; the opening brace is already eaten. */
export function parseCondArms(p: Cursor): readonly CondArm[] {
  const arms: CondArm[] = [];
  while (!p.is('}') && !p.is('eof')) {
    const before = p.position;
    const arm = parseCondArm(p);
    if (arm) arms.push(arm);
    p.eat(',');
    if (p.position === before) p.advance();
  }
  p.expect('}', "'}' after the arms");
  return arms;
}

/** cond-arm = ( value | "_" | nothing ) "=>" [ label ] value */
function parseCondArm(p: Cursor): CondArm | null {
  const { start } = p.token;
  let condition: Expr | null = null;
  if (p.is('wildcard') && p.at(1).kind === '=>') p.advance();
  else if (!p.is('=>')) condition = parseValue(p);
  if (!p.expect('=>', "'=>' after the condition")) {
    p.skipToListBoundary();
    return null;
  }
  const label = parseLabel(p);
  const body = parseValue(p);
  return { condition, label, body, ...p.spanFrom(start) };
}

function parseLabel(p: Cursor): Word | null {
  if (!p.is('ident')) return null;
  const next = p.at(1);
  const flow = flowAt(p, 1);
  const labelled = next.kind === '{' || (flow !== null && flow !== 'match' && flow !== 'match-all');
  return labelled ? p.word(p.advance()) : null;
}
