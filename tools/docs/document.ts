/**
 * Documents whose facts come from the code. A generated part stands between two comments; the text around it is written
 * by hand. The spec of a document compares the parts with the code. `UPDATE_DOCS=1` writes them instead.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';

export const root = resolve(__dirname, '..', '..');

export const readDocument = (file: string): string => readFileSync(resolve(root, file), 'utf8');

/** The document with its part of that name replaced. Throws when the document has no such part. */
export function withPart(document: string, name: string, body: string): string {
  const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`There is no ${begin} … ${end}`);
  return `${document.slice(0, from)}${begin}\n\n${body.trim()}\n\n${document.slice(to)}`;
}

/**
 * What the file holds and what it should hold. With UPDATE_DOCS=1 the file is written first, so that both are the same.
 * @param parts text in Markdown by name of the part; laid out by Prettier like everything else
 */
export async function documentOf(
  file: string,
  parts: Readonly<Record<string, string>>,
): Promise<{ readonly actual: string; readonly expected: string }> {
  const path = resolve(root, file);
  const filled = Object.entries(parts).reduce(
    (text, [name, body]) => withPart(text, name, body),
    readDocument(file),
  );
  const expected = await format(filled, { ...(await resolveConfig(path)), parser: 'markdown' });
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, expected);
  return { actual: readDocument(file), expected };
}

/** A table in Markdown. Cells are one line each; a bar inside is escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
