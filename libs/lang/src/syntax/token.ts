import type { Span } from '../source/span';

export const KEYWORDS = [
  'serial',
  'parallel',
  'cond',
  'cond-all',
  'match',
  'match-all',
  'fn',
  'type',
  'enum',
  'lazy',
  'do',
] as const;
export type Keyword = (typeof KEYWORDS)[number];

const KEYWORD_SET: ReadonlySet<string> = new Set(KEYWORDS);

export function isKeyword(word: string): word is Keyword {
  return KEYWORD_SET.has(word);
}

export type Punctuation =
  | '('
  | ')'
  | '{'
  | '}'
  | '['
  | ']'
  | '<'
  | '>'
  | ','
  | '.'
  | '...'
  | ':'
  | '::'
  | '/'
  | '=>'
  | '->'
  | '|'
  | '|>'
  | '?'
  | '!';

export type TokenKind =
  | Punctuation
  | 'ident'
  | 'keyword'
  | 'true'
  | 'false'
  | 'null'
  | 'wildcard'
  | 'placeholder'
  | 'int'
  | 'dec'
  | 'str'
  | 'template'
  | 'eof';

export interface DecValue {
  readonly coefficient: bigint;
  readonly scale: number;
}

/** A template already split; code parts are token lists of their own, each ending in `eof`. */
export type TemplatePiece =
  | (Span & { readonly kind: 'text'; readonly value: string })
  | (Span & { readonly kind: 'code'; readonly tokens: readonly Token[] });

/**
 * Newlines are not tokens of their own: a token knows whether a line feed stands before it. Adjacency is
 * `previous.end === token.start`.
 */
export interface Token extends Span {
  readonly kind: TokenKind;
  /** A line feed stands between the previous token and this one. */
  readonly newline: boolean;
  /** Identifiers and words: the word. Strings: the value. Otherwise the text of punctuation or ''. */
  readonly text: string;
  readonly value: bigint | DecValue | readonly TemplatePiece[] | number | null;
}

/** A comment, kept beside the tokens for the formatter. */
export interface Comment extends Span {
  readonly block: boolean;
}
