/** `::hot::str`. */
import { strOf } from '../runtime/operations';
import { shortTypeOf } from '../runtime/types';
import { charCount, chars, utf8Length } from '../source/utf8';
import { err, type Value } from '../runtime/values';
import { isEmpty, length } from './coll-access';
import { slice } from './coll-build';
import { MAX_STRING_BYTES, textWithin, tooLongString } from './limits';
import { native, type NativeDef, type NativeOptions } from '../runtime/native-def';

const S = (name: string, options: NativeOptions): NativeDef =>
  native(`::hot::str/${name}`, { core: true, pure: true, traced: false, ...options });

/** Unicode White_Space: JavaScript's `trim` also takes U+FEFF, which is none. */
const START = /^\p{White_Space}+/u;
const END = /\p{White_Space}+$/u;

const text =
  (message: string, f: (s: string) => Value) =>
  (_fb: unknown, _d: number, _s: number, v?: Value): Value =>
    typeof v === 'string' ? f(v) : err(message);

function trimEnd(s: string): string {
  // The regular expression is quadratic on long inner gaps; most texts end in no space at all.
  let end = s.length;
  while (end > 0 && END.test(s[end - 1] ?? '')) end--;
  return s.slice(0, end);
}
const trimStart = (s: string): string => s.replace(START, '');

function pad(end: boolean): NativeDef {
  const name = end ? 'pad-end' : 'pad-start';
  return S(name, {
    sig: ['(s: Any, width: Int): Str', '(s: Any, width: Int, pad: Str): Str'],
    doc: 'Fills up to the width.',
    converts: 'Str',
    s: (fb, d, site, v = null, width, padding = ' ') => {
      if (typeof width !== 'number') return err(`${name} length must be an integer`);
      if (typeof padding !== 'string') return err(`${name} padding must be a string`);
      const s = strOf(fb, d, site, v);
      const missing = width - utf8Length(s);
      if (missing <= 0 || padding === '') return s;
      if (width > MAX_STRING_BYTES) return tooLongString(name, width);
      const size = charCount(padding);
      const repeated = padding.repeat(Math.ceil(missing / size));
      // Cut between characters, never inside one.
      const fill =
        size === padding.length ? repeated.slice(0, missing) : chars(repeated).slice(0, missing).join('');
      return end ? s + fill : fill + s;
    },
  });
}

function replaceNative(name: 'replace' | 'replace-first'): NativeDef {
  return S(name, {
    sig: '(s: Str, from: Str, to: Str): Str',
    doc:
      name === 'replace'
        ? 'Replaces every occurrence of a text.'
        : 'Replaces the first occurrence of a text.',
    s: (fb, _d, _s, s, from, to) => {
      if (typeof s !== 'string') return err('replace text must be a string');
      fb.r.spend(fb, s.length >> 6);
      if (typeof from !== 'string') return err('replace from must be a string');
      if (typeof to !== 'string') return err('replace to must be a string');
      if (name === 'replace-first') return s.replace(from, () => to);
      const count = from === '' ? charCount(s) + 1 : s.split(from).length - 1;
      const size = s.length + count * (to.length - from.length);
      return size > MAX_STRING_BYTES
        ? tooLongString('replace', size)
        : textWithin(
            'replace',
            from === '' ? `${to}${chars(s).join(to)}${s === '' ? '' : to}` : s.replaceAll(from, () => to),
          );
    },
  });
}

function affix(
  name: 'starts-with' | 'ends-with' | 'contains',
  f: (s: string, x: string) => boolean,
): NativeDef {
  return S(name, {
    sig:
      name === 'contains'
        ? '(s: Str, substring: Str): Bool'
        : name === 'starts-with'
          ? '(s: Str, prefix: Str): Bool'
          : '(s: Str, suffix: Str): Bool',
    doc: `Whether the text ${name.replace('-', ' ')} the other.`,
    s: (_fb, _d, _s, s, x) => {
      if (typeof s !== 'string') {
        const got = name === 'contains' ? `, got ${shortTypeOf(s ?? null)}` : '';
        return err(`${name} expects string as first argument${got}`);
      }
      return typeof x === 'string' ? f(s, x) : err(`${name} expects string as second argument`);
    },
  });
}

export const STR: readonly NativeDef[] = [
  S('split', {
    sig: '(s: Str, delim: Str): Vec<Str>',
    doc: 'The pieces between delimiters; characters when the delimiter is empty.',
    s: (fb, _d, _s, s, delim) => {
      if (typeof s !== 'string') return err('split expects string as first argument');
      if (typeof delim !== 'string') return err('split expects string as second argument');
      fb.r.spend(fb, s.length >> 6);
      return delim === '' ? chars(s) : s.split(delim);
    },
  }),
  S('join', {
    sig: '(values: Vec<Str>, delim: Str): Str',
    doc: 'Texts with a delimiter between them.',
    s: (fb, _d, _s, values, delim) => {
      if (!Array.isArray(values)) return err('join expects vector as first argument');
      fb.r.spend(fb, values.length >> 4);
      if (typeof delim !== 'string') return err('join expects string as second argument');
      let size = 0;
      for (const v of values) {
        if (typeof v !== 'string') return err('join expects all elements to be strings');
        size += v.length + delim.length;
      }
      size -= values.length === 0 ? 0 : delim.length;
      return size > MAX_STRING_BYTES ? tooLongString('join', size) : textWithin('join', values.join(delim));
    },
  }),
  S('trim', {
    sig: '(s: Str): Str',
    doc: 'Without white space at both ends.',
    s: text('trim expects string argument', (s) => trimEnd(trimStart(s))),
  }),
  S('trim-start', {
    sig: '(s: Str): Str',
    doc: 'Without white space at the start.',
    s: text('trim-start expects string argument', trimStart),
  }),
  S('trim-end', {
    sig: '(s: Str): Str',
    doc: 'Without white space at the end.',
    s: text('trim-end expects string argument', trimEnd),
  }),
  replaceNative('replace'),
  replaceNative('replace-first'),
  S('lowercase', {
    sig: '(s: Str): Str',
    doc: 'In small letters.',
    s: text('lowercase expects string argument', (s) => s.toLowerCase()),
  }),
  S('uppercase', {
    sig: '(s: Str): Str',
    doc: 'In capital letters.',
    s: text('uppercase expects string argument', (s) => s.toUpperCase()),
  }),
  S('length', { sig: '(s: Str): Int', doc: 'Its UTF-8 bytes.', plain: true, s: length }),
  S('is-empty', { sig: '(s: Str): Bool', doc: 'Whether the text is empty.', plain: true, s: isEmpty }),
  S('slice', {
    sig: '(s: Str, start: Int, end: Int): Str',
    doc: 'The characters from start up to end.',
    s: slice,
  }),
  S('is-blank', {
    sig: '(s: Str | Null): Bool',
    doc: 'Whether a text is null, empty or only white space.',
    s: (_fb, _d, _s, s = null) => {
      if (s === null) return true;
      return typeof s === 'string' ? !/\P{White_Space}/u.test(s) : err('is-blank expects string argument');
    },
  }),
  affix('contains', (s, x) => s.includes(x)),
  affix('starts-with', (s, x) => s.startsWith(x)),
  affix('ends-with', (s, x) => s.endsWith(x)),
  pad(false),
  pad(true),
];
