/** Requests and responses of HTTP as data: what is sent, what a body becomes. */
import { HotMap, MapBuilder } from '../../runtime/hot-map';
import { JsonError, readJson } from '../../runtime/json-read';
import { JsonDepthError, writeJson } from '../../runtime/json-write';
import type { TypeLookup } from '../../runtime/retag';
import { shortTypeOf } from '../../runtime/types';
import { err, Res, Tagged, TypeInfo, type Value } from '../../runtime/values';
import { utf8Encode } from '../../source/utf8';
import { UriError } from '../uri/host';
import { parseUri, uriText, type UriParts } from '../uri/parse';
import { payloadOf } from '../limits';
import { textOf } from './file';

export const FN = '::hot::http/request';
export const RESPONSE_TYPE = new TypeInfo('::hot::http/HttpResponse');
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD'];
const AGENT = 'hot/2.6';

export interface Outgoing {
  readonly method: string;
  readonly uri: UriParts;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array | null;
}

export function outgoing(method: Value, url: Value, headers: Value, body: Value): Outgoing | Res {
  const verb = typeof method === 'string' ? method.toUpperCase() : '';
  if (!METHODS.includes(verb)) {
    return err(`${FN}: unsupported method: ${typeof method === 'string' ? method : shortTypeOf(method)}`);
  }
  const uri = absolute(url);
  if (uri instanceof Res) return uri;
  const sent = bodyOf(body);
  if (sent instanceof Res) return sent;
  const list = headerList(headers);
  const names = list.map(([name]) => name.toLowerCase());
  if (sent.isJson && !names.includes('content-type')) list.push(['content-type', 'application/json']);
  return { method: verb, uri, headers: withAgent(list), body: sent.bytes };
}

export function absolute(url: Value, base: UriParts | null = null): UriParts | Res {
  const text = url instanceof Tagged && url.val instanceof HotMap ? null : url;
  if (typeof text !== 'string') return err(`${FN}: invalid URL: expected a string, got ${shortTypeOf(url)}`);
  try {
    const uri = parseUri(text, base);
    if (uri.scheme !== 'http' && uri.scheme !== 'https') {
      return err(`${FN}: URL scheme must be http or https`);
    }
    return uri;
  } catch (e) {
    if (e instanceof UriError) return err(`${FN}: invalid URL: ${e.message}`);
    throw e;
  }
}

/** Without the fragment, which is nobody's business but the program's. */
export const requestUrl = (u: UriParts): string => {
  const text = uriText({ ...u, fragment: null });
  return u.path === '/' && u.query === null ? `${text}/` : text;
};

export const sameOrigin = (a: UriParts, b: UriParts): boolean =>
  a.scheme === b.scheme && a.host === b.host && a.port === b.port;

/** Only Str values are sent; the address alone decides the host. */
function headerList(headers: Value): [string, string][] {
  const map = payloadOf(headers);
  const out: [string, string][] = [];
  if (!(map instanceof HotMap)) return out;
  for (let i = 0; i < map.size; i++) {
    const name = map.keyAt(i);
    const value = map.valueAt(i);
    if (typeof name !== 'string' || typeof value !== 'string' || name.toLowerCase() === 'host') continue;
    // A line end would begin a header of somebody else's.
    if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && !/[\r\n\0]/.test(value)) out.push([name, value]);
  }
  return out;
}

function withAgent(list: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  const at = list.findIndex(([name]) => name.toLowerCase() === 'user-agent');
  const given = list[at];
  if (given === undefined) return [...list, ['user-agent', AGENT]];
  return list.with(at, [given[0], `${given[1]} ${AGENT}`]);
}

function bodyOf(body: Value): { readonly bytes: Uint8Array | null; readonly isJson: boolean } | Res {
  const none = { bytes: null, isJson: false };
  if (typeof body === 'string') return body === '' ? none : { bytes: utf8Encode(body), isJson: false };
  if (body instanceof Uint8Array) return body.length === 0 ? none : { bytes: body, isJson: false };
  const payload = payloadOf(body);
  if (!Array.isArray(payload) && !(payload instanceof HotMap)) return none;
  try {
    return { bytes: utf8Encode(writeJson(body, false)), isJson: true };
  } catch (e) {
    if (e instanceof JsonDepthError) return err(`${FN}: the body is nested too deeply`);
    throw e;
  }
}

// ---- responses --------------------------------------------------------------------------------------------------------

/** Names in lower case, the last value wins. Of a list of pairs or a map. */
export function headerMap(v: Value): HotMap {
  const out = new MapBuilder();
  const pairs = v instanceof HotMap ? v.entries() : Array.isArray(v) ? v : [];
  for (const pair of pairs) {
    if (!Array.isArray(pair)) continue;
    const [name, value] = pair;
    if (typeof name === 'string' && typeof value === 'string') out.set(name.toLowerCase(), value);
  }
  return out.done();
}

const TEXTUAL =
  /^(?:text\/.*|application\/(?:json|ld\+json|x-ndjson|xml|xhtml\+xml|javascript|x-www-form-urlencoded)|image\/svg\+xml|.*\+(?:json|xml))$/;

export function isTextual(headers: HotMap): boolean {
  const type = headers.getStr('content-type');
  return typeof type !== 'string' || TEXTUAL.test((type.split(';')[0] ?? '').trim().toLowerCase());
}

/** JSON where it is JSON, else the text; bytes where it is no text. */
export function readBody(bytes: Uint8Array, headers: HotMap, types: TypeLookup): Value {
  const text = isTextual(headers) ? textOf(bytes) : null;
  return text === null ? bytes : jsonOr(text, text, types);
}

export function jsonOr(text: string, otherwise: Value, types: TypeLookup): Value {
  try {
    return readJson(text, types);
  } catch (e) {
    if (e instanceof JsonError) return otherwise;
    throw e;
  }
}
