/** Line breaks that declarations get: name, metadata and body on lines of their own, long lists spread out. */
import type { ParseResult } from '../parser/parse';
import type { Arrow, Binding, Expr, Meta, NsDecl, Statement } from './ast';
import type { Token } from './token';

/** Metadata longer than this is spread over several lines. How far its lines are indented does not matter. */
const MAX_META = 80;

interface Source extends ParseResult {
  readonly text: string;
}

/** The text with a line break in front of every token that should have one and has none. */
export function lineBreaks(text: string, parsed: ParseResult): string {
  const wanted = new Set<number>();
  const source = { ...parsed, text };
  for (const item of parsed.unit.items) declaration(source, item, wanted);
  let out = '';
  let from = 0;
  for (const [index, token] of parsed.tokens.entries()) {
    const before = parsed.tokens[index - 1];
    if (!before || token.newline || !wanted.has(token.start)) continue;
    // A comment in the gap may be a line comment, or belong to either side.
    const gap = text.slice(before.end, token.start);
    if (gap.trim() !== '') continue;
    out += `${text.slice(from, before.end)}\n`;
    from = token.start;
  }
  return out + text.slice(from);
}

function declaration(parsed: Source, item: Statement, wanted: Set<number>): void {
  switch (item.kind) {
    case 'binding':
      binding(parsed, item, wanted);
      return;
    case 'ns-decl':
      namespace(parsed, item, wanted);
      return;
    case 'arrow':
      arrow(parsed, item, wanted);
      return;
    default:
      return;
  }
}

function binding(parsed: Source, item: Binding, wanted: Set<number>): void {
  const { value, meta } = item;
  if (value.kind === 'type-def' && value.fields.length > 1) spreadFields(parsed, value, wanted);
  if (value.kind !== 'fn' && value.kind !== 'type-def' && value.kind !== 'enum-def') {
    for (const clause of meta) spreadMeta(parsed, clause, wanted);
    return;
  }
  for (const clause of meta) {
    wanted.add(clause.start);
    spreadMeta(parsed, clause, wanted);
  }
  if (meta.some((clause) => clause.start < value.start)) wanted.add(value.start);
}

function namespace(parsed: Source, item: NsDecl, wanted: Set<number>): void {
  for (const clause of item.meta) {
    // `::a meta ["test"] ns` keeps its one line: the word belongs to the name.
    if (clause.end === item.end) wanted.add(clause.start);
    spreadMeta(parsed, clause, wanted);
  }
}

function arrow(parsed: Source, item: Arrow, wanted: Set<number>): void {
  for (const clause of item.meta) {
    wanted.add(clause.start);
    spreadMeta(parsed, clause, wanted);
  }
  if (item.fn && item.meta.some((clause) => clause.start < (item.fn?.start ?? 0))) wanted.add(item.fn.start);
}

function spreadMeta(parsed: Source, clause: Meta, wanted: Set<number>): void {
  const { value } = clause;
  if (value.kind !== 'map' || value.entries.length === 0) return;
  const long = parsed.text.slice(value.start, value.end).replace(/\s+/g, ' ').length > MAX_META;
  if (value.entries.length > 1 || long) {
    spread(
      parsed,
      value,
      value.entries.map((entry) => entry.start),
      wanted,
    );
  }
}

function spreadFields(parsed: Source, value: Extract<Expr, { kind: 'type-def' }>, wanted: Set<number>): void {
  const first = value.fields[0];
  if (!first) return;
  const opener = tokenBefore(parsed.tokens, first.start);
  if (opener)
    spread(
      parsed,
      opener,
      value.fields.map((field) => field.start),
      wanted,
    );
}

/** Every element and the closing bracket on lines of their own. `opener` begins at the bracket. */
function spread(
  parsed: Source,
  opener: { readonly start: number },
  elements: readonly number[],
  wanted: Set<number>,
): void {
  const closer = closerOf(parsed.tokens, opener.start);
  if (!closer) return;
  for (const start of elements) wanted.add(start);
  wanted.add(closer.start);
}

function indexOf(tokens: readonly Token[], start: number): number {
  let low = 0;
  let high = tokens.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens[middle]?.start ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

function tokenBefore(tokens: readonly Token[], start: number): Token | undefined {
  return tokens[indexOf(tokens, start) - 1];
}

function closerOf(tokens: readonly Token[], start: number): Token | undefined {
  let depth = 0;
  for (let index = indexOf(tokens, start); index < tokens.length; index++) {
    const token = tokens[index];
    if (!token) return undefined;
    if (token.kind === '{' || token.kind === '(' || token.kind === '[') depth++;
    if (token.kind === '}' || token.kind === ')' || token.kind === ']') depth--;
    if (depth === 0) return token;
  }
  return undefined;
}
