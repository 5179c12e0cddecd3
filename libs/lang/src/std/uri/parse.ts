/** Absolute addresses by the URL standard, and references against one. */
import { trimOf } from '../text/trim';
import { parseHost, UriError } from './host';
import { CONTROL, FRAGMENT, PATH, percentEncode, QUERY, SPECIAL_QUERY, USERINFO } from './percent';

export interface UriParts {
  readonly scheme: string;
  readonly userinfo: string | null;
  readonly host: string | null;
  readonly port: number | null;
  readonly path: string;
  readonly query: string | null;
  readonly fragment: string | null;
}

/** What the standard strips from both ends. */
const CONTROLS = String.fromCharCode(...Array.from({ length: 33 }, (_, i) => i));
/** Longer ones are no addresses. */
const MAX_URI = 1024 * 1024;

/** Default ports of the schemes whose addresses always have a host. */
const SPECIAL: Readonly<Record<string, number | null>> = {
  http: 80,
  https: 443,
  ws: 80,
  wss: 443,
  ftp: 21,
  file: null,
};
export const isSpecial = (scheme: string): boolean => Object.hasOwn(SPECIAL, scheme);

/** Throws UriError. */
export function parseUri(text: string, base: UriParts | null = null): UriParts {
  if (text.length > MAX_URI) throw new UriError('too long');

  const input = trimOf(text, CONTROLS).replace(/[\t\n\r]/g, '');
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(input);
  const name = scheme?.[1]?.toLowerCase();
  const hash = input.indexOf('#');
  const fragment = hash < 0 ? null : percentEncode(input.slice(hash + 1), FRAGMENT);
  const body = hash < 0 ? input : input.slice(0, hash);
  if (name === undefined || !scheme) {
    if (base === null) throw new UriError('relative URL without a base');
    return relative(body, base, fragment);
  }
  const mark = body.indexOf('?');
  const rest = body.slice(scheme[0].length, mark < 0 ? undefined : mark);
  const query = mark < 0 ? null : encodeQuery(body.slice(mark + 1), name);
  const whole = hierarchy(name, rest);
  // A blank before a query or fragment would vanish when the text is read again without them.
  const opaque = whole.host === null && !whole.path.startsWith('/');
  const path = opaque && (mark >= 0 || hash >= 0) ? whole.path.replace(/ $/, '%20') : whole.path;
  return { ...whole, path, query, fragment };
}

const encodeQuery = (text: string, scheme: string): string =>
  percentEncode(text, isSpecial(scheme) ? SPECIAL_QUERY : QUERY);

type Hierarchy = Omit<UriParts, 'query' | 'fragment'>;

/** What follows the scheme, without query. */
function hierarchy(scheme: string, text: string): Hierarchy {
  const none = { scheme, userinfo: null, host: null, port: null };
  if (!isSpecial(scheme)) {
    if (text.startsWith('//')) return authority(scheme, text.slice(2));
    // Not hierarchical: `mailto:a@b`.
    if (!text.startsWith('/')) return { ...none, path: percentEncode(text, CONTROL) };
    return { ...none, path: normalisePath(text, scheme) };
  }
  const slashed = text.replaceAll('\\', '/');
  if (scheme === 'file') {
    return slashed.startsWith('//')
      ? authority(scheme, slashed.slice(2))
      : { ...none, path: normalisePath(slashed, scheme) };
  }
  return authority(scheme, slashed.replace(/^\/+/, ''));
}

function authority(scheme: string, text: string): Hierarchy {
  const end = text.indexOf('/');
  const whole = end < 0 ? text : text.slice(0, end);
  const path = normalisePath(end < 0 ? '' : text.slice(end), scheme);
  const at = whole.lastIndexOf('@');
  const userinfo = at < 0 ? null : encodeUserinfo(whole.slice(0, at));
  const place = whole.slice(at + 1);
  const m = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(place);
  if (!m) throw new UriError('invalid host');
  const [, name = '', digits] = m;
  if (scheme === 'file') {
    if (at >= 0 || digits !== undefined) throw new UriError('invalid host');
    const host = name === '' ? null : parseHost(name, true);
    return { scheme, userinfo: null, host: host === 'localhost' ? null : host, port: null, path };
  }
  if (name === '' && (isSpecial(scheme) || at >= 0 || digits !== undefined)) throw new UriError('empty host');
  return { scheme, userinfo, host: parseHost(name, isSpecial(scheme)), port: portOf(digits, scheme), path };
}

function encodeUserinfo(text: string): string | null {
  const colon = text.indexOf(':');
  const user = percentEncode(colon < 0 ? text : text.slice(0, colon), USERINFO);
  const password = colon < 0 ? '' : percentEncode(text.slice(colon + 1), USERINFO);
  return password === '' ? user || null : `${user}:${password}`;
}

function portOf(digits: string | undefined, scheme: string): number | null {
  if (digits === undefined || digits === '') return null;
  if (!/^\d+$/.test(digits) || Number(digits) > 65_535) throw new UriError('invalid port number');
  return SPECIAL[scheme] === Number(digits) ? null : Number(digits);
}

const ONE_DOT = /^(?:\.|%2e)$/i;
const TWO_DOTS = /^(?:\.|%2e){2}$/i;

/** Encoded, without `.` and `..`; of a special scheme at least `/`. */
export function normalisePath(text: string, scheme: string): string {
  const special = isSpecial(scheme);
  if (text === '') return special ? '/' : '';
  const segments = (special ? text.replaceAll('\\', '/') : text).replace(/^\//, '').split('/');
  const out: string[] = [];
  segments.forEach((segment, i) => {
    const last = i === segments.length - 1;
    if (TWO_DOTS.test(segment)) {
      out.pop();
      if (last) out.push('');
    } else if (ONE_DOT.test(segment)) {
      if (last) out.push('');
    } else out.push(percentEncode(segment, PATH));
  });
  return `/${out.join('/')}`;
}

function relative(body: string, base: UriParts, fragment: string | null): UriParts {
  const { scheme } = base;
  const mark = body.indexOf('?');
  const raw = mark < 0 ? body : body.slice(0, mark);
  const query = mark < 0 ? null : encodeQuery(body.slice(mark + 1), scheme);
  const text = isSpecial(scheme) ? raw.replaceAll('\\', '/') : raw;
  const opaque = base.host === null && scheme !== 'file' && !base.path.startsWith('/');
  if (opaque && body !== '') throw new UriError('relative URL with a cannot-be-a-base base');
  if (text.startsWith('//')) {
    const more = isSpecial(scheme) && scheme !== 'file' ? /^\/+/ : /^\/\//;
    return { ...authority(scheme, text.replace(more, '')), query, fragment };
  }
  if (text === '') return { ...base, query: mark < 0 ? base.query : query, fragment };
  const directory = base.path.slice(0, base.path.lastIndexOf('/') + 1) || '/';
  const path = normalisePath(text.startsWith('/') ? text : directory + text, scheme);
  return { ...base, path, query, fragment };
}

export function uriText(u: UriParts): string {
  const authorityText =
    u.host === null
      ? u.scheme === 'file'
        ? '//'
        : ''
      : `//${u.userinfo === null ? '' : `${u.userinfo}@`}${u.host}${u.port === null ? '' : `:${u.port}`}`;
  const bare = u.path === '/' && u.host !== null && u.query === null && u.fragment === null;
  // Without a host a path that begins with two slashes would be read as one.
  const path = bare ? '' : u.host === null && u.path.startsWith('//') ? `/.${u.path}` : u.path;
  const query = u.query === null ? '' : `?${u.query}`;
  return `${u.scheme}:${authorityText}${path}${query}${u.fragment === null ? '' : `#${u.fragment}`}`;
}
