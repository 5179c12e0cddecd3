/**
 * Texts of string and template literals after their delimiters are off. Templates need to know where each
 * character came from, because the code inside them has places of its own.
 */
export interface CookedText {
  readonly value: string;
  /** Source offset of each UTF-16 unit of `value`, and one more for the end. Null: the text stands there unchanged. */
  readonly map: readonly number[] | null;
  readonly base: number;
}

const SIMPLE: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  "'": "'",
  '/': '/',
  b: '\b',
  f: '\f',
  v: '\v',
  '`': '`',
};

interface Escape {
  readonly value: string;
  readonly length: number;
}

function escapeAt(raw: string, at: number): Escape | null {
  const next = raw[at + 1];
  if (next === undefined) return null;
  const simple = SIMPLE[next];
  if (simple !== undefined) return { value: simple, length: 2 };
  if (next !== 'u' && next !== 'x') return null;
  const width = next === 'u' ? 4 : 2;
  const digits = raw.slice(at + 2, at + 2 + width);
  if (digits.length !== width || !/^[0-9a-fA-F]+$/.test(digits)) return null;
  const code = Number.parseInt(digits, 16);
  // Half of a surrogate pair is no character; such an escape stays as written.
  if (code >= 0xd800 && code <= 0xdfff) return null;
  return { value: String.fromCharCode(code), length: 2 + width };
}

/** Unknown and malformed escapes keep the backslash: `"\d+"` is three characters. */
export function unescape(raw: string): string {
  if (!raw.includes('\\')) return raw;
  let out = '';
  let from = 0;
  for (let i = raw.indexOf('\\'); i >= 0; i = raw.indexOf('\\', i)) {
    const escape = escapeAt(raw, i);
    if (escape) {
      out += raw.slice(from, i) + escape.value;
      i += escape.length;
      from = i;
    } else {
      i += 1;
    }
  }
  return out + raw.slice(from);
}

export function unescapeMapped(raw: string, base: number): CookedText {
  if (!raw.includes('\\')) return { value: raw, map: null, base };
  let value = '';
  const map: number[] = [];
  let i = 0;
  while (i < raw.length) {
    const escape = raw[i] === '\\' ? escapeAt(raw, i) : null;
    value += escape ? escape.value : raw[i];
    map.push(base + i);
    i += escape ? escape.length : 1;
  }
  map.push(base + raw.length);
  return { value, map, base };
}

/**
 * Block forms: drops the line break after the opening delimiter and the blank last line, and the common
 * indentation of all lines that are not empty. A line of blanks counts with its full length.
 */
export function stripBlock(raw: string, base: number): CookedText {
  const skip = raw.startsWith('\r\n') ? 2 : raw.startsWith('\n') ? 1 : 0;
  const lines = splitLines(raw, skip);
  const last = lines[lines.length - 1];
  if (last && /^[ \t]*$/.test(last.text)) lines.pop();
  let indent = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    if (line.text !== '') indent = Math.min(indent, blanksInFront(line.text));
  }
  let value = '';
  const map: number[] = [];
  lines.forEach((line, index) => {
    if (index > 0) {
      value += '\n';
      map.push(base + line.at - 1);
    }
    const cut = line.text.length >= indent ? indent : 0;
    value += line.text.slice(cut);
    for (let i = cut; i < line.text.length; i++) map.push(base + line.at + i);
  });
  map.push(base + raw.length);
  return { value, map, base };
}

function blanksInFront(line: string): number {
  let count = 0;
  while (line[count] === ' ' || line[count] === '\t') count++;
  return count;
}

interface Line {
  readonly text: string;
  readonly at: number;
}

/** LF, CRLF and CR all end a line. */
function splitLines(raw: string, from: number): Line[] {
  const lines: Line[] = [];
  let start = from;
  for (let i = from; i < raw.length; i++) {
    const ch = raw[i];
    if (ch !== '\n' && ch !== '\r') continue;
    lines.push({ text: raw.slice(start, i), at: start });
    if (ch === '\r' && raw[i + 1] === '\n') i++;
    start = i + 1;
  }
  lines.push({ text: raw.slice(start), at: start });
  return lines;
}

export function sourceOffset(cooked: CookedText, index: number): number {
  return cooked.map ? (cooked.map[index] ?? cooked.base) : cooked.base + index;
}
