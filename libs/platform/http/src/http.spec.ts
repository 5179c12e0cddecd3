import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { Controller, Get, HttpCode, Injectable, Module, Post } from '@nestjs/common';
import { AppError, pageOf, UnavailableError } from '@app/kernel';
import { ConfigModule, parseSlice } from '@app/platform/config';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  bare,
  clientIpReader,
  createHttpApp,
  httpConfig,
  ItemAnswer,
  JsonBody,
  JsonText,
  list,
  RawJson,
  routeFacts,
  StreamBody,
  type HttpApp,
} from './index';

const shape = z.object({
  name: z.string(),
  size: z.int().optional(),
  kind: z.enum(['a', 'b']).optional(),
  inner: z.object({ flag: z.boolean() }).optional(),
});

@Injectable()
@Controller()
class SpecController {
  @Get('item')
  item(): object {
    return { a: 1 };
  }

  @Get('raw')
  raw(): RawJson {
    return new RawJson('{"b":1.0,"a":"\\u0041"}');
  }

  @Get('list')
  list(): object {
    return list(pageOf([new RawJson('1e2'), { x: null }], 7, { limit: 2, offset: 4 }));
  }

  @Get('bare')
  bare(): object {
    return bare({ plain: true });
  }

  @Get('other')
  other(): ItemAnswer {
    return new ItemAnswer({ a: 1 }, 202, { 'x-more': 'yes' });
  }

  @Get('stream')
  stream(): PassThrough {
    const stream = new PassThrough();
    stream.end('bytes');
    return stream;
  }

  @Get('broken')
  broken(): never {
    throw new Error('SELECT secret FROM /etc/passwd');
  }

  @Get('limited')
  limited(): never {
    throw new AppError('rate_limit_exceeded', 'Too fast', { retryAfterSeconds: 3 });
  }

  @Get('away')
  away(): never {
    throw new UnavailableError('Away');
  }

  @Post('json')
  json(@JsonBody(shape) body: object): object {
    return body;
  }

  @Post('text')
  text(@JsonText() body: string): object {
    return { text: body };
  }

  @Post('ignored')
  @HttpCode(200)
  ignored(): object {
    return {};
  }

  @Post('bytes')
  @StreamBody()
  async bytes(): Promise<object> {
    return {};
  }
}

@Module({
  imports: [
    ConfigModule.forRoot({ DATABASE_URL: 'postgres://x', HOT_API_CORS_ORIGINS: 'https://app.example' }),
  ],
  controllers: [SpecController],
})
class SpecModule {}

describe('a server', () => {
  let http: HttpApp;
  beforeAll(async () => {
    http = await createHttpApp(SpecModule, { logger: false, headers: { 'x-everywhere': '1' } });
    await http.app.init();
    await http.server.ready();
  });
  afterAll(() => http.app.close());

  const get = (url: string) => http.server.inject({ method: 'GET', url });
  const post = (url: string, payload: string | Buffer, type = 'application/json') =>
    http.server.inject({ method: 'POST', url, payload, headers: { 'content-type': type } });

  it('puts items and lists into the envelope, and raw JSON through as it is', async () => {
    expect((await get('/item')).json()).toMatchObject({
      data: { a: 1 },
      meta: { request_id: expect.any(String) },
    });
    expect((await get('/raw')).body).toContain('{"data":{"b":1.0,"a":"\\u0041"},"meta":{');
    const page = (await get('/list')).body;
    expect(page).toContain('{"data":[1e2,{"x":null}],');
    expect(page).toContain('"pagination":{"total":7,"limit":2,"offset":4,"has_more":true}');
    expect((await get('/bare')).body).toBe('{"plain":true}');
    const other = await get('/other');
    expect([other.statusCode, other.headers['x-more']]).toEqual([202, 'yes']);
    expect((await get('/stream')).body).toBe('bytes');
  });

  it('sends its headers with every answer, errors too', async () => {
    for (const url of ['/item', '/nope', '/broken'])
      expect((await get(url)).headers['x-everywhere']).toBe('1');
  });

  it('says nothing of an unexpected error but its id', async () => {
    const answer = await get('/broken');
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toEqual({
      error: {
        code: 'internal_server_error',
        message: 'Something went wrong on our side',
        request_id: answer.headers['x-request-id'],
      },
    });
  });

  it('says when to come back, twice and alike', async () => {
    const answer = await get('/limited');
    expect([answer.statusCode, answer.headers['retry-after'], answer.json().error.retry_after]).toEqual([
      429,
      '3',
      3,
    ]);
    expect((await get('/away')).headers['retry-after']).toBe('1');
  });

  it.each([
    ['{}', 'name is required'],
    ['{"name":1}', 'name must be a string'],
    ['{"name":"x","size":1.5}', 'size must be a whole number'],
    ['{"name":"x","kind":"c"}', 'kind must be one of a, b'],
    ['{"name":"x","inner":{"flag":"no"}}', 'inner.flag must be a boolean'],
    ['{"name":"x","inner":[]}', 'inner must be a JSON object'],
    ['null', 'The body is required'],
    ['[]', 'The body must be a JSON object'],
  ])('names what is wrong with %s', async (payload, message) => {
    const answer = await post('/json', payload);
    expect([answer.statusCode, answer.json().error.message]).toEqual([400, message]);
  });

  it('drops fields it does not know', async () => {
    const answer = await post('/json', '{"name":"x","__proto__":{"polluted":1},"other":2}');
    expect(answer.json().data).toEqual({ name: 'x' });
  });

  it('hands text over as it was received', async () => {
    const text = '{"b": 1.00,\n "a":{"__proto__":"\\u00e4ä"}}';
    expect((await post('/text', text)).json().data.text).toBe(text);
    expect((await post('/text', '{"cut')).statusCode).toBe(201);
    expect((await post('/text', '')).statusCode).toBe(400);
    expect((await post('/text', '{}', 'text/plain')).statusCode).toBe(415);
  });

  it.each([
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/octet-stream',
  ])('ignores a body of type %s where none is needed', async (type) => {
    expect((await post('/ignored', '{"not json', type)).statusCode).toBe(200);
    expect((await post('/ignored', '', type)).statusCode).toBe(200);
  });

  it('takes a stream of any type, JSON too, without reading it', async () => {
    expect((await post('/bytes', '{"not json', 'application/json')).statusCode).toBe(201);
    expect((await post('/bytes', 'x', 'image/png')).statusCode).toBe(201);
  });

  it('answers preflights of listed origins only', async () => {
    const ask = (origin: string) =>
      http.server.inject({
        method: 'OPTIONS',
        url: '/json',
        headers: { origin, 'access-control-request-method': 'POST' },
      });
    const listed = await ask('https://app.example');
    expect([listed.statusCode, listed.headers['access-control-allow-origin']]).toEqual([
      204,
      'https://app.example',
    ]);
    expect((await ask('https://evil.example')).headers['access-control-allow-origin']).toBeUndefined();
  });

  it('lets a request in flight finish when it closes', async () => {
    const closing = await createHttpApp(SpecModule, { logger: false });
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const started = new PassThrough();
    closing.server.get('/slow', { config: { access: { kind: 'public' } } }, async () => {
      started.end('now');
      await held;
      return 'done';
    });
    await closing.app.listen({ host: '127.0.0.1', port: 0 });
    const address = closing.server.server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const answer = fetch(`http://127.0.0.1:${port}/slow`);
    await once(started, 'finish');
    const closed = closing.app.close();
    release();
    expect(await (await answer).text()).toBe('done');
    await closed;
    await expect(fetch(`http://127.0.0.1:${port}/item`)).rejects.toThrow();
  });

  it('refuses facts about what is no handler', () => {
    expect(() => routeFacts({})({}, 'x', { value: 1 })).toThrow('x is not a route handler');
  });
});

describe('the address of a client', () => {
  const request = (peer: string, headers: Record<string, string>): FastifyRequest =>
    ({ socket: { remoteAddress: peer }, headers }) as unknown as FastifyRequest;
  const config = (environment: Record<string, string>) => parseSlice(httpConfig, environment);
  const trusting = {
    HOT_NETWORK_CLIENT_IP_TRUSTED_PROXY: 'true',
    HOT_NETWORK_CLIENT_IP_TRUSTED_PROXIES: '10.0.0.0/8, ::1',
  };

  it('is what the headers say when nothing is decided by it', () => {
    const read = clientIpReader(config({}));
    expect(read(request('10.0.0.1', { 'x-forwarded-for': '203.0.113.9, 10.0.0.2' }))).toBe('203.0.113.9');
    expect(read(request('10.0.0.1', { 'x-real-ip': '203.0.113.8' }))).toBe('203.0.113.8');
    expect(read(request('10.0.0.1', {}))).toBeNull();
  });

  it.each([
    ['192.0.2.1', '203.0.113.9', '192.0.2.1'],
    ['10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['::1', 'spoofed-by-client, 203.0.113.9', '::1'],
    ['10.0.0.1', '1.2.3.4, 203.0.113.9, 10.0.0.7', '203.0.113.9'],
    ['10.0.0.1', '10.0.0.9, 10.0.0.8', '10.0.0.9'],
    ['10.0.0.1', '', '10.0.0.1'],
  ])('of peer %s with header %j is %s behind trusted proxies', (peer, header, address) => {
    expect(clientIpReader(config(trusting))(request(peer, { 'x-forwarded-for': header }))).toBe(address);
  });

  it('needs trusted proxies to be named, and named readably', () => {
    const on = { HOT_NETWORK_CLIENT_IP_TRUSTED_PROXY: 'true' };
    expect(() => clientIpReader(config(on))).toThrow('TRUSTED_PROXIES');
    for (const bad of ['nonsense', '10.0.0.0/33', '10.0.0.0/x']) {
      const environment = { ...on, HOT_NETWORK_CLIENT_IP_TRUSTED_PROXIES: bad };
      expect(() => clientIpReader(config(environment))).toThrow('no CIDR range');
    }
  });
});
