/** `::hot::uri`. */
import { isInt } from '../../runtime/arith';
import { LIBRARY_TEXT } from '../../runtime/display';
import { HotMap, MapBuilder } from '../../runtime/hot-map';
import { strOf } from '../../runtime/operations';
import { shortTypeOf } from '../../runtime/types';
import { err, Tagged, TypeInfo, type Entry, type Value } from '../../runtime/values';
import { native, type NativeDef } from '../../runtime/native-def';
import { utf8Decode, utf8Encode } from '../../source/utf8';
import { trimEndOf } from '../text/trim';
import { UriError } from './host';
import { normalisePath, parseUri, uriText, type UriParts } from './parse';
import { encodeAll, percentDecode } from './percent';

const URI_TYPE = new TypeInfo('::hot::uri/Uri');
const UNRESERVED = '-._~';
const FORM = '*-._';

LIBRARY_TEXT.set(URI_TYPE.name, (val) => (val instanceof HotMap ? uriText(partsOf(val)) : null));

const toValue = (u: UriParts): Value =>
  new Tagged(
    URI_TYPE,
    HotMap.of([
      ['scheme', u.scheme],
      ['userinfo', u.userinfo],
      ['host', u.host],
      ['port', u.port],
      ['path', u.path],
      ['query', u.query],
      ['fragment', u.fragment],
    ]),
  );

/** Of a record that may have been made by hand. */
function partsOf(map: HotMap): UriParts {
  const text = (key: string): string | null => {
    const v = map.getStr(key);
    return typeof v === 'string' ? v : null;
  };
  const port = map.getStr('port') ?? null;
  return {
    scheme: text('scheme') ?? '',
    userinfo: text('userinfo'),
    host: text('host'),
    port: isInt(port) ? Number(port) : null,
    path: text('path') ?? '',
    query: text('query'),
    fragment: text('fragment'),
  };
}

const isUri = (v: Value): v is Tagged => v instanceof Tagged && v.type.name === URI_TYPE.name;

function parsed(fn: string, v: Value): Value {
  if (isUri(v)) return v;
  if (typeof v !== 'string') return err(`${fn}: invalid URI: expected a string, got ${shortTypeOf(v)}`);
  try {
    return toValue(parseUri(v));
  } catch (e) {
    if (e instanceof UriError) return err(`${fn}: invalid URI: ${e.message}`);
    throw e;
  }
}

function isValid(v: Value): boolean {
  if (typeof v !== 'string') return false;
  try {
    parseUri(v);
    return true;
  } catch {
    return false;
  }
}

/** Invalid UTF-8 decodes to U+FFFD, which encodes to other bytes. */
function strictText(bytes: Uint8Array): string | null {
  const text = utf8Decode(bytes);
  if (!text.includes('\ufffd')) return text;
  const again = utf8Encode(text);
  return again.length === bytes.length && again.every((b, i) => b === bytes[i]) ? text : null;
}

// ---- queries ----------------------------------------------------------------------------------------------------------

function formText(fb: Parameters<Entry>[0], d: number, site: number, params: HotMap, nulls: boolean): string {
  const pairs: string[] = [];
  for (let i = 0; i < params.size; i++) {
    const v = params.valueAt(i);
    if (v === null && !nulls) continue;
    const part = (x: Value): string => encodeAll(strOf(fb, d, site, x), FORM, '+');
    pairs.push(`${part(params.keyAt(i))}=${part(v)}`);
  }
  fb.r.spend(fb, pairs.length);
  return pairs.join('&');
}

const encodeQuery: Entry = (fb, d, site, params = null) =>
  params instanceof HotMap
    ? formText(fb, d, site, params, true)
    : err(`::hot::uri/encode-query: expected a Map, got ${shortTypeOf(params)}`);

const queryString: Entry = (fb, d, site, params = null) => {
  if (!(params instanceof HotMap))
    return err(`::hot::uri/query-string: expected a Map, got ${shortTypeOf(params)}`);
  const text = formText(fb, d, site, params, false);
  return text === '' ? '' : `?${text}`;
};

function decodeQuery(text: string): Value {
  const out = new MapBuilder();
  for (const pair of text.replace(/^\?/, '').split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const part = (s: string): string => utf8Decode(percentDecode(s.replaceAll('+', ' ')));
    out.set(part(at < 0 ? pair : pair.slice(0, at)), at < 0 ? '' : part(pair.slice(at + 1)));
  }
  return out.done();
}

// ---- building ---------------------------------------------------------------------------------------------------------

const build: Entry = (fb, d, site, v = null) => {
  const map = v instanceof HotMap ? v : isUri(v) && v.val instanceof HotMap ? v.val : null;
  if (map === null) return err(`::hot::uri/build: expected a Map, got ${shortTypeOf(v)}`);
  const parts = partsOf(map);
  if (parts.scheme === '') return err('::hot::uri/build: scheme is required');
  const given = map.getStr('query') ?? null;
  const query = given instanceof HotMap ? formText(fb, d, site, given, true) || null : parts.query;
  const { host, userinfo, port, fragment } = parts;
  const authority =
    host === null
      ? ''
      : `//${userinfo === null ? '' : `${userinfo}@`}${host}${port === null ? '' : `:${port}`}`;
  const path = host !== null && !parts.path.startsWith('/') ? `/${parts.path}` : parts.path;
  const tail = (query === null ? '' : `?${query}`) + (fragment === null ? '' : `#${fragment}`);
  return `${parts.scheme}:${authority}${path}${tail}`;
};

function join(args: readonly Value[]): Value {
  const [base = null, ...segments] = args;
  try {
    let at =
      isUri(base) && base.val instanceof HotMap
        ? partsOf(base.val)
        : parseUri(typeof base === 'string' ? base : '');
    for (const segment of segments) {
      if (typeof segment !== 'string') return err('::hot::uri/join: all segments must be strings');
      at = /^\.\.?\/|:/.test(segment) ? parseUri(segment, at) : appended(at, segment);
    }
    return uriText(at);
  } catch (e) {
    if (e instanceof UriError) return err(`::hot::uri/join: invalid base URI: ${e.message}`);
    throw e;
  }
}

const appended = (u: UriParts, segment: string): UriParts => ({
  ...u,
  // A mark in there is part of the path, not the beginning of a query.
  path: normalisePath(`${trimEndOf(u.path, '/')}/${segment.replace(/^\/+/, '')}`, u.scheme),
});

// ---- the table --------------------------------------------------------------------------------------------------------

const U = (name: string, sig: string | readonly string[], doc: string, s: Entry): NativeDef =>
  native(`::hot::uri/${name}`, { pure: true, traced: false, sig, doc, s });

const query = (name: string, doc: string, s: Entry): NativeDef =>
  native(`::hot::uri/${name}`, {
    pure: true,
    traced: false,
    sig: '(params: Map): Str',
    doc,
    s,
    converts: 'Str',
  });

const NOT_STR = (name: string, v: Value): Value =>
  err(`::hot::uri/${name}: expected a string, got ${shortTypeOf(v)}`);

export const URI: readonly NativeDef[] = [
  native('::hot::internal::uri/make', {
    pure: true,
    traced: false,
    sig: '(s: Any): Any',
    doc: 'Makes a Uri of a text.',
    s: (_fb, _d, _s, v = null) => parsed('::hot::uri/Uri', v),
  }),
  U('parse', '(uri: Str): Uri', 'The parts of an absolute address.', (fb, _d, _s, v = null) => {
    if (typeof v === 'string') fb.r.spend(fb, v.length >> 4);
    return parsed('::hot::uri/parse', v);
  }),
  U('is-valid', '(uri: Str): Bool', 'Whether a text is an absolute address.', (fb, _d, _s, v = null) => {
    if (typeof v === 'string') fb.r.spend(fb, v.length >> 4);
    return isValid(v);
  }),
  U(
    'encode',
    '(value: Str): Str',
    'Percent-encodes all but letters, digits, `-._~`.',
    (fb, _d, _s, v = null) => {
      if (typeof v !== 'string') return NOT_STR('encode', v);
      fb.r.spend(fb, v.length >> 4);
      return encodeAll(v, UNRESERVED);
    },
  ),
  U('decode', '(value: Str): Str', 'Undoes percent-encoding.', (fb, _d, _s, v = null) => {
    if (typeof v !== 'string') return NOT_STR('decode', v);
    fb.r.spend(fb, v.length >> 4);
    return strictText(percentDecode(v)) ?? err('::hot::uri/decode: invalid UTF-8: the bytes are no text');
  }),
  query('encode-query', 'Form encoding, in the order of the keys.', encodeQuery),
  query('query-string', 'A query with `?` in front, without nulls.', queryString),
  U(
    'decode-query',
    '(query: Str): Map',
    'The parameters of a query; all values are Strs.',
    (fb, _d, _s, v = null) => {
      if (typeof v !== 'string') return NOT_STR('decode-query', v);
      fb.r.spend(fb, v.length >> 4);
      return decodeQuery(v);
    },
  ),
  U('build', '(parts: Map): Str', 'An address from its parts.', build),
  U(
    'join',
    [
      '(base: Str, part1: Str): Str',
      '(base: Str, part1: Str, part2: Str): Str',
      '(base: Str, part1: Str, part2: Str, part3: Str): Str',
    ],
    'Appends segments to the path, or resolves those that begin with dots.',
    (_fb, _d, _s, ...args) => join(args),
  ),
];
