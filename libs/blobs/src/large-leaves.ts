/**
 * Large texts and byte strings of a JSON text, as bytes, and as JSON text again: to the letter as they were written. It
 * hops from quote to quote and looks at nothing in between: most of a large text is one leaf.
 */

/** How the leaf was written. As in hot.blob_ref.form. */
export const FORMS = {
  /** A text as JSON.stringify writes it. */
  text: 1,
  /** The same, with everything beyond ASCII escaped, as other languages write it. */
  ascii: 2,
  /** A text that nobody writes again like this: its bytes are its JSON text. */
  literal: 3,
  /** Bytes as a list of numbers. */
  list: 4,
  /** Bytes as base64. */
  base64: 5,
} as const;
export type Form = (typeof FORMS)[keyof typeof FORMS];

export interface LargeLeaf {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly form: Form;
  readonly bytes: Buffer;
  /** The text; null of bytes. */
  readonly text: string | null;
}

const BYTES = '{"$type":"::hot::type/Bytes","$val":';
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const ZERO = 0x30;

/** A character of JSON text is at most three bytes of UTF-8: shorter texts have no leaf of that size. */
export function mayHoldLeafOf(bytes: number, json: string): boolean {
  return json.length >= bytes / 3;
}

/**
 * In the order of the text; keys are no leaves.
 * @param json valid JSON
 * @param atMost the first ones are found
 */
export function largeLeaves(json: string, minBytes: number, atMost: number): readonly LargeLeaf[] {
  const found = [...byteLeaves(json, minBytes)];
  const isTaken = (at: number): boolean => found.some(({ start, end }) => at > start && at < end);
  const texts: LargeLeaf[] = [];
  for (const { start, end } of longStrings(json, Math.ceil(minBytes / 3))) {
    if (texts.length >= atMost) break;
    const leaf = isTaken(start) ? null : textLeaf(json, start, end, minBytes);
    if (leaf !== null) texts.push(leaf);
  }
  return [...found, ...texts].sort((a, b) => a.start - b.start).slice(0, atMost);
}

/** JSON text of a leaf, as it was. */
export function leafJson(form: Form, bytes: Buffer): string {
  switch (form) {
    case FORMS.text:
      return JSON.stringify(bytes.toString('utf8'));
    case FORMS.ascii:
      return asciiJson(bytes.toString('utf8'));
    case FORMS.literal:
      return bytes.toString('utf8');
    case FORMS.list:
      return `${BYTES}[${bytes.join(',')}]}`;
    case FORMS.base64:
      return `${BYTES}"${bytes.toString('base64')}"}`;
  }
}

function* longStrings(json: string, minChars: number): Generator<{ start: number; end: number }> {
  let start = json.indexOf('"');
  while (start >= 0) {
    const close = closingQuote(json, start + 1);
    if (close < 0) return;
    if (close - start - 1 >= minChars && !isKey(json, close + 1)) yield { start, end: close + 1 };
    start = json.indexOf('"', close + 1);
  }
}

/** Of the string whose content begins at `from`: the first quote before which stand an even number of backslashes. */
function closingQuote(json: string, from: number): number {
  for (let at = json.indexOf('"', from); at >= 0; at = json.indexOf('"', at + 1)) {
    let before = at - 1;
    while (before >= from && json.charCodeAt(before) === BACKSLASH) before -= 1;
    if ((at - 1 - before) % 2 === 0) return at;
  }
  return -1;
}

function isKey(json: string, from: number): boolean {
  let at = from;
  while (at < json.length && json.charCodeAt(at) <= 0x20) at += 1;
  return json.charCodeAt(at) === COLON;
}

function textLeaf(json: string, start: number, end: number, minBytes: number): LargeLeaf | null {
  const literal = json.slice(start, end);
  const plain = !literal.includes('\\');
  const text = plain ? literal.slice(1, -1) : (JSON.parse(literal) as string);
  if (Buffer.byteLength(text) < minBytes) return null;
  const form = !text.isWellFormed()
    ? FORMS.literal
    : plain || JSON.stringify(text) === literal
      ? FORMS.text
      : asciiJson(text) === literal
        ? FORMS.ascii
        : FORMS.literal;
  const bytes = Buffer.from(form === FORMS.literal ? literal : text);
  // What is no Unicode can't be kept as UTF-8.
  if (form === FORMS.literal && !literal.isWellFormed()) return null;
  return { start, end, form, bytes, text: text.toWellFormed() };
}

function asciiJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function* byteLeaves(json: string, minBytes: number): Generator<LargeLeaf> {
  // Quotes inside of a text are escaped: the beginning of a tagged value stands nowhere else.
  for (let start = json.indexOf(BYTES); start >= 0; start = json.indexOf(BYTES, start + 1)) {
    const at = start + BYTES.length;
    const isText = json.charCodeAt(at) === QUOTE;
    const close = json.indexOf(isText ? '"}' : ']}', at + 1);
    if (close < 0 || close - at < minBytes) continue;
    const inner = json.slice(at + 1, close);
    const bytes = isText ? fromBase64(inner) : fromList(inner);
    if (bytes === null || bytes.length < minBytes) continue;
    yield { start, end: close + 2, form: isText ? FORMS.base64 : FORMS.list, bytes, text: null };
  }
}

/** Null when it would not be written like this. */
function fromBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

function fromList(list: string): Buffer | null {
  const bytes = Buffer.allocUnsafe((list.length + 1) >> 1);
  let count = 0;
  // -1: a number has to begin here.
  let byte = -1;
  for (let at = 0; at < list.length; at += 1) {
    const code = list.charCodeAt(at);
    if (code === COMMA) {
      if (byte < 0) return null;
      bytes[count] = byte;
      count += 1;
      byte = -1;
    } else {
      // No second digit after a zero: it would be written without.
      if (code < ZERO || code > ZERO + 9 || byte === 0) return null;
      byte = Math.max(byte, 0) * 10 + code - ZERO;
      if (byte > 255) return null;
    }
  }
  if (byte < 0) return null;
  bytes[count] = byte;
  return bytes.subarray(0, count + 1);
}
