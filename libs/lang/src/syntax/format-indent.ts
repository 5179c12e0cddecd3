/** Indentation by brackets; lines that go on with what the line before began get one level more. */
import type { ParseResult } from '../parser/parse';
import type { Expr, Overload, Statement } from './ast';
import type { Token } from './token';
import { forEachChild, forEachInBody, forEachInStatements } from './visit';

interface Bracket {
  /** Level of the line on which it was opened. */
  readonly line: number;
}

/** A token or a comment. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly token: Token | null;
}

export function indent(text: string, parsed: ParseResult, unit: string): string {
  const starts = lineStarters(parsed.unit.items);
  const pieces = inOrder(parsed);
  const open: Bracket[] = [];
  let out = '';
  let line = 0;
  pieces.forEach((piece, index) => {
    const gap = text.slice(pieces[index - 1]?.end ?? 0, piece.start);
    if (index === 0 || gap.includes('\n')) {
      line = levelOf(pieces, index, starts, open);
      out += (index === 0 ? '' : gap.replace(/[^\n]/g, '')) + unit.repeat(line);
    } else {
      out += gap;
    }
    const raw = text.slice(piece.start, piece.end);
    out += piece.token ? raw : raw.trimEnd();
    const kind = piece.token?.kind;
    if (kind === '(' || kind === '[' || kind === '{') open.push({ line });
    if (kind === ')' || kind === ']' || kind === '}') open.pop();
  });
  return out === '' ? '' : `${out}\n`;
}

function levelOf(
  pieces: readonly Piece[],
  index: number,
  starts: ReadonlySet<number>,
  open: readonly Bracket[],
): number {
  const top = open[open.length - 1];
  const inside = top ? top.line + 1 : 0;
  // A comment stands where what follows it stands.
  let next = index;
  while (pieces[next] && pieces[next]?.token === null) next++;
  const token = pieces[next]?.token;
  if (!token || token.kind === 'eof') return inside;
  if (token.kind === ')' || token.kind === ']' || token.kind === '}') {
    return next === index ? (top?.line ?? 0) : inside;
  }
  return starts.has(token.start) ? inside : inside + 1;
}

function inOrder({ tokens, comments }: ParseResult): readonly Piece[] {
  const pieces: Piece[] = tokens
    .filter((token) => token.kind !== 'eof')
    .map((token) => ({ start: token.start, end: token.end, token }));
  for (const comment of comments) pieces.push({ start: comment.start, end: comment.end, token: null });
  return pieces.sort((a, b) => a.start - b.start).filter(outermost());
}

/** Comments inside the code of a template belong to the template. */
function outermost(): (piece: Piece) => boolean {
  let end = 0;
  return (piece) => {
    if (piece.start < end) return false;
    end = Math.max(end, piece.end);
    return true;
  };
}

/** Places at which a line may begin without continuing another: statements, arms, elements, parts of declarations. */
function lineStarters(items: readonly Statement[]): ReadonlySet<number> {
  const starts = new Set<number>();
  const expr = (node: Expr): void => {
    switch (node.kind) {
      case 'vector':
        for (const element of node.elements) starts.add(element.start);
        break;
      case 'map':
        for (const entry of node.entries) starts.add(entry.start);
        break;
      case 'call':
        for (const arg of node.args) starts.add(arg.start);
        break;
      case 'block':
      case 'serial':
      case 'parallel':
        statements(node.statements);
        return;
      case 'cond':
      case 'match':
        for (const arm of node.arms) starts.add(arm.start);
        break;
      case 'lambda':
        overload(node.overload);
        return;
      case 'fn':
        node.overloads.forEach(overload);
        return;
      case 'type-def':
        for (const field of node.fields) starts.add(field.start);
        if (node.constructors) starts.add(node.constructors.start);
        break;
      case 'enum-def':
        for (const variant of node.variants) starts.add(variant.start);
        break;
      default:
        break;
    }
    forEachChild(node, expr);
  };
  const overload = (node: Overload): void => {
    for (const param of node.params) starts.add(param.start);
    const { body } = node;
    if (body.kind === 'statements') {
      statements(body.statements);
      return;
    }
    if (body.kind !== 'value') for (const arm of body.arms) starts.add(arm.start);
    forEachInBody(body, expr);
  };
  const statements = (list: readonly Statement[]): void => {
    for (const statement of list) {
      starts.add(statement.start);
      if ('meta' in statement) {
        for (const clause of statement.meta) {
          starts.add(clause.start);
          expr(clause.value);
        }
      }
      if (statement.kind === 'ns-decl') starts.add(statement.end - 2);
      if (statement.kind === 'arrow' && statement.fn) starts.add(statement.fn.start);
      if (statement.kind === 'binding' && isDefinition(statement.value)) starts.add(statement.value.start);
    }
    forEachInStatements(list, expr);
  };
  statements(items);
  return starts;
}

function isDefinition(value: Expr): boolean {
  return value.kind === 'fn' || value.kind === 'type-def' || value.kind === 'enum-def';
}
