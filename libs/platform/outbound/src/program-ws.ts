/**
 * WebSockets as programs call them: JSON text in, JSON text out, one instance per run.
 *
 *   ws.open     {url, headers: [[name, value]]} -> {id}
 *   ws.send     {id, text} or {id, bytes} -> whether the connection was open
 *   ws.receive  {id} -> {text} or {bytes}: the next message; null when the connection is closed
 *   ws.close    {id} -> whether it was open
 *   ws.isOpen   {id} -> boolean
 *
 * A connection ends with its run. While nobody asks for messages, the sender waits.
 */
import { WebSocket } from 'ws';
import { bytesJson, readArgs, readBytes, readHeaders, type Args } from './call-args';
import { Connections, type ConnectionLimits } from './connections';
import { destinationOf, type Destination } from './destination';
import { cleanHeaders, hasHeader, headerOf } from './headers';
import { within, type OutboundClient } from './outbound-client';
import { OutboundError, outboundErrorOf } from './outbound-error';

export const WS_CALLS = ['ws.open', 'ws.send', 'ws.receive', 'ws.close', 'ws.isOpen'] as const;
export type WsCall = (typeof WS_CALLS)[number];

/** Messages that wait for the program; beyond that the sender waits. */
const MAX_WAITING = 64;

export class ProgramWs {
  constructor(
    private readonly client: OutboundClient,
    private readonly shared: Connections,
    private readonly limits: ConnectionLimits,
  ) {}

  /** Rejects with OutboundError. */
  async call(name: WsCall, argsJson: string): Promise<string> {
    const args = readArgs(argsJson);
    if (name === 'ws.open') return this.open(args);
    const found = this.shared.get(args['id'], (value) => value instanceof Channel);
    switch (name) {
      case 'ws.isOpen':
        return String(found?.isOpen === true);
      case 'ws.close':
        return String(this.shared.end(args['id']) && found?.wasOpen === true);
      case 'ws.receive':
        return found === null ? 'null' : this.receive(found);
      case 'ws.send':
        return found?.isOpen === true ? this.send(found, args) : 'false';
    }
  }

  private async open(args: Args): Promise<string> {
    const { href, destination } = placeOf(args['url']);
    const headers = cleanHeaders(readHeaders(args['headers']));
    const protocols = headerOf(headers, 'sec-websocket-protocol');
    const own = headers.filter(([name]) => !name.toLowerCase().startsWith('sec-websocket-'));
    const { authorization } = destination;
    if (authorization !== null && !hasHeader(own, 'authorization'))
      own.push(['authorization', authorization]);
    const place = this.shared.reserve();
    try {
      const { connectMs, maxBytes } = this.limits;
      const channel = await within(connectMs, this.shared.over, async (signal) => {
        const socket = await this.client.dialHttp(destination, connectMs, signal);
        const ws = new WebSocket(href, protocols?.split(',').map((each) => each.trim()) ?? [], {
          headers: Object.fromEntries(own),
          maxPayload: maxBytes,
          perMessageDeflate: false,
          followRedirects: false,
          createConnection: () => socket,
        });
        return opened(ws, signal);
      });
      return `{"id":"${place.take(channel, () => channel.end())}"}`;
    } catch (error) {
      place.giveUp();
      throw error;
    }
  }

  private async send(channel: Channel, args: Args): Promise<string> {
    const data = typeof args['text'] === 'string' ? args['text'] : readBytes(args['bytes']);
    if (data === null) throw new OutboundError('invalid', 'a message is text or bytes');
    this.shared.spend(data.length);
    await within(this.limits.waitMs, this.shared.over, () => channel.send(data));
    return 'true';
  }

  private async receive(channel: Channel): Promise<string> {
    const message = await channel.receive();
    if (message === null) return 'null';
    this.shared.spend(message.length);
    return typeof message === 'string'
      ? `{"text":${JSON.stringify(message)}}`
      : `{"bytes":${bytesJson(message)}}`;
  }
}

/** An address of HTTP under another name. */
function placeOf(given: unknown): { readonly href: string; readonly destination: Destination } {
  const url = typeof given === 'string' ? URL.parse(given) : null;
  if (url === null) throw new OutboundError('invalid', String(given).slice(0, 200));
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:')
    throw new OutboundError('invalid', 'URL scheme must be ws or wss');
  const destination = destinationOf(url.href.replace(/^ws/, 'http'));
  return { href: destination.url.href.replace(/^http/, 'ws'), destination };
}

function opened(ws: WebSocket, signal: AbortSignal): Promise<Channel> {
  const channel = new Channel(ws);
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      signal.removeEventListener('abort', stop);
      ws.terminate();
      reject(outboundErrorOf(error));
    };
    const stop = (): void => fail(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) return stop();
    ws.on('unexpected-response', (_request, response) => {
      response.destroy();
      fail(new OutboundError('io', `the server answered ${response.statusCode ?? 'nothing'}`));
    });
    ws.on('error', (error) => fail(signal.aborted ? signal.reason : protocolError(error)));
    ws.on('open', () => {
      signal.removeEventListener('abort', stop);
      resolve(channel);
    });
  });
}

/** What the library says of the protocol names no address. */
function protocolError(error: Error): unknown {
  return 'code' in error ? error : new OutboundError('io', error.message);
}

type Message = string | Buffer | null;

/** One connection: messages wait for whoever asks, and those who ask for messages, each in order. */
class Channel {
  private readonly waiting: Exclude<Message, null>[] = [];
  private readonly asking: ((message: Message) => void)[] = [];
  private isOver = false;
  wasOpen = false;

  constructor(private readonly ws: WebSocket) {
    ws.on('message', (data, isBinary) => this.came(isBinary ? data : data.toString('utf8')));
    ws.on('close', () => {
      this.isOver = true;
      for (const give of this.asking.splice(0)) give(null);
    });
  }

  get isOpen(): boolean {
    return this.ws.readyState === WebSocket.OPEN;
  }

  send(data: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.ws.send(data, (error) => (error ? reject(outboundErrorOf(error)) : resolve()));
    });
  }

  receive(): Promise<Message> {
    const message = this.waiting.shift();
    if (message !== undefined) {
      if (this.waiting.length < MAX_WAITING) this.ws.resume();
      return Promise.resolve(message);
    }
    if (this.isOver) return Promise.resolve(null);
    return new Promise((resolve) => this.asking.push(resolve));
  }

  end(): void {
    this.wasOpen = this.isOpen;
    this.waiting.length = 0;
    if (this.wasOpen) this.ws.close(1000);
    else this.ws.terminate();
    for (const give of this.asking.splice(0)) give(null);
    this.isOver = true;
    // The other side may never answer the close.
    setTimeout(() => this.ws.terminate(), 1_000).unref();
  }

  private came(message: Exclude<Message, null>): void {
    const give = this.asking.shift();
    if (give !== undefined) return give(message);
    this.waiting.push(message);
    if (this.waiting.length >= MAX_WAITING) this.ws.pause();
  }
}
