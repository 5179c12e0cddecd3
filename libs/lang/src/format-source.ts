/** `hot fmt` for one text. */
import { SourceFile } from './source/source-file';
import { format } from './syntax/format';

export type FormattedSource =
  | { readonly kind: 'formatted'; readonly text: string; readonly changed: boolean }
  /** The text does not parse: where, from 1, and why. */
  | { readonly kind: 'broken'; readonly line: number; readonly column: number; readonly message: string }
  /** Its meaning would change; the text is to be left alone. */
  | { readonly kind: 'refused' };

export function formatSource(text: string): FormattedSource {
  const result = format(text);
  if (result.kind === 'formatted') return result;
  if (result.kind === 'refused') return { kind: 'refused' };
  const { line, column } = new SourceFile('', text).placeAt(result.error.start);
  return { kind: 'broken', line, column, message: result.error.message };
}
