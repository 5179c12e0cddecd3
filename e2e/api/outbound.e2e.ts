/** Programs that call servers of others: in development mode this machine's, in production none of it but what is allowed. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SseReader, type Run } from '../support/api';
import { startPlatform, type Platform } from '../support/platform';

const FIXTURE = join(__dirname, '../fixtures/outbound');
const TOKEN = 'sk-test-9f2c44d1';

/** A service like those that programs use. What it says of a chat waits until the test lets it go on. */
class Provider {
  readonly seen: {
    readonly url: string;
    readonly headers: IncomingMessage['headers'];
    readonly body: string;
  }[] = [];
  readonly closed: string[] = [];
  private readonly server: Server = createServer((request, response) => void this.answer(request, response));
  private next: () => void = () => undefined;
  port = 0;

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '0.0.0.0', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  goOn(): void {
    this.next();
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '';
    response.once('close', () => this.closed.push(url));
    let body = '';
    for await (const piece of request.setEncoding('utf8')) body += piece as string;
    this.seen.push({ url, headers: request.headers, body });
    const { pathname, searchParams } = new URL(url, 'http://provider.test');
    switch (pathname) {
      case '/silent':
        return;
      case '/moved':
        response.writeHead(307, { location: searchParams.get('to') ?? '' }).end();
        return;
      case '/chat':
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (const word of ['Hot', ' is', ' hot']) {
          response.write(`data: ${JSON.stringify({ delta: word })}\n\n`);
          await new Promise<void>((resolve) => (this.next = resolve));
        }
        response.end('data: [DONE]\n\n');
        return;
      default:
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ price: 1.5, method: request.method, got: body, url }));
    }
  }
}

describe('programs and other servers', () => {
  const provider = new Provider();
  let platform: Platform;

  beforeAll(async () => {
    await provider.listen();
    platform = await startPlatform();
    await platform.hot(['deploy'], FIXTURE);
  }, 90_000);
  afterAll(async () => {
    provider.close();
    await platform.stop();
  });

  const follow = (event_type: string, event_data: object): Promise<SseReader> =>
    SseReader.open(platform.api, '/v1/streams/subscribe-with-event', platform.key, {
      event_type,
      event_data,
    });
  const outcome = async (type: string, data: object): Promise<Run | undefined> => {
    const sse = await follow(type, data);
    const { run } = await sse.until((message) => message.type === 'run:stop' || message.type === 'run:fail');
    sse.close();
    return run;
  };
  const at = (path: string, host = '127.0.0.1'): string => `http://${host}:${provider.port}${path}`;

  describe('in development mode', () => {
    it('get JSON', async () => {
      expect(await outcome('outbound:get', { url: at('/lamp?a=%C3%BC') })).toMatchObject({
        status: 'succeeded',
        result: {
          status: 200,
          body: { price: 1.5, method: 'GET', got: '', url: '/lamp?a=%C3%BC' },
          type: 'application/json',
        },
      });
    });

    it('post JSON, with headers', async () => {
      const run = await outcome('outbound:post', { url: at('/orders'), token: TOKEN, body: { qty: 2 } });
      expect(run?.result).toMatchObject({ status: 200, body: { method: 'POST', got: '{"qty":2}' } });
      expect(provider.seen.at(-1)?.headers).toMatchObject({
        authorization: `Bearer ${TOKEN}`,
        'content-type': 'application/json',
      });
      expect(provider.seen.at(-1)?.headers['user-agent']).toMatch(/^hot\//);
    });

    it('follow a redirect, and keep credentials to the origin they were meant for', async () => {
      const to = encodeURIComponent(at('/there', '127.0.0.2'));
      const run = await outcome('outbound:post', { url: at(`/moved?to=${to}`), token: TOKEN, body: 'text' });
      expect(run?.result).toMatchObject({ body: { method: 'POST', got: 'text', url: '/there' } });
      const { headers } = provider.seen.at(-1) ?? {};
      expect(headers?.['authorization']).toBeUndefined();
      expect(headers?.['x-kept']).toBe('yes');
    });

    it('hand the words of a model on while it speaks', async () => {
      const sse = await follow('outbound:chat', { url: at('/chat'), prompt: 'What is Hot?', token: TOKEN });
      const tokens = (): unknown[] =>
        sse.messages.filter(({ data_type }) => data_type === 'token').map(({ payload }) => payload);
      for (const expected of [['Hot'], ['Hot', ' is'], ['Hot', ' is', ' hot']]) {
        await sse.until(() => tokens().length === expected.length);
        expect(tokens()).toEqual(expected);
        provider.goOn();
      }
      const { run } = await sse.until((message) => message.type === 'run:stop');
      sse.close();
      expect(run?.result).toBe(200);
      expect(sse.messages.filter(({ data_type }) => data_type === 'done')).toHaveLength(1);
      expect(JSON.parse(provider.seen.at(-1)?.body ?? '')).toEqual({ stream: true, prompt: 'What is Hot?' });
    });

    it('call many at once', async () => {
      expect(await outcome('outbound:many', { url: at('/x'), count: 50 })).toMatchObject({ result: 50 });
    });

    it('wait', async () => {
      expect(await outcome('outbound:sleep', {})).toMatchObject({ result: 'slept' });
    });

    it.each([
      ['http://127.0.0.1:1/', '::hot::http/request: request failed: connection refused'],
      [
        'http://nowhere.invalid/',
        /^::hot::http\/request: request failed: (?:host not found|the name of the host)/,
      ],
      ['ftp://example.test/', '::hot::http/request: URL scheme must be http or https'],
      ['nonsense', /^::hot::http\/request: invalid URL: /],
    ])('get an error to look at for %s', async (url, message) => {
      const run = await outcome('outbound:attempt', { url });
      expect(run).toMatchObject({ status: 'succeeded' });
      expect(run?.result).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
    });
  });

  describe('in production mode', () => {
    beforeAll(async () => {
      await Promise.all(
        platform.processes.filter(({ name }) => name === 'worker').map((each) => each.stop()),
      );
      await platform.startWorker({
        ...platform.env,
        HOT_MODE: 'production',
        HOT_OUTBOUND_NETWORKS: '127.0.0.2',
        HOT_WORKER_RUN_TIMEOUT: '1500ms',
        // Nobody's business but Node's own client's.
        NODE_USE_ENV_PROXY: '1',
        HTTP_PROXY: at(''),
        http_proxy: at(''),
      });
    }, 60_000);

    it.each(['127.0.0.1', 'localhost', '0x7f.1', '2130706433', '[::ffff:127.0.0.1]', '0'])(
      'do not reach this machine as %s',
      async (host) => {
        const before = provider.seen.length;
        const run = await outcome('outbound:attempt', { url: at('/inside', host) });
        expect(run?.result).toMatch(/^::hot::http\/request: the address of \S+ is not public$/);
        expect(provider.seen).toHaveLength(before);
      },
    );

    it('reach the networks that are allowed, and from there nothing else', async () => {
      expect(await outcome('outbound:get', { url: at('/allowed', '127.0.0.2') })).toMatchObject({
        status: 'succeeded',
        result: { status: 200 },
      });
      // A proxy would have been asked for the whole address.
      expect(provider.seen.at(-1)?.url).toBe('/allowed');
      const to = encodeURIComponent(at('/inside'));
      const run = await outcome('outbound:attempt', { url: at(`/moved?to=${to}`, '127.0.0.2') });
      expect(run?.result).toBe('::hot::http/request: the address of 127.0.0.1 is not public');
      expect(provider.seen.map(({ url }) => url)).not.toContain('/inside');
    });

    it('are stopped in the middle of a call, whose connection ends with them', async () => {
      const run = await outcome('outbound:get', { url: at('/silent', '127.0.0.2') });
      expect(run).toMatchObject({ status: 'failed' });
      expect(provider.seen.map(({ url }) => url)).toContain('/silent');
      const deadline = performance.now() + 5_000;
      while (!provider.closed.includes('/silent') && performance.now() < deadline)
        await new Promise((resolve) => setTimeout(resolve, 20));
      expect(provider.closed).toContain('/silent');
    });
  });

  it('leave no URL and no header in the logs', () => {
    const logs = readdirSync(platform.folder)
      .filter((file) => file.endsWith('.log'))
      .map((file) => readFileSync(join(platform.folder, file), 'utf8'));
    expect(logs.join('').length).toBeGreaterThan(0);
    for (const secret of [TOKEN, '/lamp', '/orders', '/inside', `:${provider.port}`]) {
      for (const text of logs) expect(text).not.toContain(secret);
    }
  });
});
