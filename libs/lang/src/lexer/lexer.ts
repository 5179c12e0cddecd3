import type { Comment, DecValue, Punctuation, TemplatePiece, Token, TokenKind } from '../syntax/token';
import { isKeyword } from '../syntax/token';
import { isDigit, isIdentContinue, isIdentStart } from './chars';
import { parseDec, parseInt64 } from './numbers';
import { sourceOffset, stripBlock, unescape, unescapeMapped } from './strings';
import type { CookedText } from './strings';
import { splitTemplate } from './template';

export interface LexError {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

export interface LexResult {
  /** Ends in `eof`. */
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
  readonly errors: readonly LexError[];
}

/** Never throws. A character that begins no token is reported and skipped. */
export function lex(text: string): LexResult {
  const errors: LexError[] = [];
  const comments: Comment[] = [];
  const lexer = new Lexer({ value: text, map: null, base: 0 }, errors, comments, 0);
  return { tokens: lexer.run(), comments, errors };
}

/** Templates nest through their code parts; deeper than this is refused rather than left to the stack. */
const MAX_TEMPLATE_DEPTH = 32;

class Lexer {
  private readonly text: string;
  private at = 0;
  private newline = false;
  private readonly tokens: Token[] = [];

  constructor(
    private readonly source: CookedText,
    private readonly errors: LexError[],
    private readonly comments: Comment[],
    private readonly depth: number,
  ) {
    this.text = source.value;
    if (depth === 0 && this.text.charCodeAt(0) === 0xfeff) this.at = 1;
  }

  run(): Token[] {
    while (this.at < this.text.length) this.next();
    this.push('eof', this.at, '', null);
    return this.tokens;
  }

  private next(): void {
    const { text } = this;
    const start = this.at;
    const unit = text.charCodeAt(start);
    if (unit === 10) {
      this.newline = true;
      this.at++;
      return;
    }
    if (unit === 32 || unit === 9 || unit === 13) {
      this.at++;
      return;
    }
    if (unit === 47) {
      this.slash(start);
      return;
    }
    if (unit === 34 || unit === 96) {
      this.quoted(start, unit === 34 ? '"' : '`');
      return;
    }
    if (isDigit(unit) || (unit === 45 && isDigit(text.charCodeAt(start + 1)))) {
      this.number(start);
      return;
    }
    if (unit === 37) {
      this.placeholder(start);
      return;
    }
    const codePoint = text.codePointAt(start) ?? unit;
    if (isIdentStart(codePoint)) {
      this.word(start);
      return;
    }
    this.punctuation(start, codePoint);
  }

  private word(start: number): void {
    const { text } = this;
    let at = start;
    while (at < text.length) {
      const codePoint = text.codePointAt(at) ?? 0;
      if (!isIdentContinue(codePoint)) break;
      at += codePoint > 0xffff ? 2 : 1;
    }
    this.at = at;
    const word = text.slice(start, at);
    let kind: TokenKind = 'ident';
    if (word === 'true' || word === 'false' || word === 'null') kind = word;
    else if (word === '_') kind = 'wildcard';
    else if (isKeyword(word)) kind = 'keyword';
    this.push(kind, start, word, null);
  }

  private number(start: number): void {
    const { text } = this;
    let at = start + 1;
    let dot = false;
    for (; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit === 46 && !dot) dot = true;
      else if (!isDigit(unit)) break;
    }
    this.at = at;
    const raw = text.slice(start, at);
    const value = dot ? parseDec(raw) : parseInt64(raw);
    if (value === null) this.error(`Invalid number '${raw.slice(0, 60)}'`, start, at);
    this.push(dot ? 'dec' : 'int', start, raw, value ?? (dot ? { coefficient: 0n, scale: 0 } : 0n));
  }

  private placeholder(start: number): void {
    let at = start + 1;
    while (isDigit(this.text.charCodeAt(at))) at++;
    this.at = at;
    const digits = this.text.slice(start + 1, at);
    const index = digits === '' ? 1 : Number(digits);
    if (index < 1) this.error(`Invalid placeholder '%${digits}': numbering starts at 1`, start, at);
    // The most arguments that a call can have; a larger number would only make a huge lambda.
    else if (index > 255) this.error(`Invalid placeholder '%${digits.slice(0, 20)}': at most 255`, start, at);
    this.push('placeholder', start, this.text.slice(start, at), index < 1 || index > 255 ? 1 : index);
  }

  private slash(start: number): void {
    const { text } = this;
    const next = text.charCodeAt(start + 1);
    if (next === 47) {
      const end = text.indexOf('\n', start);
      this.at = end < 0 ? text.length : end;
      this.comment(start, false);
    } else if (next === 42) {
      // An unterminated block comment silently runs to the end of the file.
      const end = text.indexOf('*/', start + 2);
      this.at = end < 0 ? text.length : end + 2;
      this.comment(start, true);
    } else {
      this.at++;
      this.push('/', start, '/', null);
    }
  }

  private comment(start: number, block: boolean): void {
    this.comments.push({ block, start: this.offset(start), end: this.offset(this.at) });
  }

  private quoted(start: number, quote: '"' | '`'): void {
    const fence = quote.repeat(3);
    if (this.text.startsWith(fence, start)) this.block(start, quote, fence);
    else this.inline(start, quote);
  }

  private block(start: number, quote: '"' | '`', fence: string): void {
    const end = this.text.indexOf(fence, start + 3);
    const stop = end < 0 ? this.text.length : end;
    this.at = end < 0 ? stop : stop + 3;
    if (end < 0) this.error('Unterminated string', start, start + 3);
    const cooked = stripBlock(this.text.slice(start + 3, stop), start + 3);
    if (quote === '"') this.push('str', start, cooked.value, null);
    else this.template(start, cooked);
  }

  private inline(start: number, quote: '"' | '`'): void {
    const { text } = this;
    const stopAt = quote.charCodeAt(0);
    let at = start + 1;
    while (at < text.length && text.charCodeAt(at) !== stopAt) at += text.charCodeAt(at) === 92 ? 2 : 1;
    const stop = Math.min(at, text.length);
    if (at >= text.length) this.error('Unterminated string', start, start + 1);
    this.at = Math.min(at + 1, text.length);
    const raw = text.slice(start + 1, stop);
    if (quote === '"') this.push('str', start, unescape(raw), null);
    else this.template(start, unescapeMapped(raw, start + 1));
  }

  private template(start: number, cooked: CookedText): void {
    // Offsets inside a template of a template go through both maps.
    const composed: CookedText = {
      value: cooked.value,
      map:
        cooked.map === null && this.source.map === null
          ? null
          : Array.from({ length: cooked.value.length + 1 }, (_, i) => this.offset(sourceOffset(cooked, i))),
      base: this.offset(cooked.base),
    };
    const raw = splitTemplate(composed, (at, shown) => {
      this.errors.push({ message: `Unterminated template expression: ${shown}`, start: at, end: at + 2 });
    });
    const pieces = raw.map((piece): TemplatePiece => {
      const from = sourceOffset(composed, piece.from);
      const to = sourceOffset(composed, piece.to);
      const value = composed.value.slice(piece.from, piece.to);
      if (piece.kind === 'text') return { kind: 'text', value, start: from, end: to };
      return { kind: 'code', tokens: this.code(composed, piece.from, piece.to), start: from, end: to };
    });
    this.push('template', start, '', pieces);
  }

  private code(composed: CookedText, from: number, to: number): Token[] {
    const part: CookedText = {
      value: composed.value.slice(from, to),
      map: composed.map ? composed.map.slice(from, to + 1) : null,
      base: sourceOffset(composed, from),
    };
    if (this.depth >= MAX_TEMPLATE_DEPTH) {
      this.errors.push({ message: 'Templates are nested too deeply', start: part.base, end: part.base + 1 });
      return new Lexer({ value: '', map: null, base: part.base }, this.errors, this.comments, 1).run();
    }
    return new Lexer(part, this.errors, this.comments, this.depth + 1).run();
  }

  private punctuation(start: number, codePoint: number): void {
    const { text } = this;
    const one = String.fromCodePoint(codePoint);
    const two = text.slice(start, start + 2);
    let found: Punctuation | null = null;
    if (text.startsWith('...', start)) found = '...';
    else if (two === '::' || two === '=>' || two === '->' || two === '|>') found = two;
    else if ('(){}[]<>,.:|?!'.includes(one)) found = one as Punctuation;
    if (two === '??') {
      this.at += 2;
      this.error(
        "Invalid operator '??': '??' is not supported, consider 'or(value, default)'",
        start,
        this.at,
      );
      return;
    }
    this.at += found?.length ?? one.length;
    if (found) this.push(found, start, found, null);
    else this.error(`Invalid character '${one}'`, start, this.at);
  }

  private offset(index: number): number {
    return sourceOffset(this.source, index);
  }

  private error(message: string, start: number, end: number): void {
    this.errors.push({ message, start: this.offset(start), end: this.offset(end) });
  }

  private push(
    kind: TokenKind,
    start: number,
    text: string,
    value: bigint | DecValue | readonly TemplatePiece[] | number | null,
  ): void {
    this.tokens.push({
      kind,
      start: this.offset(start),
      end: this.offset(this.at),
      newline: this.newline,
      text,
      value,
    });
    this.newline = false;
  }
}
