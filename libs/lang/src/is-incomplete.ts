/** For a prompt: whether more lines may make a text whole that does not parse. */
import { parse } from './parser/parse';

/** The reader came to the end of the text and wanted more: an open bracket, string or template, or half an expression. */
export function isIncomplete(text: string): boolean {
  const [error] = parse(text).errors;
  if (error === undefined) return false;
  return error.end >= text.trimEnd().length || error.message.startsWith('Lexer error: Unterminated');
}
