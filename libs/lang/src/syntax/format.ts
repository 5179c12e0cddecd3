/**
 * `hot fmt`: changes blanks and line breaks between tokens, nothing else, and keeps its hands off a text whose
 * meaning it would change. Strings, templates and comments stay as they are.
 */
import { parse } from '../parser/parse';
import type { ParseError } from '../parser/parse';
import { lineBreaks } from './format-breaks';
import { indent } from './format-indent';

export interface FormatOptions {
  /** Blanks per level. Default 4. */
  readonly indent: number;
}

export type FormatResult =
  | { readonly kind: 'formatted'; readonly text: string; readonly changed: boolean }
  /** The text does not parse. */
  | { readonly kind: 'broken'; readonly error: ParseError }
  /** The result would not mean the same; this is a mistake of the formatter, and the text is left alone. */
  | { readonly kind: 'refused'; readonly text: string };

export function format(text: string, options: FormatOptions = { indent: 4 }): FormatResult {
  const before = parse(text);
  const [error] = before.errors;
  if (error) return { kind: 'broken', error };
  const broken = lineBreaks(text, before);
  const middle = parse(broken);
  const result = indent(broken, middle, ' '.repeat(options.indent));
  const after = parse(result);
  const same =
    withoutBlanks(text) === withoutBlanks(result) &&
    after.errors.length === 0 &&
    meaning(before.unit) === meaning(after.unit);
  if (!same) return { kind: 'refused', text };
  return { kind: 'formatted', text: result, changed: result !== text };
}

function withoutBlanks(text: string): string {
  return text.replace(/\s+/g, '');
}

/** The tree as text, without places. */
function meaning(unit: unknown): string {
  return JSON.stringify(unit, (key, value: unknown) => {
    if (key === 'start' || key === 'end') return undefined;
    return typeof value === 'bigint' ? `${value}n` : value;
  });
}
