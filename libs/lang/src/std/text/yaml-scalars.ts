/** Scalars of YAML 1.2, core schema: what a plain text means, and the escapes of quoted ones. */
import { parseDec } from '../../runtime/dec';
import { normalise, parseInt64 } from '../../runtime/int';
import { trimEndOf, trimOf } from './trim';
import type { Value } from '../../runtime/values';

export class YamlError extends Error {}

const WORDS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ...['', '~', 'null', 'Null', 'NULL'].map((w): [string, Value] => [w, null]),
  ...['true', 'True', 'TRUE'].map((w): [string, Value] => [w, true]),
  ...['false', 'False', 'FALSE'].map((w): [string, Value] => [w, false]),
]);

export function plainScalar(text: string): Value {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (!/^[-+.\d]/.test(text)) return text;
  if (/^[-+]?\d+$/.test(text)) return parseInt64(text) ?? parseDec(text) ?? text;
  if (/^0o[0-7]{1,21}$/.test(text)) return normalise(BigInt(text));
  if (/^0x[0-9a-fA-F]{1,16}$/.test(text)) return normalise(BigInt(text));
  if (/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text)) return parseDec(text) ?? text;
  return text;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
};

/** Line feeds inside: one becomes a blank, more become one less. Blanks around them go. */
export function folded(text: string): string {
  const lines = text.split('\n');
  if (lines.length === 1) return text;
  let out = trimEndOf(lines[0] ?? '', ' \t');
  let feeds = 0;
  lines.slice(1).forEach((line, i) => {
    feeds++;
    const isLast = i === lines.length - 2;
    const trimmed = isLast ? line.replace(/^[ \t]+/, '') : trimOf(line, ' \t');
    if (trimmed === '' && !isLast) return;
    out += (feeds === 1 ? ' ' : '\n'.repeat(feeds - 1)) + trimmed;
    feeds = 0;
  });
  return out;
}

export function doubleQuoted(raw: string): string {
  // A backslash at the end of a line joins it with the next.
  const joined = raw.replace(/(^|[^\\])((?:\\\\)*)\\\n[ \t]*/g, '$1$2');
  return folded(joined).replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))/g,
    (_, x?: string, u?: string, long?: string, c?: string) => {
      const hex = x ?? u ?? long;
      if (hex !== undefined) {
        const code = parseInt(hex, 16);
        if (code > 0x10ffff) throw new YamlError('invalid escape sequence');
        return String.fromCodePoint(code);
      }
      const known = ESCAPES[c ?? ''];
      if (known === undefined) throw new YamlError(`unknown escape sequence \\${c ?? ''}`);
      return known;
    },
  );
}

export const singleQuoted = (raw: string): string => folded(raw).replaceAll("''", "'");
