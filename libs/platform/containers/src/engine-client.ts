/** Requests to a container engine over its socket: the HTTP API of Docker, which Podman speaks too. */
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { ContainerEngineError } from './container-driver';

/** Docker 20.10 and Podman 4 know it. */
const VERSION = '/v1.41';
const ANSWER_MS = 30_000;
const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

export interface EngineOrder {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** JSON, or a tar archive. */
  readonly body?: object | Buffer;
  readonly signal?: AbortSignal;
  /** Null: as long as it takes. */
  readonly withinMs?: number | null;
}

export class EngineClient {
  private readonly agent = new Agent({ keepAlive: false });

  constructor(private readonly socketPath: string) {}

  /** The parsed answer; undefined when it is empty. */
  async json(order: EngineOrder): Promise<unknown> {
    const response = await this.open(order);
    const text = await textOf(response);
    try {
      return text === '' ? undefined : (JSON.parse(text) as unknown);
    } catch {
      throw new ContainerEngineError('The container engine answered with what is no JSON', null);
    }
  }

  /** The answer as it comes. */
  open(order: EngineOrder): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const sent = this.send(order, {});
      sent.once('error', (error) => reject(this.unreachable(order, error)));
      sent.once('response', (response) => {
        sent.setTimeout(0);
        if ((response.statusCode ?? 0) < 400) resolve(response);
        else void refusalOf(response).then(reject, reject);
      });
      end(sent, order.body);
    });
  }

  /** Both directions as they are, once the engine has agreed. */
  upgrade(order: EngineOrder): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      const sent = this.send(order, { connection: 'Upgrade', upgrade: 'tcp' });
      sent.once('error', (error) => reject(this.unreachable(order, error)));
      sent.once('upgrade', (_response, socket, head) => {
        socket.setTimeout(0);
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
      });
      sent.once('response', (response) => {
        sent.setTimeout(0);
        void refusalOf(response).then(reject, reject);
      });
      end(sent, order.body);
    });
  }

  private send(
    { method, path, query, body, signal, withinMs = ANSWER_MS }: EngineOrder,
    headers: Readonly<Record<string, string>>,
  ): ClientRequest {
    const search = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
    const type = Buffer.isBuffer(body) ? 'application/x-tar' : 'application/json';
    const sent = request({
      socketPath: this.socketPath,
      agent: this.agent,
      method,
      path: `${VERSION}${path}${search}`,
      headers: { host: 'engine', ...(body === undefined ? {} : { 'content-type': type }), ...headers },
      ...(signal === undefined ? {} : { signal }),
    });
    if (withinMs !== null)
      sent.setTimeout(withinMs, () => sent.destroy(new Error(`no answer within ${withinMs} ms`)));
    return sent;
  }

  private unreachable({ method, path }: EngineOrder, error: Error): Error {
    if (error.name === 'AbortError') return error;
    const what = `${method} ${path}: ${error.message}`;
    return new ContainerEngineError(
      `The container engine at ${this.socketPath} can not be reached (${what})`,
      null,
    );
  }
}

function end(sent: ClientRequest, body: object | Buffer | undefined): void {
  if (body === undefined) sent.end();
  else sent.end(Buffer.isBuffer(body) ? body : JSON.stringify(body));
}

async function textOf(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response) {
    const piece = part as Buffer;
    bytes += piece.length;
    if (bytes > MAX_ANSWER_BYTES)
      throw new ContainerEngineError('The container engine answered too much', null);
    parts.push(piece);
  }
  return Buffer.concat(parts).toString('utf8');
}

async function refusalOf(response: IncomingMessage): Promise<ContainerEngineError> {
  const status = response.statusCode ?? 0;
  const text = await textOf(response).catch(() => '');
  let message = text;
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null && 'message' in answer)
      message = String(answer.message);
  } catch {
    // Text, then.
  }
  return new ContainerEngineError(
    `The container engine refused (${status}): ${message.trim().slice(0, 2_000) || 'no reason given'}`,
    status,
  );
}
