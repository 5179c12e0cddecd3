/** Real servers on this machine, and a client for which names lead to them and nothing else is allowed. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
  type Socket,
} from 'node:net';
import { Gate } from '../gate';
import { readNetwork } from '../ip';
import { OutboundClient, type OutboundRequest } from '../outbound-client';
import { KEY } from './certificates';

export class Servers {
  private readonly open = new Set<TcpServer | Server>();
  private readonly sockets = new Set<Socket>();

  http(listener: RequestListener): Promise<number> {
    return this.listen(createServer(listener));
  }

  https(certificate: string, listener: RequestListener): Promise<number> {
    return this.listen(createTlsServer({ key: KEY, cert: certificate }, listener));
  }

  /** Speaks no protocol but what the function writes. */
  tcp(connected: (socket: Socket) => void): Promise<number> {
    return this.listen(createTcpServer(connected));
  }

  /** Connections open now. */
  get connections(): number {
    return this.sockets.size;
  }

  async close(): Promise<void> {
    const servers = [...this.open];
    this.open.clear();
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  private listen(server: TcpServer | Server): Promise<number> {
    this.open.add(server);
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined).once('close', () => this.sockets.delete(socket));
    });
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
  }
}

/** Every name leads to this machine, except those given. */
export function clientOf(
  names: Readonly<Record<string, readonly string[]>> = {},
  networks: readonly string[] = ['127.0.0.1'],
): OutboundClient {
  const policy = { allowPrivate: false, allowed: networks.flatMap((text) => readNetwork(text) ?? []) };
  return new OutboundClient(
    new Gate(policy, { resolve: (host) => Promise.resolve(names[host] ?? ['127.0.0.1']) }),
  );
}

export function requestOf(url: string, changes: Partial<OutboundRequest> = {}): OutboundRequest {
  return {
    method: 'GET',
    url,
    headers: [],
    body: null,
    scope: 'org',
    connectMs: 5_000,
    headMs: 5_000,
    totalMs: 10_000,
    maxRedirects: 10,
    maxBytes: 1024 * 1024,
    compressed: true,
    ...changes,
  };
}
