/** A publisher that costs little: raw sockets, one request in flight on each, answers only looked at for their length. */
import { connect, type Socket } from 'node:net';

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly token: string;
}

export class Publisher {
  private readonly idle: Connection[] = [];
  private readonly waiting: ((connection: Connection) => void)[] = [];

  private constructor(private readonly target: Target) {}

  static async open(target: Target, connections: number): Promise<Publisher> {
    const publisher = new Publisher(target);
    for (let n = 0; n < connections; n += 1) publisher.idle.push(await Connection.open(target));
    return publisher;
  }

  /** Answers the status. */
  post(path: string, body: string): Promise<{ readonly status: number; readonly text: string }> {
    return this.send(
      `POST ${path} HTTP/1.1\r\nHost: ${this.target.host}\r\nAuthorization: Bearer ${this.target.token}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }

  get(path: string): Promise<{ readonly status: number; readonly text: string }> {
    return this.send(`GET ${path} HTTP/1.1\r\nHost: ${this.target.host}\r\n\r\n`);
  }

  private async send(request: string): Promise<{ readonly status: number; readonly text: string }> {
    const connection =
      // In turn: a server closes connections that nobody uses for a while.
      this.idle.shift() ?? (await new Promise<Connection>((resolve) => this.waiting.push(resolve)));
    const answer = await connection.request(request);
    const next = this.waiting.shift();
    if (next === undefined) this.idle.push(connection);
    else next(connection);
    return answer;
  }

  close(): void {
    for (const connection of this.idle) connection.close();
  }
}

class Connection {
  private buffer = '';
  private done: ((answer: { readonly status: number; readonly text: string }) => void) | undefined;
  private fail: ((error: Error) => void) | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => this.onData(chunk));
    socket.on('close', () => this.fail?.(new Error('The server has closed the connection')));
  }

  static open({ host, port }: Target): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port }, () => resolve(new Connection(socket)));
      socket.on('error', reject);
    });
  }

  request(text: string): Promise<{ readonly status: number; readonly text: string }> {
    return new Promise((resolve, reject) => {
      this.done = resolve;
      this.fail = reject;
      if (this.socket.destroyed) reject(new Error('The server has closed the connection'));
      this.socket.write(text);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private onData(chunk: string): void {
    this.buffer += chunk;
    const head = this.buffer.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(this.buffer)?.[1] ?? 0);
    if (this.buffer.length < head + 4 + length) return;
    const answer = {
      status: Number(this.buffer.slice(9, 12)),
      text: this.buffer.slice(head + 4, head + 4 + length),
    };
    this.buffer = this.buffer.slice(head + 4 + length);
    this.done?.(answer);
  }
}
