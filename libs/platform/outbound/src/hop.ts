/** One request and the head of its response, without redirects. */
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { isIPv6 } from 'node:net';
import type { Pool } from './connection-pools';
import type { Destination } from './destination';
import type { HeaderList } from './headers';
import { OutboundError, outboundErrorOf } from './outbound-error';

const MAX_RESPONSE_HEADER_BYTES = 64 * 1024;

export interface Hop {
  readonly method: string;
  readonly destination: Destination;
  /** All of them checked. */
  readonly addresses: readonly string[];
  readonly headers: HeaderList;
  readonly body: Uint8Array | null;
}

export interface HopEvents {
  readonly isAllowed: (address: string) => boolean;
  /** A connection stands, handshake included, new or kept. */
  readonly connected: () => void;
  /** Ends it with its reason at any moment until the response has been read. */
  readonly signal: AbortSignal;
}

/** Methods that may be sent twice without meaning more than once. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);

/** Rejects with OutboundError. What the signal aborts with becomes the reason. */
export async function sendHop(hop: Hop, pool: Pool, events: HopEvents): Promise<IncomingMessage> {
  try {
    return await sendOnce(hop, pool, events);
  } catch (error) {
    // The other side closed a kept connection just when we took it: it has seen nothing of the request.
    const isStale = error instanceof StaleConnection && IDEMPOTENT.has(hop.method);
    if (!isStale) throw error instanceof StaleConnection ? new OutboundError('io', error.message) : error;
    return sendOnce(hop, null, events);
  }
}

class StaleConnection extends OutboundError {}

function sendOnce(hop: Hop, pool: Pool | null, events: HopEvents): Promise<IncomingMessage> {
  const { method, destination, addresses, headers, body } = hop;
  const { signal } = events;
  const { url, isTls } = destination;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(outboundErrorOf(signal.reason));
    const request: ClientRequest = (isTls ? httpsRequest : httpRequest)({
      method,
      hostname: destination.host,
      port: destination.port,
      path: `${url.pathname}${url.search}`,
      headers: [...headers.flat(), 'Host', url.host, ...lengthOf(method, body)],
      agent: pool === null ? false : isTls ? pool.https : pool.http,
      lookup: pinned(addresses),
      maxHeaderSize: MAX_RESPONSE_HEADER_BYTES,
      insecureHTTPParser: false,
      ...(isTls ? { rejectUnauthorized: true } : {}),
    });
    const stop = (): void => {
      request.destroy(outboundErrorOf(signal.reason));
    };
    signal.addEventListener('abort', stop, { once: true });
    request.once('close', () => signal.removeEventListener('abort', stop));
    request.once('socket', (socket) => watch(socket, request, isTls, events));
    // Stays: after the response has begun, the socket may still fail.
    request.on('error', (error) => {
      const problem = outboundErrorOf(signal.aborted ? signal.reason : error);
      const isStale = request.reusedSocket && !signal.aborted && isReset(error);
      reject(isStale ? new StaleConnection('io', problem.message) : problem);
    });
    request.once('upgrade', (_response, socket) => {
      socket.destroy();
      reject(new OutboundError('io', 'the other side changed the protocol'));
    });
    request.once('response', resolve);
    request.end(body ?? undefined);
  });
}

function watch(socket: Socket, request: ClientRequest, isTls: boolean, events: HopEvents): void {
  const connected = (): void => {
    const address = socket.remoteAddress ?? '';
    if (!events.isAllowed(address)) {
      request.destroy(new OutboundError('denied', 'the address of the host is not public'));
      return;
    }
    if (!isTls) events.connected();
  };
  if (!socket.connecting) {
    connected();
    if (isTls) events.connected();
    return;
  }
  socket.once('connect', connected);
  if (isTls) socket.once('secureConnect', events.connected);
}

/** A lookup that knows the answer: between check and connection nobody is asked again. */
export function pinned(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  return (_host, options, done) => {
    const [first] = all;
    if (first === undefined) return done(Object.assign(new Error(), { code: 'ENOTFOUND' }), '', 4);
    // Deferred as Node's own is: callers do not expect an answer before they have asked.
    if (options.all === true) process.nextTick(() => done(null, [...all]));
    else process.nextTick(() => done(null, first.address, first.family));
  };
}

function lengthOf(method: string, body: Uint8Array | null): readonly string[] {
  if (body !== null) return ['Content-Length', String(body.length)];
  return method === 'GET' || method === 'HEAD' || method === 'DELETE' ? [] : ['Content-Length', '0'];
}

function isReset(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ECONNRESET' || code === 'EPIPE';
}
