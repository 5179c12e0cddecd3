/** `::hot::regex`. */
import { HotMap } from '../../runtime/hot-map';
import { utf8Length } from '../../source/utf8';
import { err, Res, type Value } from '../../runtime/values';
import { MAX_REGEX_INPUT, MAX_REGEX_PATTERN } from '../../runtime/limits';
import { MAX_COLLECTION } from '../limits';
import { native, type NativeDef } from '../../runtime/native-def';
import { Compiled, type Bill, type Match } from './compiled';
import { PatternError } from './parse';

const CACHE = 512;

/** By pattern; compiled patterns hold no state of a run. */
const compiled = new Map<string, Compiled>();

function compile(op: string, pattern: string): Compiled | Res {
  const known = compiled.get(pattern);
  if (known) return known;
  const size = pattern.length * 3 > MAX_REGEX_PATTERN ? utf8Length(pattern) : 0;
  if (size > MAX_REGEX_PATTERN) {
    return err(
      `${op}: refusing to compile regex of ${size} bytes (limit ${MAX_REGEX_PATTERN}). Raise HOT_MAX_REGEX_PATTERN_BYTES if this is intentional.`,
    );
  }
  try {
    const regex = new Compiled(pattern);
    if (compiled.size >= CACHE) compiled.clear();
    compiled.set(pattern, regex);
    return regex;
  } catch (e) {
    const reason = e instanceof PatternError || e instanceof SyntaxError ? e.message : String(e);
    return invalid(op, reason);
  }
}

const invalid = (op: string, reason: string): Res => err(`${op}: invalid regex pattern: ${reason}`);

type Op = (value: string, regex: Compiled, bill: Bill, replacement: string) => Value;

function R(name: string, op: string, sig: string, doc: string, f: Op): NativeDef {
  return native(`::hot::regex/${name}`, {
    pure: true,
    traced: false,
    sig,
    doc,
    s: (fb, _d, _s, value, pattern, replacement = '') => {
      if (typeof value !== 'string') return err(`${op} value must be a string`);
      if (typeof pattern !== 'string') return err(`${op} pattern must be a string`);
      if (typeof replacement !== 'string') return err(`${op} replacement must be a string`);
      const size = value.length * 3 > MAX_REGEX_INPUT ? utf8Length(value) : 0;
      if (size > MAX_REGEX_INPUT) {
        return err(
          `${op}: refusing to scan input of ${size} bytes (limit ${MAX_REGEX_INPUT}). Raise HOT_MAX_REGEX_INPUT_BYTES if this is intentional.`,
        );
      }
      const regex = compile(op, pattern);
      if (regex instanceof Res) return regex;
      fb.r.spend(fb, 4 + (value.length >> 6));
      try {
        return f(value, regex, (steps) => fb.r.spend(fb, steps >> 4), replacement);
      } catch (e) {
        // One that the engine takes is compiled for ours only when the text turns out to need it.
        if (e instanceof PatternError) return invalid(op, e.message);
        throw e;
      }
    },
  });
}

/** Byte offsets in UTF-8, computed from left to right. */
function offsets(value: string): (index: number) => number {
  let at = 0;
  let bytes = 0;
  return (index) => {
    bytes += utf8Length(value.slice(at, index));
    at = index;
    return bytes;
  };
}

function position(m: Match, byte: (i: number) => number): Value {
  const start = byte(m.start);
  return HotMap.of([
    ['match', m.text],
    ['start', start],
    ['end', start + utf8Length(m.text)],
  ]);
}

const groups = (m: Match): Value =>
  HotMap.of([
    ['match', m.text],
    ['groups', [...m.groups]],
  ]);

function all(op: string, value: string, regex: Compiled, bill: Bill, f: (m: Match) => Value): Value {
  const out: Value[] = [];
  for (const m of regex.all(value, bill)) {
    if (out.push(f(m)) > MAX_COLLECTION)
      return err(`${op}: too many matches (limit ${MAX_COLLECTION}). Raise HOT_MAX_COLLECTION_SIZE.`);
  }
  return out;
}

const REPLACEMENT = /\$(?:\$|\{(\w+)\}|(\w+))/g;

/** `$1`, `$name`, `${1}`, `${name}`, `$$`. */
function expand(template: string, m: Match, names: ReadonlyMap<string, number>): string {
  if (!template.includes('$')) return template;
  return template.replace(REPLACEMENT, (whole, braced?: string, bare?: string) => {
    if (whole === '$$') return '$';
    const name = braced ?? bare ?? '';
    const index = /^\d+$/.test(name) ? Number(name) : names.get(name);
    if (index === 0) return m.text;
    return index === undefined ? '' : (m.groups[index - 1] ?? '');
  });
}

function replacer(first: boolean): Op {
  return (value, regex, bill, replacement) => {
    let out = '';
    let at = 0;
    for (const m of regex.all(value, bill)) {
      out += value.slice(at, m.start) + expand(replacement, m, regex.names);
      at = m.end;
      if (first) break;
    }
    return out + value.slice(at);
  };
}

const TWO = '(value: Str, pattern: Str)';
const THREE = '(value: Str, pattern: Str, replacement: Str): Str';

export const REGEX: readonly NativeDef[] = [
  R(
    'is-match',
    'is-match',
    `${TWO}: Bool`,
    'Whether the pattern matches anywhere.',
    (v, r, bill) => r.exec(v, 0, bill) !== null,
  ),
  R('first-match', 'match', TWO, 'The first matched text, or null.', (v, r, bill) => {
    return r.exec(v, 0, bill)?.text ?? null;
  }),
  R('find', 'find', TWO, 'The first match with its position, or null.', (v, r, bill) => {
    const m = r.exec(v, 0, bill);
    return m === null ? null : position(m, offsets(v));
  }),
  R('find-all', 'find-all', `${TWO}: Vec<Map>`, 'All matches with their positions.', (v, r, bill) => {
    const byte = offsets(v);
    return all('find-all', v, r, bill, (m) => position(m, byte));
  }),
  R('capture', 'capture', TWO, 'The first match with its groups, or null.', (v, r, bill) => {
    const m = r.exec(v, 0, bill);
    return m === null ? null : groups(m);
  }),
  R('capture-all', 'capture-all', `${TWO}: Vec<Map>`, 'All matches with their groups.', (v, r, bill) =>
    all('capture-all', v, r, bill, groups),
  ),
  R('replace', 'replace', THREE, 'Replaces the first match.', replacer(true)),
  R('replace-all', 'replace-all', THREE, 'Replaces all matches.', replacer(false)),
  R('split', 'split', `${TWO}: Vec<Str>`, 'The pieces between matches.', (v, r, bill) => {
    const out: Value[] = [];
    let at = 0;
    for (const m of r.all(v, bill)) {
      out.push(v.slice(at, m.start));
      at = m.end;
    }
    out.push(v.slice(at));
    return out;
  }),
  native('::hot::regex/escape', {
    pure: true,
    traced: false,
    sig: '(value: Str): Str',
    doc: 'The text with everything escaped that a pattern would take as a sign.',
    s: (_fb, _d, _s, v) =>
      typeof v === 'string'
        ? v.replace(/[\\.+*?()|[\]{}^$#&\-~]/g, '\\$&')
        : err('escape value must be a string'),
  }),
];
