/**
 * Outbound TCP and TLS as programs call them: JSON text in, JSON text out, one instance per run.
 *
 *   tcp.open             {host, port, timeoutMs, noDelay} -> {id}
 *   tcp.read             {id, max, exact, timeoutMs?} -> Bytes; null at the end, with `exact` also when less is left
 *   tcp.write            {id, bytes} -> how many
 *   tcp.close            {id} -> whether it was open
 *   tcp.isOpen           {id} -> boolean
 *   tls.upgrade          {id, mode, serverName?, caPem?, clientCertPem?, clientKeyPem?} -> null
 *   tls.peerCertificate  {id} -> Bytes: DER
 *
 * A connection ends with its run. Which addresses may be connected to is decided as for HTTP; ports are not, for what is
 * spoken there is the program's business.
 */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { bytesJson, readArgs, readBytes, type Args } from './call-args';
import { Connections, type ConnectionLimits } from './connections';
import { secure } from './dial';
import { within, type OutboundClient } from './outbound-client';
import { OutboundError, outboundErrorOf } from './outbound-error';

export const TCP_CALLS = [
  'tcp.open',
  'tcp.read',
  'tcp.write',
  'tcp.close',
  'tcp.isOpen',
  'tls.upgrade',
  'tls.peerCertificate',
] as const;
export type TcpCall = (typeof TCP_CALLS)[number];

interface Connection {
  socket: Socket;
  /** Who waits for more of it. */
  waiting: Set<() => void>;
  readonly host: string;
  readonly timeoutMs: number;
  /** Reads follow each other. */
  turn: Promise<unknown>;
}

export class ProgramTcp {
  constructor(
    private readonly client: OutboundClient,
    private readonly shared: Connections,
    private readonly limits: ConnectionLimits,
  ) {}

  /** Rejects with OutboundError. */
  async call(name: TcpCall, argsJson: string): Promise<string> {
    const args = readArgs(argsJson);
    if (name === 'tcp.open') return this.open(args);
    const id = args['id'];
    const found = this.shared.get(id, isConnection);
    switch (name) {
      case 'tcp.isOpen':
        return String(found !== null && isOpen(found.socket));
      case 'tcp.close':
        return String(this.shared.end(id));
      case 'tcp.read':
        return found === null ? 'null' : this.inTurn(found, () => this.read(found, args));
      default:
    }
    if (found === null || !isOpen(found.socket)) throw new OutboundError('io', 'the connection is closed');
    if (name === 'tcp.write') return this.write(found.socket, args);
    return name === 'tls.upgrade' ? this.upgrade(found, args) : certificate(found.socket);
  }

  private async open(args: Args): Promise<string> {
    const { host, port, noDelay } = args;
    if (typeof host !== 'string' || !Number.isInteger(port) || Number(port) < 1 || Number(port) > 65_535)
      throw new OutboundError('invalid', 'host and port must be a name and a number');
    const timeoutMs = this.timeoutOf(args['timeoutMs'], this.limits.connectMs);
    const place = this.shared.reserve();
    try {
      const longest = Math.min(timeoutMs, this.limits.connectMs);
      const wait = timeoutMs === 0 ? 0 : longest;
      const socket = await this.client.dial({ host, port: Number(port) }, wait, this.shared.over);
      socket.setNoDelay(noDelay !== false);
      const waiting = waking(socket);
      const connection: Connection = { socket, waiting, host, timeoutMs, turn: Promise.resolve() };
      const id = place.take(connection, () => connection.socket.destroy());
      return `{"id":"${id}"}`;
    } catch (error) {
      place.giveUp();
      throw error;
    }
  }

  /** Null at the end. What comes in time to be too little for an exact read stays for the next one. */
  private async read({ socket, waiting, timeoutMs }: Connection, args: Args): Promise<string> {
    const max = Number(args['max']);
    const isExact = args['exact'] === true;
    if (!Number.isInteger(max) || max < 1)
      throw new OutboundError('invalid', 'max must be a positive number');
    if (isExact && max > this.limits.maxBytes)
      throw new OutboundError('quota', `at most ${this.limits.maxBytes} bytes can be read at once`);
    const ms = args['timeoutMs'] === undefined ? timeoutMs : this.timeoutOf(args['timeoutMs'], timeoutMs);
    const most = Math.min(max, this.limits.maxBytes);
    return within(ms, this.shared.over, async (signal) => {
      for (;;) {
        const wanted = isExact ? max : Math.min(most, socket.readableLength);
        const piece = (wanted > 0 ? socket.read(wanted) : socket.read(0)) as Buffer | null;
        if (piece !== null && (!isExact || piece.length === max)) {
          this.shared.spend(piece.length);
          return bytesJson(piece);
        }
        if (piece !== null || socket.readableEnded || socket.destroyed) {
          const failure = socket.errored;
          if (failure !== null) throw outboundErrorOf(failure);
          return 'null';
        }
        await more(waiting, signal);
      }
    });
  }

  private async write(socket: Socket, args: Args): Promise<string> {
    const bytes = readBytes(args['bytes']) ?? new Uint8Array(0);
    this.shared.spend(bytes.length);
    if (bytes.length === 0) return '0';
    return within(this.limits.waitMs, this.shared.over, (signal) => {
      return new Promise((resolve, reject) => {
        const stop = (): void => reject(outboundErrorOf(signal.reason));
        signal.addEventListener('abort', stop, { once: true });
        if (signal.aborted) stop();
        socket.write(bytes, (error) => {
          signal.removeEventListener('abort', stop);
          if (error) reject(outboundErrorOf(error));
          else resolve(String(bytes.length));
        });
      });
    });
  }

  private async upgrade(connection: Connection, args: Args): Promise<string> {
    if (connection.socket instanceof TLSSocket)
      throw new OutboundError('conflict', 'connection is already TLS');
    const text = (name: string): string | undefined => {
      const value = args[name];
      return typeof value === 'string' ? value : undefined;
    };
    const [ca, cert, key] = [text('caPem'), text('clientCertPem'), text('clientKeyPem')];
    const options = {
      host: text('serverName') ?? connection.host,
      rejectUnauthorized: args['mode'] !== 'insecure',
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    };
    return within(connection.timeoutMs, this.shared.over, async (signal) => {
      connection.socket.removeAllListeners('readable');
      connection.socket = await secure(connection.socket, options, signal);
      connection.waiting = waking(connection.socket);
      return 'null';
    });
  }

  /** 0 waits without end, where that is allowed. */
  private timeoutOf(value: unknown, otherwise: number): number {
    if (typeof value !== 'number') return otherwise;
    if (value > 0) return Math.min(Math.ceil(value), this.limits.waitMs);
    if (!this.limits.mayWaitForever)
      throw new OutboundError('invalid', 'timeout 0, which waits without end, is not allowed here');
    return 0;
  }

  private inTurn<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
    const mine = connection.turn.then(work);
    connection.turn = mine.catch(() => undefined);
    return mine;
  }
}

const isConnection = (value: unknown): value is Connection =>
  typeof value === 'object' && value !== null && 'socket' in value;

const isOpen = (socket: Socket): boolean => !socket.destroyed && socket.writable;

function certificate(socket: Socket): string {
  if (!(socket instanceof TLSSocket)) throw new OutboundError('invalid', 'connection is not TLS');
  const { raw } = socket.getPeerCertificate() as { readonly raw?: Buffer };
  return raw === undefined ? 'null' : bytesJson(raw);
}

/**
 * Wakes those who wait for more. One listener for the whole life of a socket: one that is added while some bytes lie
 * there is called at once, again and again, before anything else gets its turn.
 */
function waking(socket: Socket): Set<() => void> {
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const each of [...waiting]) each();
  };
  for (const event of ['readable', 'end', 'close', 'error']) socket.on(event, wake);
  return waiting;
}

function more(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (finish: () => void): void => {
      waiting.delete(come);
      signal.removeEventListener('abort', stop);
      finish();
    };
    const come = (): void => done(resolve);
    const stop = (): void => done(() => reject(outboundErrorOf(signal.reason)));
    waiting.add(come);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}
