/** `::hot::http`: requests to the outside. */
import { isInt } from '../../runtime/arith';
import { HotMap } from '../../runtime/hot-map';
import { err, Res, Tagged, type Fiber, type Value } from '../../runtime/values';
import { native, type NativeDef } from '../../runtime/native-def';
import { payloadOf } from '../limits';
import { answeredBytes, bytesJson, hostCallJson, type Refusals } from './call';
import {
  absolute,
  FN,
  headerMap,
  outgoing,
  readBody,
  requestUrl,
  RESPONSE_TYPE,
  sameOrigin,
  type Outgoing,
} from './http-message';

const TIMEOUT_MS = 120_000;
const STREAM_TIMEOUT_MS = 300_000;
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_REDIRECTS = 10;
const CREDENTIALS = ['authorization', 'cookie', 'proxy-authorization'];

const failed = (message: string): Value => err(`${FN}: request failed: ${message}`);
const REFUSALS: Refusals = { io: failed, timeout: failed, unavailable: failed };

/** A setting of the run; the embedder puts what differs from the default into what is known of the run. */
function setting(fb: Fiber, key: string, otherwise: number): number {
  const conf = fb.r.info?.getStr('conf');
  const v = conf instanceof HotMap ? (conf.getStr(key) ?? null) : null;
  return isInt(v) ? Number(v) : otherwise;
}

function callJson(o: Outgoing, maxBytes: number, stream: boolean): string {
  const timeouts = stream
    ? `"timeoutMs":${TIMEOUT_MS},"totalTimeoutMs":${STREAM_TIMEOUT_MS}`
    : `"timeoutMs":${TIMEOUT_MS}`;
  return (
    `{"method":"${o.method}","url":${JSON.stringify(requestUrl(o.uri))},"headers":${JSON.stringify(o.headers)},` +
    `"body":${bytesJson(o.body)},${timeouts},"maxBytes":${maxBytes}}`
  );
}

/** What follows a redirect; null when the response is the answer. */
function redirected(o: Outgoing, status: Value, headers: HotMap): Outgoing | Res | null {
  if (typeof status !== 'number' || status < 300 || status > 399 || status === 304) return null;
  const location = headers.getStr('location') ?? null;
  const uri = location === null ? null : absolute(location, o.uri);
  if (uri === null || uri instanceof Res) return err(`${FN}: redirect missing valid Location`);
  const plain = (status === 303 && o.method !== 'HEAD') || (status <= 302 && o.method === 'POST');
  const away = !sameOrigin(o.uri, uri);
  return {
    method: plain ? 'GET' : o.method,
    uri,
    headers: o.headers.filter(([name]) => {
      const n = name.toLowerCase();
      if (away && CREDENTIALS.includes(n)) return false;
      return !plain || !n.startsWith('content-');
    }),
    body: plain ? null : o.body,
  };
}

/** The answer to the last hop. Each hop is a call of its own, so that the embedder checks every address. */
export async function exchange(
  fb: Fiber,
  site: number,
  first: Outgoing,
  stream: boolean,
): Promise<{ readonly answer: HotMap; readonly headers: HotMap } | Res> {
  const key = stream ? 'http.max-stream-response-bytes' : 'http.max-response-bytes';
  const maxBytes = setting(fb, key, MAX_BYTES);
  const name = stream ? 'http.openStream' : 'http.request';
  let next = first;
  for (let hops = 0; ; hops++) {
    const answer = await hostCallJson(fb, site, FN, name, callJson(next, maxBytes, stream), REFUSALS);
    if (!(answer instanceof HotMap)) {
      return answer instanceof Res ? answer : err(`${FN}: request failed: no response`);
    }
    const headers = headerMap(answer.getStr('headers') ?? null);
    const to = redirected(next, answer.getStr('status') ?? null, headers);
    if (to instanceof Res) return to;
    if (to === null) return { answer, headers };
    if (hops >= MAX_REDIRECTS) return err(`${FN}: request failed: more than ${MAX_REDIRECTS} redirects`);
    next = to;
  }
}

async function request(fb: Fiber, site: number, o: Outgoing | Res): Promise<Value> {
  if (o instanceof Res) return o;
  const done = await exchange(fb, site, o, false);
  if (done instanceof Res) return done;
  const { answer, headers } = done;
  const bytes = answeredBytes(answer.getStr('body') ?? null) ?? new Uint8Array(0);
  fb.r.spend(fb, bytes.length >> 5);
  return new Tagged(
    RESPONSE_TYPE,
    HotMap.of([
      ['status', answer.getStr('status') ?? 0],
      ['headers', headers],
      ['body', readBody(bytes, headers, fb.r.program.typeNamed)],
      ['body-bytes', bytes],
    ]),
  );
}

/** Of a request record, or of method, address, headers and body. */
export function given(args: readonly (Value | undefined)[]): Outgoing | Res {
  const [first = null, url = null, headers = null, body = null] = args;
  const map = payloadOf(first);
  if (!(map instanceof HotMap)) return outgoing(first, url, headers, body);
  const part = (key: string): Value => map.getStr(key) ?? null;
  return outgoing(part('method'), part('url'), part('headers'), part('body'));
}

const simple = (name: string, method: string): NativeDef =>
  native(`::hot::http/${name}`, {
    sig:
      method === 'GET' || method === 'DELETE'
        ? '(url: Str): HttpResponse'
        : '(url: Str, body: Any): HttpResponse',
    doc: `A ${method} request.`,
    a: (fb, _d, site, url = null, body = null) => request(fb, site, outgoing(method, url, null, body)),
  });

export const HTTP: readonly NativeDef[] = [
  native(FN, {
    sig: [
      '(request: HttpRequest): HttpResponse',
      '(method: HttpMethod, url: Str, headers: Map<Str, Str>, body: Any): HttpResponse',
    ],
    doc: 'Sends a request and waits for the response. Statuses of 400 and more are responses too.',
    a: (fb, _d, site, ...args) => request(fb, site, given(args)),
  }),
  simple('get', 'GET'),
  simple('post', 'POST'),
  simple('put', 'PUT'),
  simple('delete', 'DELETE'),
  simple('patch', 'PATCH'),
  native('::hot::http/is-ok-response', {
    pure: true,
    traced: false,
    sig: '(response: HttpResponse): Bool',
    doc: 'Whether the status is one of success.',
    s: (_fb, _d, _s, v = null) => {
      const map = payloadOf(v);
      const status = map instanceof HotMap ? (map.getStr('status') ?? null) : null;
      return isInt(status) && status >= 200 && status <= 299;
    },
  }),
  native('::hot::http/raw-body', {
    pure: true,
    traced: false,
    sig: '(request: Map): Str | Bytes',
    doc: 'The body of a received request as it came.',
    s: (_fb, _d, _s, v = null) => {
      const map = payloadOf(v);
      if (!(map instanceof HotMap)) return '';
      return map.getStr('body-bytes') ?? map.getStr('body-raw') ?? '';
    },
  }),
];
