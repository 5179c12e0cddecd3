/** What somebody who knows another language, or forgot a bracket, meant where the parser could not read on. */
import { lex } from '../lexer/lexer';
import type { SourceFile } from '../source/source-file';
import type { Token } from '../syntax/token';

/** Characters that begin no token, or one that cannot stand there; the longest first. */
const OPERATORS: readonly (readonly [string, string])[] = [
  ['===', 'equality is `eq(a, b)`'],
  ['==', 'equality is `eq(a, b)`'],
  ['!=', 'inequality is `ne(a, b)`'],
  ['=>', 'a lambda is written `(x) { … }`'],
  ['&&', 'both is `and(a, b)`'],
  ['||', 'either is `or(a, b)`'],
  ['|', 'a pipe is written `|>`'],
  ['<=', '`lte(a, b)` compares'],
  ['>=', '`gte(a, b)` compares'],
  ['<', '`lt(a, b)` compares'],
  ['>', '`gt(a, b)` compares'],
  ['++', 'values do not change: bind a name anew, `n add(n, 1)`'],
  ['+=', 'values do not change: bind a name anew, `n add(n, x)`'],
  ['+', 'a sum is `add(a, b)`, texts join in a template: `${a}${b}`'],
  ['-', 'a difference is `sub(a, b)`'],
  ['**', 'a power is `pow(a, b)`'],
  ['*', 'a product is `mul(a, b)`'],
  ['/', 'a quotient is `div(a, b)`'],
  ['%', 'a remainder is `mod(a, b)`'],
  ['^', 'a power is `pow(a, b)`'],
  ['?.', 'a field of null is null: write `a.b`'],
  ['?', 'a choice is `if(condition, a, b)`'],
  [';', 'nothing stands between statements'],
  ['#', 'a comment begins with `//`'],
  ["'", 'a text stands in double quotes'],
  ['@', 'metadata is written `name meta {…}`'],
];

/** So much is looked at of what stands ahead: patterns on a line of megabytes would take their time. */
const NEAR = 200;

/** Null: nothing better to say than the message. */
export function parseHint(file: SourceFile, start: number, message: string): string | null {
  const { text } = file;
  const before = text.slice(Math.max(0, start - NEAR), start);
  if (message.includes('Unterminated string')) return runawayText(file, start);
  const named = /^Expected '[({]' [\w ]+, found '([^']+)'/.exec(message);
  const keyword = /\b(fn|enum)\s+$/.exec(before)?.[1];
  if (named && keyword !== undefined) {
    return `the name stands first: \`${named[1]} ${keyword} ${keyword === 'fn' ? '(…) ' : ''}{ … }\``;
  }
  if (message.includes("Invalid character '='")) return equalsSign(before, text.slice(start));
  if (/\w->?$/.test(before) && text[start] === '>') return 'an arrow needs a space ahead of `->`';
  if (text[start] === '.' && /^\s*::[\w:-]+$/.test(lastLine(before))) {
    return 'the parts of a namespace are joined by `::`';
  }
  if (text[start] === '.' && /[)\]}"`\d]$/.test(before)) {
    return 'a path begins at a name or a call: bind the value to a name first';
  }
  if (/Invalid character|found '/.test(message)) {
    const operator = OPERATORS.find(([sign]) => text.startsWith(sign, start));
    if (operator && (operator[0] !== '=>' || /[)\]]/.test(message))) return operator[1];
  }
  return message.startsWith('Expected') ? openBracket(file, start, message) : null;
}

const lastLine = (text: string): string => text.slice(text.lastIndexOf('\n') + 1);

function equalsSign(before: string, rest: string): string {
  if (before.endsWith('!')) return 'inequality is `ne(a, b)`';
  if (before.endsWith('<')) return '`lte(a, b)` compares';
  if (before.endsWith('>')) return '`gte(a, b)` compares';
  if (rest.startsWith('==')) return 'equality is `eq(a, b)`';
  const name = /([\p{L}_$][\p{L}\p{N}_$-]*)\s*:?$/u.exec(before.trimEnd())?.[1] ?? 'name';
  return `a name is bound without a sign: \`${name} value\``;
}

/** A forgotten quote shows at the end of the file; the text that was swallowed began long before. */
function runawayText(file: SourceFile, start: number): string | null {
  const runaway = lex(file.text).tokens.findLast(
    (token) =>
      token.kind === 'str' &&
      token.end <= start &&
      !file.text.startsWith('"""', token.start) &&
      file.text.slice(token.start, token.end).includes('\n'),
  );
  return runaway
    ? `the text that begins at ${at(file, runaway.start)} goes on over the end of its line`
    : null;
}

const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Where the bracket stands that is open: the mistake is often there rather than where the parser noticed. */
function openBracket(file: SourceFile, start: number, message: string): string | null {
  const open: Token[] = [];
  const { tokens } = lex(file.text);
  for (const token of tokens) {
    if (token.start >= start) break;
    if (token.kind === 'template' && token.end > start) return null;
    if (token.kind in CLOSERS) open.push(token);
    else if (token.kind === ')' || token.kind === ']' || token.kind === '}') open.pop();
  }
  const found = tokens.find((token) => token.start >= start)?.kind ?? 'eof';
  const innermost = open[open.length - 1];
  if (innermost === undefined) return /^[)\]}]$/.test(found) ? 'no bracket is open here' : null;
  const closer = CLOSERS[innermost.kind] ?? '';
  if (!/^(?:[)\]}]|eof)$/.test(found) || found === closer || !message.includes(`'${closer}'`)) return null;
  return `the '${innermost.kind}' at ${at(file, innermost.start)} is open`;
}

function at(file: SourceFile, offset: number): string {
  const { line, column } = file.placeAt(offset);
  return `${line}:${column}`;
}
