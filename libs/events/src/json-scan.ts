/**
 * One pass over a JSON text that changes and copies nothing: checks the grammar (RFC 8259) and the nesting, and tells
 * where the members of the outermost object stand. User documents are then cut out of the text as they came: parsing
 * and writing them again would move digit-like keys and round large numbers.
 */
export interface Span {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

export type JsonScan =
  | {
      readonly ok: true;
      readonly kind: 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';
      /** Of the outermost object, by decoded key; of duplicate keys the last one, as JSON.parse has it. Else empty. */
      readonly members: ReadonlyMap<string, Span>;
    }
  | { readonly ok: false; readonly problem: string; readonly at: number };

/** Deepest nesting of what Hot reads and writes. */
export const MAX_JSON_DEPTH = 256;

class Refusal {
  constructor(
    readonly problem: string,
    readonly at: number,
  ) {}
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;
const ZERO = 0x30;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

export function scanJson(text: string, maxDepth: number = MAX_JSON_DEPTH): JsonScan {
  const members = new Map<string, Span>();
  try {
    const start = skipSpace(text, 0);
    const end = value(text, start, maxDepth, members);
    const rest = skipSpace(text, end);
    if (rest < text.length) throw new Refusal('text after the end of the value', rest);
    return { ok: true, kind: kindAt(text.charCodeAt(start)), members };
  } catch (refusal) {
    if (refusal instanceof Refusal) return { ok: false, problem: refusal.problem, at: refusal.at };
    throw refusal;
  }
}

/** The text of a span, as it came. */
export function cut(text: string, span: Span): string {
  return text.slice(span.start, span.end);
}

function value(text: string, at: number, depth: number, members: Map<string, Span> | null): number {
  const code = text.charCodeAt(at);
  switch (code) {
    case OPEN_BRACE:
      return object(text, at, depth, members);
    case OPEN_BRACKET:
      return array(text, at, depth);
    case QUOTE:
      return string(text, at);
    case 0x74:
      return word(text, at, 'true');
    case 0x66:
      return word(text, at, 'false');
    case 0x6e:
      return word(text, at, 'null');
    default:
      if (code === MINUS || isDigit(code)) return number(text, at);
      throw new Refusal(at >= text.length ? 'the text ends too early' : 'a value is missing', at);
  }
}

function object(text: string, start: number, depth: number, members: Map<string, Span> | null): number {
  if (depth === 0) throw new Refusal('too deeply nested', start);
  let at = skipSpace(text, start + 1);
  if (text.charCodeAt(at) === CLOSE_BRACE) return at + 1;
  for (;;) {
    if (text.charCodeAt(at) !== QUOTE) throw new Refusal('a key is missing', at);
    const keyStart = at;
    const keyEnd = string(text, at);
    at = skipSpace(text, keyEnd);
    if (text.charCodeAt(at) !== COLON) throw new Refusal('a colon is missing', at);
    at = skipSpace(text, at + 1);
    const end = value(text, at, depth - 1, null);
    if (members !== null) members.set(decodeKey(text, keyStart, keyEnd), { start: at, end });
    at = skipSpace(text, end);
    const code = text.charCodeAt(at);
    if (code === CLOSE_BRACE) return at + 1;
    if (code !== COMMA) throw new Refusal('a comma or closing brace is missing', at);
    at = skipSpace(text, at + 1);
  }
}

function array(text: string, start: number, depth: number): number {
  if (depth === 0) throw new Refusal('too deeply nested', start);
  let at = skipSpace(text, start + 1);
  if (text.charCodeAt(at) === CLOSE_BRACKET) return at + 1;
  for (;;) {
    at = skipSpace(text, value(text, at, depth - 1, null));
    const code = text.charCodeAt(at);
    if (code === CLOSE_BRACKET) return at + 1;
    if (code !== COMMA) throw new Refusal('a comma or closing bracket is missing', at);
    at = skipSpace(text, at + 1);
  }
}

function string(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code < 0x20) throw new Refusal('a control character in a string', at);
    if (code === BACKSLASH) at = escape(text, at);
  }
  throw new Refusal('a string does not end', start);
}

/** Answers the index of the escape's last character. */
function escape(text: string, at: number): number {
  const next = text[at + 1] ?? '';
  if (next === 'u') {
    for (let digit = at + 2; digit < at + 6; digit += 1) {
      if (!isHex(text.charCodeAt(digit))) throw new Refusal('a \\u escape needs four hex digits', at);
    }
    return at + 5;
  }
  if (next === '' || !'"\\/bfnrt'.includes(next)) throw new Refusal('an unknown escape in a string', at);
  return at + 1;
}

function number(text: string, start: number): number {
  let at = text.charCodeAt(start) === MINUS ? start + 1 : start;
  if (text.charCodeAt(at) === ZERO) at += 1;
  else at = digits(text, at);
  if (text.charCodeAt(at) === DOT) at = digits(text, at + 1);
  const exponent = text.charCodeAt(at);
  if (exponent === 0x65 || exponent === 0x45) {
    const sign = text.charCodeAt(at + 1);
    at = digits(text, sign === PLUS || sign === MINUS ? at + 2 : at + 1);
  }
  return at;
}

function digits(text: string, start: number): number {
  let at = start;
  while (isDigit(text.charCodeAt(at))) at += 1;
  if (at === start) throw new Refusal('a digit is missing', at);
  return at;
}

function word(text: string, at: number, expected: string): number {
  if (!text.startsWith(expected, at)) throw new Refusal('a value is missing', at);
  return at + expected.length;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return at;
    at += 1;
  }
}

function decodeKey(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end - 1);
  // The grammar has been checked: what parses is a string.
  return raw.includes('\\') ? (JSON.parse(text.slice(start, end)) as string) : raw;
}

function kindAt(code: number): 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null' {
  if (code === OPEN_BRACE) return 'object';
  if (code === OPEN_BRACKET) return 'array';
  if (code === QUOTE) return 'string';
  if (code === 0x6e) return 'null';
  return code === 0x74 || code === 0x66 ? 'boolean' : 'number';
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= 0x39;
}

function isHex(code: number): boolean {
  return isDigit(code) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}
