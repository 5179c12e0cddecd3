/** A connection to whatever speaks at an address that has been admitted. */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { pinned } from './hop';
import { OutboundError, outboundErrorOf } from './outbound-error';

export interface Admitted {
  readonly host: string;
  readonly port: number;
  /** All of them checked. */
  readonly addresses: readonly string[];
}

const HOST = /^[^\s\u0000-\u001f/?#@[\]%]{1,253}$/;

/** A host as a program writes it; IPv6 with brackets or without. */
export function hostOf(text: string): { readonly host: string; readonly isAddress: boolean } {
  const host = text.replace(/^\[(.*)\]$/, '$1');
  if (!HOST.test(host)) throw new OutboundError('invalid', 'invalid host');
  return { host, isAddress: isIP(host) !== 0 };
}

/** Rejects with OutboundError; the signal's reason is one. */
export function dial(
  { host, port, addresses }: Admitted,
  isAllowed: (address: string) => boolean,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = connect({ host, port, lookup: pinned(addresses) });
  return established(socket, 'connect', signal, () => {
    if (!isAllowed(socket.remoteAddress ?? ''))
      throw new OutboundError('denied', 'the address of the host is not public');
    return socket;
  });
}

/** TLS on a connection that stands. The environment can't turn the check of certificates off: it is always said. */
export function secure(
  socket: Socket,
  options: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized'> & { readonly host: string },
  signal: AbortSignal,
): Promise<TLSSocket> {
  const { host } = options;
  let tls: TLSSocket;
  try {
    // A name for the server to choose its certificate by is never an address.
    tls = connectTls({ ...options, socket, ...(isIP(host) === 0 ? { servername: host } : {}) });
  } catch {
    throw new OutboundError('invalid', 'a certificate or key is not readable');
  }
  return established(tls, 'secureConnect', signal, () => tls);
}

function established<T extends Socket, R>(
  socket: T,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
  ready: () => R,
): Promise<R> {
  return new Promise((resolve, reject) => {
    const end = (error: unknown): void => {
      signal.removeEventListener('abort', stop);
      socket.destroy();
      reject(outboundErrorOf(signal.aborted ? signal.reason : error));
    };
    const stop = (): void => end(signal.reason);
    const closed = (): void => end({ code: 'ECONNRESET' });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) return stop();
    socket.once('error', end);
    socket.once('close', closed);
    socket.once(event, () => {
      signal.removeEventListener('abort', stop);
      socket.off('error', end);
      socket.off('close', closed);
      // From here on an error is seen by whoever reads or writes; without a listener it would end the process.
      socket.on('error', () => undefined);
      try {
        resolve(ready());
      } catch (error) {
        socket.destroy();
        reject(outboundErrorOf(error));
      }
    });
  });
}
