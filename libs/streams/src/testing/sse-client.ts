import { request, type IncomingMessage } from 'node:http';

export interface SseEvent {
  readonly name: string;
  readonly data: { readonly type: string; readonly [key: string]: unknown };
}

/** Reads a subscription byte by byte, as a client would, and keeps what it saw. */
export class SseClient {
  readonly events: SseEvent[] = [];
  comments = 0;
  raw = '';
  ended = false;

  private constructor(
    readonly response: IncomingMessage,
    private readonly destroy: () => void,
  ) {
    let rest = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      this.raw += chunk;
      rest += chunk;
      for (let at = rest.indexOf('\n\n'); at >= 0; at = rest.indexOf('\n\n')) {
        this.take(rest.slice(0, at));
        rest = rest.slice(at + 2);
      }
    });
    response.on('end', () => {
      this.ended = true;
    });
    response.on('error', () => {
      this.ended = true;
    });
  }

  static open(
    url: string,
    options: {
      readonly token: string;
      readonly method?: 'GET' | 'POST';
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<SseClient> {
    return new Promise((resolve, reject) => {
      const client = request(
        url,
        {
          method: options.method ?? 'GET',
          agent: false,
          headers: {
            authorization: `Bearer ${options.token}`,
            ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
            ...options.headers,
          },
        },
        (response) => resolve(new SseClient(response, () => client.destroy())),
      );
      client.on('error', reject);
      client.end(options.body);
    });
  }

  get status(): number {
    return this.response.statusCode ?? 0;
  }

  names(): string[] {
    return this.events.map((event) => event.name);
  }

  close(): void {
    this.response.removeAllListeners('error');
    this.response.on('error', () => undefined);
    this.destroy();
  }

  private take(block: string): void {
    if (block.startsWith(':')) {
      this.comments += 1;
      return;
    }
    const match = /^event: ([^\n]+)\ndata: ([^\n]+)$/.exec(block);
    if (match === null) throw new Error(`not a frame: ${JSON.stringify(block)}`);
    const [, name = '', json = ''] = match;
    this.events.push({ name, data: JSON.parse(json) as SseEvent['data'] });
  }
}
