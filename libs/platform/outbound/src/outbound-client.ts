/**
 * The one way out: requests of programs and of the platform itself to servers of others. Resolves names, checks every
 * address and connects to none but those; each redirect is checked like a request of its own. No cookies, no proxies of
 * the environment, and no way for it to turn the check of certificates off.
 */
import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { counter } from '@app/platform/metrics';
import { BodyReader, decoded, encodingsOf, UNDERSTOOD } from './body';
import { ConnectionPools } from './connection-pools';
import { destinationOf, type Destination } from './destination';
import { dial, hostOf, secure } from './dial';
import type { Gate } from './gate';
import {
  cleanHeaders,
  hasHeader,
  headerOf,
  pairsOf,
  withoutContent,
  withoutCredentials,
  type HeaderList,
} from './headers';
import { sendHop } from './hop';
import { OutboundError, outboundErrorOf } from './outbound-error';

const requests = counter(
  'hot_outbound_requests_total',
  'Requests to servers of others, by how they began to end',
  ['outcome'],
);

export interface OutboundRequest {
  /** Upper case. */
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderList;
  readonly body: Uint8Array | null;
  /** Whose connections may be used again: the organization. */
  readonly scope: string;
  /** Until a connection stands, per hop, name resolution included. */
  readonly connectMs: number;
  /** Until the head of the last response is there. */
  readonly headMs: number;
  /** Until the end of the body. */
  readonly totalMs: number;
  readonly maxRedirects: number;
  /** Of the body after decoding. */
  readonly maxBytes: number;
  /** Whether answers may come compressed; not for streams, whose pieces would wait in the sender's compressor. */
  readonly compressed: boolean;
  /** Called with each piece of the body's length; throws when it is too much for whoever asked. */
  readonly spend?: (bytes: number) => void;
  /** Called once, when everything is over: read to the end, failed or refused. */
  readonly over?: () => void;
  readonly signal?: AbortSignal;
}

export interface OutboundHead {
  readonly status: number;
  /** As they came, names as the other side wrote them; without those that a decoding has made untrue. */
  readonly headers: HeaderList;
}

export interface OutboundResponse extends OutboundHead {
  readonly body: Buffer;
}

export interface OutboundStream extends OutboundHead {
  readonly body: BodyReader;
}

const METHODS = new Set(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']);
/** A body of a redirect that is read so that its connection can be kept; more is not worth it. */
const SMALL_BYTES = 16 * 1024;
const DISCARD_MS = 1_000;

export class OutboundClient {
  private readonly pools = new ConnectionPools();

  constructor(private readonly gate: Gate) {}

  /** Rejects with OutboundError; a status of 400 and more is a response like any other. */
  async request(request: OutboundRequest): Promise<OutboundResponse> {
    const { body, ...head } = await this.open(request);
    return { ...head, body: await body.all() };
  }

  /** Resolves with the head of the response. The body must be read to its end or failed, else the time ends it. */
  async open(request: OutboundRequest): Promise<OutboundStream> {
    const stop = new AbortController();
    setMaxListeners(0, stop.signal); // one per hop and step
    const timers = new Timers(stop);
    const cancel = (): void => stop.abort(new OutboundError('cancelled', 'cancelled'));
    const release = (): void => {
      timers.clear();
      request.signal?.removeEventListener('abort', cancel);
      request.over?.();
    };
    request.signal?.addEventListener('abort', cancel, { once: true });
    if (request.signal?.aborted === true) cancel();
    timers.start('total', request.totalMs);
    timers.start('head', request.headMs);
    try {
      const response = await this.follow(request, stop.signal, timers);
      timers.end('head');
      requests.add({ outcome: 'answered' });
      return streamOf(request, response, stop.signal, release);
    } catch (error) {
      release();
      const failure = outboundErrorOf(error);
      requests.add({ outcome: failure.code });
      throw failure;
    }
  }

  /**
   * A connection to a port, for protocols that are not HTTP. Rejects with OutboundError. It is the caller's, who ends it.
   * @param timeoutMs for name and connection; 0 for none
   */
  async dial(
    to: { readonly host: string; readonly port: number },
    timeoutMs: number,
    over: AbortSignal,
  ): Promise<Socket> {
    const { host, isAddress } = hostOf(to.host);
    return within(timeoutMs, over, async (signal) => {
      const addresses = await unlessAborted(this.gate.addressesOf(host, isAddress), signal);
      return dial({ host, port: to.port, addresses }, (address) => this.gate.isAllowed(address), signal);
    });
  }

  /** A connection to a server of HTTP that is about to speak something else; TLS where the URL says so. */
  async dialHttp(
    { url, host, port, isTls, isAddress }: Destination,
    timeoutMs: number,
    over: AbortSignal,
  ): Promise<Socket> {
    return within(timeoutMs, over, async (signal) => {
      const addresses = await unlessAborted(
        this.gate.admit({ url, host, port, isTls, isAddress, authorization: null }),
        signal,
      );
      const socket = await dial({ host, port, addresses }, (address) => this.gate.isAllowed(address), signal);
      return isTls ? secure(socket, { host, rejectUnauthorized: true }, signal) : socket;
    });
  }

  /** Ends connections that nobody uses now. */
  close(): void {
    this.pools.close();
  }

  private async follow(
    request: OutboundRequest,
    signal: AbortSignal,
    timers: Timers,
  ): Promise<IncomingMessage> {
    const destination = destinationOf(request.url);
    let hop = firstHop(request, destination);
    for (let hops = 0; ; hops += 1) {
      timers.start('connect', request.connectMs);
      const addresses = await unlessAborted(this.gate.admit(hop.destination), signal);
      const response = await sendHop({ ...hop, addresses }, this.pools.of(request.scope), {
        isAllowed: (address) => this.gate.isAllowed(address),
        connected: () => timers.end('connect'),
        signal,
      });
      timers.end('connect');
      const next = request.maxRedirects === 0 ? null : redirected(hop, response);
      if (next === null) return response;
      discard(response);
      if (hops >= request.maxRedirects)
        throw new OutboundError('quota', `more than ${request.maxRedirects} redirects`);
      hop = next;
    }
  }
}

interface NextHop {
  readonly method: string;
  readonly destination: Destination;
  readonly headers: HeaderList;
  readonly body: Uint8Array | null;
}

function firstHop({ method, headers, body, compressed }: OutboundRequest, destination: Destination): NextHop {
  if (!METHODS.has(method)) throw new OutboundError('invalid', `unsupported method: ${method.slice(0, 32)}`);
  const sent = [...cleanHeaders(headers)];
  const { authorization } = destination;
  if (authorization !== null && !hasHeader(sent, 'authorization'))
    sent.push(['authorization', authorization]);
  if (compressed && !hasHeader(sent, 'accept-encoding')) sent.push(['accept-encoding', UNDERSTOOD]);
  if (!hasHeader(sent, 'accept')) sent.push(['accept', '*/*']);
  return { method, destination, headers: sent, body };
}

/** Where a response leads; null when it is the answer, for want of a usable Location too. */
function redirected(hop: NextHop, response: IncomingMessage): NextHop | null {
  const status = response.statusCode ?? 0;
  const { location } = response.headers;
  if (status < 300 || status > 399 || status === 304 || location === undefined) return null;
  const destination = redirectTarget(location, hop.destination.url);
  if (destination === null) return null;
  const toGet = (status === 303 && hop.method !== 'HEAD') || (status <= 302 && hop.method === 'POST');
  const isElsewhere = destination.url.origin !== hop.destination.url.origin;
  // Credentials in a Location are somebody else's idea.
  const kept = isElsewhere ? withoutCredentials(hop.headers) : hop.headers;
  return {
    method: toGet ? 'GET' : hop.method,
    destination,
    headers: toGet ? withoutContent(kept) : kept,
    body: toGet ? null : hop.body,
  };
}

function redirectTarget(location: string, base: URL): Destination | null {
  try {
    // Node reads header bytes as Latin-1; addresses are UTF-8 where they are not ASCII.
    return destinationOf(Buffer.from(location, 'latin1').toString('utf8'), base);
  } catch {
    return null;
  }
}

function streamOf(
  request: OutboundRequest,
  response: IncomingMessage,
  signal: AbortSignal,
  release: () => void,
): OutboundStream {
  const headers = pairsOf(response.rawHeaders);
  const status = response.statusCode ?? 0;
  const hasBody = request.method !== 'HEAD' && status !== 204 && status !== 304;
  const length = headerOf(headers, 'content-length');
  const isAsked = !hasHeader(request.headers, 'accept-encoding');
  const encodings =
    hasBody && length !== '0' && isAsked ? encodingsOf(headerOf(headers, 'content-encoding')) : null;
  const isDecoded = encodings !== null && encodings.length > 0;
  if (hasBody && !isDecoded && Number(length ?? 0) > request.maxBytes) {
    response.destroy();
    throw new OutboundError('quota', `response Content-Length exceeds ${request.maxBytes} bytes`);
  }
  const source = isDecoded ? decoded(response, encodings) : response;
  const limits = { maxBytes: request.maxBytes, spend: request.spend ?? (() => undefined) };
  const fail = (): void => body.fail(signal.reason);
  const body = new BodyReader(source, limits, () => {
    signal.removeEventListener('abort', fail);
    release();
  });
  signal.addEventListener('abort', fail, { once: true });
  const untrue = new Set(['content-encoding', 'content-length']);
  return {
    status,
    headers: isDecoded ? headers.filter(([name]) => !untrue.has(name.toLowerCase())) : headers,
    body,
  };
}

/** A short rest is read so that the connection stays of use; a long one is not worth waiting for. */
function discard(response: IncomingMessage): void {
  const length = Number(response.headers['content-length'] ?? Number.NaN);
  response.on('error', () => undefined);
  if (!(length <= SMALL_BYTES)) {
    response.destroy();
    return;
  }
  const end = setTimeout(() => response.destroy(), DISCARD_MS).unref();
  response.once('close', () => clearTimeout(end));
  response.resume();
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(outboundErrorOf(signal.reason));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** @param ms 0 for no limit */
export async function within<T>(
  ms: number,
  over: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const cancel = (): void => stop.abort(new OutboundError('cancelled', 'cancelled'));
  const late = (): void => stop.abort(new OutboundError('timeout', `timed out after ${ms} ms`));
  const timer = ms === 0 ? undefined : setTimeout(late, ms);
  over.addEventListener('abort', cancel, { once: true });
  if (over.aborted) cancel();
  try {
    stop.signal.throwIfAborted();
    return await work(stop.signal);
  } finally {
    clearTimeout(timer);
    over.removeEventListener('abort', cancel);
  }
}

type TimerName = 'connect' | 'head' | 'total';

const MESSAGES: Readonly<Record<TimerName, (ms: number) => string>> = {
  connect: (ms) => `no connection within ${ms} ms`,
  head: (ms) => `no response within ${ms} ms`,
  total: (ms) => `not finished within ${ms} ms`,
};

class Timers {
  private readonly running = new Map<TimerName, NodeJS.Timeout>();

  constructor(private readonly stop: AbortController) {}

  start(name: TimerName, ms: number): void {
    this.end(name);
    const fire = (): void => this.stop.abort(new OutboundError('timeout', MESSAGES[name](ms)));
    this.running.set(name, setTimeout(fire, ms));
  }

  end(name: TimerName): void {
    clearTimeout(this.running.get(name));
    this.running.delete(name);
  }

  clear(): void {
    for (const timer of this.running.values()) clearTimeout(timer);
    this.running.clear();
  }
}
