import { lex } from '../lexer/lexer';
import type { Unit } from '../syntax/ast';
import type { Comment, Token } from '../syntax/token';
import { Cursor } from './cursor';
import type { ParseError } from './cursor';
import { parseTopLevel } from './statements';

export interface ParseResult {
  readonly unit: Unit;
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
  /** In order of place; lexical ones start with `Lexer error: `. */
  readonly errors: readonly ParseError[];
}

/** Never throws, whatever the text: what could not be understood is an error node, and said in `errors`. */
export function parse(text: string): ParseResult {
  const { tokens, comments, errors: lexErrors } = lex(text);
  const errors: ParseError[] = lexErrors.map((error) => ({
    code: 'parse-error',
    message: `Lexer error: ${error.message}`,
    start: error.start,
    end: error.end,
  }));
  const cursor = new Cursor(tokens, errors, 0);
  const items = parseTopLevel(cursor);
  errors.sort((a, b) => a.start - b.start);
  return {
    unit: { kind: 'unit', items, start: 0, end: text.length },
    tokens,
    comments,
    errors: errors.map((error) => within(error, text)),
  };
}

/** What is missing at the end has a place of no width there: editors refuse places outside of the text. */
function within(error: ParseError, { length }: string): ParseError {
  return error.end <= length ? error : { ...error, end: length };
}

export type { ParseError };
