import type { SourceFile } from '../source/source-file';
import type { Diagnostic } from './diagnostic';

/** The shape that editors and `--format json` get: lines and characters from 0, `end` after `start`. */
export interface JsonDiagnostic {
  readonly file?: string;
  readonly range: { readonly start: JsonPosition; readonly end: JsonPosition };
  readonly severity: 1 | 2;
  readonly code: string;
  readonly source: 'hot';
  readonly message: string;
}
interface JsonPosition {
  readonly line: number;
  readonly character: number;
}

export function toJson(files: readonly SourceFile[], diagnostic: Diagnostic): JsonDiagnostic {
  const file = files[diagnostic.file];
  const severity = diagnostic.severity === 'error' ? 1 : 2;
  const rest = { severity, code: diagnostic.code, source: 'hot', message: diagnostic.message } as const;
  if (!file) {
    const zero = { line: 0, character: 0 };
    return { range: { start: zero, end: zero }, ...rest };
  }
  const start = position(file, diagnostic.start);
  const end = position(file, diagnostic.end);
  // A range that begins at the very end of the text still shows one character.
  const after =
    end.line === start.line && end.character <= start.character
      ? { line: start.line, character: start.character + 1 }
      : end;
  return { file: file.name, range: { start, end: after }, ...rest };
}

function position(file: SourceFile, offset: number): JsonPosition {
  const { line, column } = file.placeAt(offset);
  return { line: line - 1, character: column - 1 };
}

/** `file:line:column: message` */
export function renderSimple(files: readonly SourceFile[], diagnostic: Diagnostic): string {
  const file = files[diagnostic.file];
  if (!file) return diagnostic.message;
  const { line, column } = file.placeAt(diagnostic.start);
  return `${file.name}:${line}:${column}: ${diagnostic.message}`;
}

/** Longer source lines are cut around the place. */
const MAX_SHOWN = 120;

/**
 * Three or four lines: what, where, the source line, carets below it. `colour` adds ANSI colours.
 */
export function renderPretty(files: readonly SourceFile[], diagnostic: Diagnostic, colour = false): string {
  const paint = (code: string, text: string): string => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const tint = diagnostic.severity === 'error' ? '31' : '33';
  const head = `${paint(`1;${tint}`, `${diagnostic.severity}[${diagnostic.code}]`)}: ${diagnostic.message}`;
  const file = files[diagnostic.file];
  if (!file) return head;
  const { line, column } = file.placeAt(diagnostic.start);
  const end = file.placeAt(diagnostic.end);
  const source = [...file.lineText(line)];
  const from = Math.max(0, Math.min(column - 1 - MAX_SHOWN / 2, source.length - MAX_SHOWN));
  const shown = source.slice(from, from + MAX_SHOWN);
  const before = source.slice(from, column - 1);
  const room = Math.max(1, shown.length - before.length);
  const width = end.line === line ? Math.max(1, end.column - column) : room;
  const number = String(line);
  const gutter = ' '.repeat(number.length);
  return [
    head,
    `${gutter}--> ${file.name}:${line}:${column}`,
    `${number} | ${shown.join('')}`,
    // Tabs stay tabs, so that the carets stand under their text.
    `${gutter} | ${before.map((ch) => (ch === '\t' ? '\t' : ' ')).join('')}${paint(tint, '^'.repeat(Math.min(width, room)))}`,
  ].join('\n');
}
