/**
 * The answer of a subscription after its head. Node keeps some 12 KB for every request that is being answered: the
 * parser of the connection, request, response, their headers and listeners, and whatever the framework hangs on them.
 * An event stream needs none of it for the minutes that it lasts, so the connection is taken off the HTTP server as for
 * an upgrade, and frames are written to the socket in the framing that the head has announced.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

/** What Node's HTTP server hangs on a socket. Not public, but the same since Node 12; anything else is left as it is. */
interface HttpParser {
  unconsume(): void;
  remove(): void;
  close(): void;
}
interface HttpSocket extends Socket {
  parser?: HttpParser | null;
  server?: unknown;
  _paused?: boolean;
}

/** How long the last bytes may take: who has stopped reading would keep them, and a server from stopping, forever. */
const LAST_BYTES_MS = 2_000;

export class OpenAnswer {
  /** Until it is taken off: a request that is still being read cannot be, and one behind another has no socket yet. */
  private response: ServerResponse | null;
  private socket: HttpSocket | null = null;
  private readonly isChunked: boolean;

  /** @param closed called when the connection is gone, whoever ended it */
  constructor(
    response: ServerResponse,
    private readonly closed: () => void,
  ) {
    this.response = response;
    this.isChunked = response.chunkedEncoding;
    response.on('close', closed);
    response.on('error', () => response.destroy());
    // Not now: handlers may run inside the parser, which must have returned before it is closed.
    setImmediate(() => this.takeOff(response));
  }

  get unreadBytes(): number {
    return this.socket?.writableLength ?? this.response?.writableLength ?? 0;
  }

  /** In one write: clients may parse chunk by chunk. */
  write(frame: string): void {
    if (this.socket === null) this.response?.write(frame);
    else if (!this.isChunked) this.socket.write(frame);
    else this.socket.write(`${Buffer.byteLength(frame).toString(16)}\r\n${frame}\r\n`);
  }

  /** After what was written. */
  end(): void {
    const cut = setTimeout(() => this.destroy(), LAST_BYTES_MS).unref();
    (this.socket ?? this.response)?.once('close', () => clearTimeout(cut));
    if (this.socket === null) {
      this.response?.end();
      return;
    }
    if (this.isChunked) this.socket.write('0\r\n\r\n');
    this.socket.destroySoon();
  }

  destroy(): void {
    (this.socket ?? this.response)?.destroy();
  }

  private takeOff(response: ServerResponse): void {
    const { req, socket } = response;
    if (!isOnItsOwn(req, socket, response)) return;
    const { parser } = socket;
    // The first listener is the server's own, which would end or reuse the connection. The others are told: for whoever
    // counts or logs requests, this one is answered.
    const [, ...told] = response.listeners('finish');
    response.removeAllListeners();
    response.on('error', () => undefined);
    response.detachSocket(socket);
    release(socket, parser);
    this.response = null;
    this.socket = socket;
    socket.on('close', this.closed);
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end());
    socket.resume();
    for (const tell of told) tell.call(response);
  }
}

function isOnItsOwn(
  req: IncomingMessage,
  socket: HttpSocket | null,
  { writableEnded }: ServerResponse,
): socket is HttpSocket & { readonly parser: HttpParser } {
  return (
    req.complete &&
    req.method !== 'HEAD' &&
    !writableEnded &&
    socket instanceof Socket &&
    !socket.destroyed &&
    typeof socket.parser?.unconsume === 'function' &&
    typeof socket.parser.remove === 'function' &&
    typeof socket.parser.close === 'function'
  );
}

/** As Node does for upgrades; bytes that the client still sends are read and forgotten. */
function release(socket: HttpSocket, parser: HttpParser): void {
  parser.unconsume();
  parser.remove();
  socket.parser = null;
  parser.close();
  // All at once: taken away one by one, they would leave a dictionary of 800 bytes behind.
  socket.removeAllListeners();
  const { on, addListener, prependListener, setEncoding } = Socket.prototype;
  Object.assign(socket, { on, addListener, prependListener, setEncoding, _paused: false });
  socket.setTimeout(0);
}
