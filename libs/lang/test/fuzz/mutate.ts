/** Programs that nobody wrote: texts of the corpus, changed in their characters, tokens and expressions. */
import { lex } from '../../src/lexer/lexer';
import { parse } from '../../src/parser/parse';
import type { Random } from './random';

interface Span {
  readonly start: number;
  readonly end: number;
}

/** What stands in no program of the corpus, or seldom. */
const ODD = [
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '<',
    '>',
    ',',
    '.',
    ':',
    '::',
    '?',
    '!',
    '|',
    '|>',
    '=>',
    '->',
    '...',
    '%',
    '%2',
  ],
  ...[
    '"',
    '`',
    '"""',
    '```',
    '${',
    '//',
    '/*',
    '*/',
    '\n',
    '\\',
    '#',
    '_',
    '%.a',
    '%(1)',
    '@',
    '$',
    ';',
    '=',
  ],
  ...[
    'fn',
    'match',
    'match-all',
    'cond',
    'cond-all',
    'parallel',
    'serial',
    'type',
    'enum',
    'lazy',
    'do',
    'meta',
    'ns',
  ],
  ...[
    'open',
    'null',
    'true',
    'false',
    '-1',
    '0',
    '1.5',
    '-0.0',
    '9223372036854775807',
    '1e400',
    '0x',
    '1_000',
    '.5',
  ],
  ...[
    'constructor',
    '__proto__',
    'prototype',
    'then',
    'await',
    'eval',
    'arguments',
    'rt',
    'c',
    'F',
    'this',
    'var',
  ],
  ...[
    '"__proto__"',
    '{__proto__: 1}',
    '{"": {}}',
    '[]',
    '{}',
    '""',
    '(x) { x }',
    '() { }',
    '{_: %}',
    'err("e")',
  ],
  ...[
    '\ud800',
    '\udc00',
    '\u2028',
    '\ufeff',
    '\0',
    '\r',
    '\t',
    'é',
    'e\u0301',
    '😀',
    '\u202e',
    '\u00a0',
    'ǅ',
    '\u200d',
  ],
];

/** How an expression is wrapped, `x` for itself. */
const WRAPS = [
  ...[
    '(x)',
    '[x]',
    '{a: x}',
    'do x',
    '!x',
    '`${x}`',
    'if(true, x)',
    'if(x, 1, 2)',
    '() { x }',
    '(a) { x }',
    'or(x, 1)',
  ],
  ...[
    'add(x, 1)',
    'is-err(x)',
    'if-err(x, (e) { e })',
    'ok(x)',
    'err(x)',
    'Str(x)',
    'map([1, 2], (a) { x })',
  ],
  ...[
    'pmap([1, 2], (a) { x })',
    'match (x) { => { 1 } }',
    'cond { x => { 1 } => { 2 } }',
    'match 1 { 1 => { x } }',
  ],
  ...[
    'parallel { p x q 1 }',
    'cond-all { true => { x } }',
    'x |> [%]',
    'x |> length',
    'first([x])',
    '{...x}',
    '[...x]',
  ],
  ...['x.a', 'x[0]', 'x?', '%', 'x(1)', 'serial { a x a }', 'is-type(x, Int)', 'to-json(x)', 'call(x, [1])'],
];

export function mutant(random: Random, corpus: readonly string[]): string {
  let text = random.of(corpus);
  for (let n = 1 + random.below(random.chance(4) ? 6 : 2); n > 0; n--) {
    text = random.of(MUTATIONS)(random, text, corpus).slice(0, MAX_LENGTH);
  }
  return text;
}

const MAX_LENGTH = 20_000;

type Mutation = (random: Random, text: string, corpus: readonly string[]) => string;

const replaced = (text: string, { start, end }: Span, by: string): string =>
  text.slice(0, start) + by + text.slice(end);

const anywhere = (random: Random, text: string): number => random.below(text.length + 1);

const spanText = (text: string, { start, end }: Span): string => text.slice(start, end);

function tokensOf(text: string): readonly Span[] {
  return lex(text).tokens.filter(({ start, end }) => end > start);
}

/** All nodes of the tree that stand for some text. */
function nodesOf(text: string): readonly Span[] {
  const found: Span[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { start, end, kind } = node as Partial<Span> & { kind?: unknown };
    if (typeof start === 'number' && typeof end === 'number' && typeof kind === 'string' && end > start) {
      found.push({ start, end });
    }
    for (const part of Object.values(node)) visit(part);
  };
  visit(parse(text).unit.items);
  return found;
}

const someNode = (random: Random, text: string): Span => {
  const nodes = nodesOf(text);
  return nodes.length === 0 ? { start: 0, end: 0 } : random.of(nodes);
};

const someToken = (random: Random, text: string): Span => {
  const tokens = tokensOf(text);
  return tokens.length === 0 ? { start: 0, end: 0 } : random.of(tokens);
};

const insertOdd: Mutation = (random, text) => {
  const at = random.chance(2) ? anywhere(random, text) : someToken(random, text).start;
  return replaced(text, { start: at, end: at + (random.chance(2) ? 0 : random.below(6)) }, random.of(ODD));
};

const dropToken: Mutation = (random, text) => replaced(text, someToken(random, text), '');

const otherToken: Mutation = (random, text, corpus) => {
  const from = random.chance(2) ? text : random.of(corpus);
  return replaced(text, someToken(random, text), spanText(from, someToken(random, from)) || random.of(ODD));
};

const repeatToken: Mutation = (random, text) => {
  const token = someToken(random, text);
  const times = random.chance(8) ? 300 : 1 + random.below(3);
  return replaced(text, { start: token.end, end: token.end }, `${spanText(text, token)} `.repeat(times));
};

const swapNodes: Mutation = (random, text) => {
  const [a, b] = [someNode(random, text), someNode(random, text)].sort((x, y) => x.start - y.start);
  if (!a || !b || a.end > b.start)
    return replaced(text, someNode(random, text), spanText(text, someNode(random, text)));
  return replaced(replaced(text, b, spanText(text, a)), a, spanText(text, b));
};

const otherNode: Mutation = (random, text, corpus) => {
  const from = random.chance(2) ? text : random.of(corpus);
  return replaced(text, someNode(random, text), spanText(from, someNode(random, from)) || 'null');
};

const wrapNode: Mutation = (random, text) => {
  const node = someNode(random, text);
  let inner = spanText(text, node);
  const depth = random.chance(12) ? 50 + random.below(300) : 1 + random.below(3);
  const same = random.of(WRAPS);
  for (let n = 0; n < depth && inner.length < MAX_LENGTH; n++) {
    inner = (depth > 3 ? same : random.of(WRAPS)).replaceAll(/\bx\b/g, () => inner);
  }
  return replaced(text, node, inner);
};

/** The beginning of one and the end of another. */
const splice: Mutation = (random, text, corpus) => {
  const other = random.of(corpus);
  if (random.chance(3)) return text.slice(0, anywhere(random, text)) + other.slice(anywhere(random, other));
  return text.slice(0, someToken(random, text).end) + ' ' + other.slice(someToken(random, other).start);
};

/** Two programs one after the other, in one namespace or two. */
const both: Mutation = (random, text, corpus) => `${text}\n${random.of(corpus)}`;

const truncated: Mutation = (random, text) => text.slice(0, anywhere(random, text));

const otherLine: Mutation = (random, text, corpus) => {
  const lines = text.split('\n');
  const from = random.chance(2) ? lines : random.of(corpus).split('\n');
  lines.splice(random.below(lines.length), random.below(3), random.of(from));
  return lines.join('\n');
};

const withoutBreaks: Mutation = (random, text) => {
  const breaks = [...text.matchAll(/\s+/g)];
  if (breaks.length === 0) return text;
  const at = random.of(breaks);
  return replaced(
    text,
    { start: at.index, end: at.index + at[0].length },
    random.of(['', ' ', '\n', '\r\n', '\n\n//x\n']),
  );
};

const MUTATIONS: readonly Mutation[] = [
  insertOdd,
  dropToken,
  otherToken,
  otherToken,
  repeatToken,
  swapNodes,
  swapNodes,
  otherNode,
  otherNode,
  otherNode,
  wrapNode,
  wrapNode,
  splice,
  both,
  truncated,
  otherLine,
  withoutBreaks,
];
