import type { Code } from '../diagnostics/codes';
import type { Span } from '../source/span';
import type { ErrorExpr, Word } from '../syntax/ast';
import type { Token, TokenKind } from '../syntax/token';

export interface ParseError extends Span {
  readonly code: Code;
  readonly message: string;
}

/** Deeper nesting is refused: every later phase walks the tree recursively. */
const MAX_DEPTH = 256;

/**
 * A position in the tokens of one text, and what is shared by all its parts. Holds no grammar. Errors are
 * collected; after one, further complaints about the same token are dropped.
 */
export class Cursor {
  private index = 0;
  private lastErrorAt = -1;
  private readonly closers: Int32Array;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly errors: ParseError[],
    private depth: number,
  ) {
    this.closers = matchBrackets(tokens);
  }

  /** For the code inside a template: its own tokens, the same errors. */
  sub(tokens: readonly Token[]): Cursor {
    return new Cursor(tokens, this.errors, this.depth + 1);
  }

  get token(): Token {
    return this.at(0);
  }

  /** The token `ahead` of the current one; `eof` beyond the end. */
  at(ahead: number): Token {
    const index = Math.min(this.index + ahead, this.tokens.length - 1);
    const token = this.tokens[index];
    if (!token) throw new Error('a token list must end in eof');
    return token;
  }

  get position(): number {
    return this.index;
  }

  is(kind: TokenKind): boolean {
    return this.token.kind === kind;
  }

  isWord(word: string): boolean {
    return this.token.text === word && (this.token.kind === 'keyword' || this.token.kind === 'ident');
  }

  isKeyword(word: string, ahead = 0): boolean {
    const token = this.at(ahead);
    return token.kind === 'keyword' && token.text === word;
  }

  advance(): Token {
    const { token } = this;
    if (this.index < this.tokens.length - 1) this.index++;
    return token;
  }

  eat(kind: TokenKind): boolean {
    if (this.token.kind !== kind) return false;
    this.advance();
    return true;
  }

  expect(kind: TokenKind, what: string): boolean {
    if (this.eat(kind)) return true;
    this.unexpected(what);
    return false;
  }

  /** End of the token before the current one. */
  get lastEnd(): number {
    return this.tokens[this.index - 1]?.end ?? this.token.start;
  }

  /** The current token starts where the one before ended. */
  get adjacent(): boolean {
    return this.index > 0 && this.lastEnd === this.token.start;
  }

  spanFrom(start: number): Span {
    return { start, end: Math.max(start, this.lastEnd) };
  }

  /** How far ahead the bracket that closes the one `ahead` of us is; -1 when it is never closed. */
  closerAhead(ahead = 0): number {
    const closer = this.closers[this.index + ahead] ?? -1;
    return closer < 0 ? -1 : closer - this.index;
  }

  error(message: string, at: Span = this.token, code: Code = 'parse-error'): void {
    if (this.lastErrorAt === this.index) return;
    this.lastErrorAt = this.index;
    this.errors.push({ code, message, start: at.start, end: Math.max(at.end, at.start + 1) });
  }

  /** Reports without silencing later errors at the same token: for rules that do not disturb parsing. */
  complain(message: string, at: Span, code: Code = 'parse-error'): void {
    this.errors.push({ code, message, start: at.start, end: Math.max(at.end, at.start + 1) });
  }

  unexpected(what: string): void {
    this.error(`Expected ${what}, found ${describe(this.token)}`);
  }

  errorExpr(): ErrorExpr {
    return { kind: 'error', start: this.token.start, end: this.token.start };
  }

  word(token: Token): Word {
    return { text: token.text, start: token.start, end: token.end };
  }

  missingWord(): Word {
    return { text: '', start: this.token.start, end: this.token.start };
  }

  /** Runs `parse` one level deeper; beyond the limit gives `refused` and skips the rest of the text. */
  nested<T>(parse: () => T, refused: () => T): T {
    if (this.depth >= MAX_DEPTH) {
      this.error('Nesting is too deep');
      this.index = this.tokens.length - 1;
      this.lastErrorAt = this.index;
      return refused();
    }
    this.depth++;
    const result = parse();
    this.depth--;
    return result;
  }

  /**
   * After a mistake inside a bracketed list: goes to the next comma or closing bracket of this level, passing over
   * whole bracketed groups.
   */
  skipToListBoundary(): void {
    while (!this.is('eof') && !this.is(',') && !isCloser(this.token.kind)) {
      const closer = this.closerAhead();
      this.index += closer > 0 ? closer : 0;
      this.advance();
    }
  }
}

export function isCloser(kind: TokenKind): boolean {
  return kind === ')' || kind === ']' || kind === '}' || kind === 'eof';
}

export function describe(token: Token): string {
  switch (token.kind) {
    case 'eof':
      return 'the end of the text';
    case 'str':
      return 'a string';
    case 'template':
      return 'a template';
    case 'int':
    case 'dec':
      return `the number ${token.text.slice(0, 30)}`;
    default:
      return `'${token.text.slice(0, 40)}'`;
  }
}

const OPENER: Readonly<Partial<Record<TokenKind, TokenKind>>> = { ')': '(', ']': '[', '}': '{' };

/** One pass, so that looking for the end of a group costs nothing however often it is asked. */
function matchBrackets(tokens: readonly Token[]): Int32Array {
  const closers = new Int32Array(tokens.length).fill(-1);
  const open: number[] = [];
  tokens.forEach((token, index) => {
    if (token.kind === '(' || token.kind === '[' || token.kind === '{') {
      open.push(index);
      return;
    }
    const opener = OPENER[token.kind];
    const top = open[open.length - 1];
    if (opener === undefined || top === undefined || tokens[top]?.kind !== opener) return;
    open.pop();
    closers[top] = index;
  });
  return closers;
}
