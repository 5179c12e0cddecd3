import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { setTimeout as sleep } from 'node:timers/promises';
import { meterText } from '@app/platform/metrics';
import { eventually } from '@app/testing';
import type { OutboundClient } from './outbound-client';
import { AUTHORITY, EXPIRED, GOOD, SELF_SIGNED } from './testing/certificates';
import { clientOf, requestOf, Servers } from './testing/servers';

const servers = new Servers();
let client: OutboundClient;

beforeEach(() => {
  client = clientOf({
    'inside.test': ['10.0.0.1'],
    'mixed.test': ['127.0.0.1', '169.254.169.254'],
  });
});
afterEach(async () => {
  jest.restoreAllMocks();
  client.close();
  await servers.close();
});

const textOf = async (message: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const piece of message.setEncoding('utf8')) text += piece as string;
  return text;
};

describe('a request', () => {
  it('sends method, path, headers and body, and gives back status, headers and body', async () => {
    const port = await servers.http((request, response) => {
      void textOf(request).then((body) => {
        response.setHeader('X-Seen', 'a');
        response.statusCode = 418;
        const { method, url, headers } = request;
        response.end(JSON.stringify({ method, url, headers, body }));
      });
    });
    const { status, headers, body } = await client.request(
      requestOf(`http://api.test:${port}/p%20q?x=1&y=%C3%BC#fragment`, {
        method: 'POST',
        headers: [
          ['X-One', '1'],
          ['x-name', 'ü'],
          ['content-type', 'text/plain'],
        ],
        body: Buffer.from('héllo'),
      }),
    );
    expect(status).toBe(418);
    expect(headers).toContainEqual(['X-Seen', 'a']);
    expect(JSON.parse(body.toString())).toMatchObject({
      method: 'POST',
      url: '/p%20q?x=1&y=%C3%BC',
      headers: {
        host: `api.test:${port}`,
        'x-one': '1',
        'x-name': Buffer.from('ü').toString('latin1'),
        'content-length': '6',
        'content-type': 'text/plain',
      },
      body: 'héllo',
    });
  });

  it('is counted by how it went', async () => {
    const counts = async (outcome: string): Promise<number> => {
      const line = (await meterText()).text
        .split('\n')
        .find((each) => each.startsWith(`hot_outbound_requests_total{outcome="${outcome}"}`));
      return Number(line?.split(' ')[1] ?? 0);
    };
    const before = [await counts('answered'), await counts('denied')] as const;
    const port = await servers.http((_, response) => void response.end());
    await client.request(requestOf(`http://api.test:${port}/`));
    await expect(client.request(requestOf('http://inside.test/'))).rejects.toThrow();
    expect([await counts('answered'), await counts('denied')]).toEqual([before[0] + 1, before[1] + 1]);
  });

  it('keeps the framing of messages to itself', async () => {
    const port = await servers.http((request, response) => {
      void textOf(request).then((body) =>
        response.end(JSON.stringify({ headers: request.rawHeaders, body })),
      );
    });
    const { body } = await client.request(
      requestOf(`http://api.test:${port}/`, {
        method: 'POST',
        body: Buffer.from('four'),
        headers: [
          ['Host', 'inside.test'],
          ['Content-Length', '400'],
          ['Transfer-Encoding', 'chunked'],
          ['Connection', 'x-secret, close'],
          ['Upgrade', 'websocket'],
          ['Expect', '100-continue'],
          ['TE', 'trailers'],
          ['Proxy-Connection', 'keep-alive'],
        ],
      }),
    );
    const seen = JSON.parse(body.toString()) as { headers: string[]; body: string };
    expect(seen.body).toBe('four');
    const names = seen.headers.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
    expect(names.sort()).toEqual(['accept', 'accept-encoding', 'connection', 'content-length', 'host']);
    expect(seen.headers).toContain(`api.test:${port}`);
  });

  it.each([
    ['a\r\nx: y', 'v'],
    ['', 'v'],
    ['a b', 'v'],
    ['ä', 'v'],
    ['a', 'v\r\nx: y'],
    ['a', 'v\nx'],
    ['a', 'v\u0000'],
    ['a', 'x'.repeat(70_000)],
  ])('refuses the header %j', async (name, value) => {
    const sent = client.request(requestOf('http://api.test/', { headers: [[name, value]] }));
    await expect(sent).rejects.toMatchObject({ code: 'invalid' });
  });

  it.each(['CONNECT', 'TRACE', 'get', 'GET /x HTTP/1.1\r\n', ''])('refuses the method %j', async (method) => {
    await expect(client.request(requestOf('http://api.test/', { method }))).rejects.toMatchObject({
      code: 'invalid',
    });
  });

  it('sends credentials of its URL as a header', async () => {
    const port = await servers.http((request, response) => response.end(request.headers.authorization));
    const { body } = await client.request(requestOf(`http://me:pass@api.test:${port}/`));
    expect(body.toString()).toBe(`Basic ${Buffer.from('me:pass').toString('base64')}`);
  });

  it('uses a connection again for the same organization only', async () => {
    const ports = new Set<number | undefined>();
    const port = await servers.http((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('x');
    });
    const url = `http://api.test:${port}/`;
    await client.request(requestOf(url));
    await client.request(requestOf(url));
    expect(ports.size).toBe(1);
    await client.request(requestOf(url, { scope: 'another' }));
    expect(ports.size).toBe(2);
  });

  describe('on a kept connection that turns out to be closed', () => {
    let connections = 0;
    /** Closes when the second request is there already. */
    const closing = (): Promise<number> =>
      servers.tcp((socket) => {
        connections += 1;
        socket.once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
          socket.once('data', () => socket.destroy());
        });
      });
    beforeEach(() => {
      connections = 0;
    });

    it('is sent again on a new one', async () => {
      const url = `http://api.test:${await closing()}/`;
      await client.request(requestOf(url));
      const { body } = await client.request(requestOf(url));
      expect(body.toString()).toBe('ok');
      expect(connections).toBe(2);
    });

    it('fails when twice might mean more than once', async () => {
      const url = `http://api.test:${await closing()}/`;
      await client.request(requestOf(url));
      const post = requestOf(url, { method: 'POST', body: Buffer.from('pay') });
      await expect(client.request(post)).rejects.toMatchObject({ code: 'io' });
      expect(connections).toBe(1);
    });
  });
});

describe('a connection', () => {
  it('that leads elsewhere than it was checked for ends before anything is sent [P8]', async () => {
    let received = 0;
    const port = await servers.tcp((socket) => socket.on('data', (data) => (received += data.length)));
    // As if the first check had been got around.
    jest.spyOn(client['gate'], 'admit').mockResolvedValue(['127.0.0.1']);
    jest.spyOn(client['gate'], 'isAllowed').mockReturnValue(false);
    await expect(client.request(requestOf(`http://api.test:${port}/`))).rejects.toMatchObject({
      code: 'denied',
    });
    await eventually(() => expect(servers.connections).toBe(0));
    expect(received).toBe(0);
  });

  it('goes to the checked address, whatever its name leads to otherwise', async () => {
    const port = await servers.http((request, response) => response.end(request.headers.host));
    // The system would take this name to this machine, and to ::1 first.
    const pinned = clientOf({ localhost: ['127.0.0.1'] });
    const { body } = await pinned.request(requestOf(`http://localhost:${port}/`));
    expect(body.toString()).toBe(`localhost:${port}`);
    pinned.close();
    const elsewhere = clientOf({ localhost: ['10.255.255.1'] });
    await expect(elsewhere.request(requestOf(`http://localhost:${port}/`))).rejects.toMatchObject({
      code: 'denied',
    });
  });

  it('is tried at the next address when the first does not answer', async () => {
    const port = await servers.http((_request, response) => response.end('second'));
    const two = clientOf({ 'two.test': ['127.0.0.2', '127.0.0.1'] }, ['127.0.0.0/8']);
    const { body } = await two.request(requestOf(`http://two.test:${port}/`));
    expect(body.toString()).toBe('second');
    two.close();
  });

  it('of the organization that was served longest ago is given up for a new one', async () => {
    const port = await servers.http((_request, response) => response.end('x'));
    for (let i = 0; i <= 200; i += 1)
      await client.request(requestOf(`http://api.test:${port}/`, { scope: `org ${i}` }));
    await eventually(() => expect(servers.connections).toBeLessThanOrEqual(200), { timeoutMs: 500 });
  });

  it('is not kept for long', async () => {
    const port = await servers.http((_request, response) => response.end('x'));
    await client.request(requestOf(`http://api.test:${port}/`));
    expect(servers.connections).toBe(1);
    await eventually(() => expect(servers.connections).toBe(0));
  });
});

describe('redirects', () => {
  /** `/a` leads where the table says; everything else tells what it got. */
  const redirecting = (status: number, location: string | undefined): Promise<number> =>
    servers.http((request, response) => {
      void textOf(request).then((body) => {
        if (request.url === '/a') {
          response.writeHead(status, location === undefined ? {} : { location }).end('moved');
          return;
        }
        const { method, url, headers } = request;
        response.end(JSON.stringify({ method, url, headers, body }));
      });
    });

  it.each([
    ['GET', 301, 'GET', ''],
    ['GET', 302, 'GET', ''],
    ['POST', 301, 'GET', ''],
    ['POST', 302, 'GET', ''],
    ['POST', 303, 'GET', ''],
    ['PUT', 303, 'GET', ''],
    ['POST', 307, 'POST', 'body'],
    ['POST', 308, 'POST', 'body'],
    ['PUT', 302, 'PUT', 'body'],
  ])('%s after %d goes on as %s', async (method, status, then, sent) => {
    const port = await redirecting(status, '/b?c');
    const { body } = await client.request(
      requestOf(`http://api.test:${port}/a`, {
        method,
        body: method === 'GET' ? null : Buffer.from('body'),
        headers: [
          ['content-type', 'text/plain'],
          ['authorization', 'Bearer x'],
        ],
      }),
    );
    const seen = JSON.parse(body.toString()) as { headers: Record<string, string> };
    expect(seen).toMatchObject({ method: then, url: '/b?c', body: sent });
    expect(seen.headers['authorization']).toBe('Bearer x');
    expect(seen.headers['content-type']).toBe(method === 'GET' || then !== 'GET' ? 'text/plain' : undefined);
  });

  it('to another origin leave credentials behind', async () => {
    const target = await redirecting(200, undefined);
    for (const location of [
      `http://other.test:${target}/b`,
      `http://api.test:${target}/b`,
      `http://u:p@api.test:${target}/b`,
    ]) {
      const port = await redirecting(302, location);
      const { body } = await client.request(
        requestOf(`http://me:pass@api.test:${port}/a`, {
          headers: [
            ['Cookie', 'a=b'],
            ['Proxy-Authorization', 'x'],
            ['x-kept', '1'],
          ],
        }),
      );
      const { headers } = JSON.parse(body.toString()) as { headers: Record<string, string> };
      expect(Object.keys(headers).sort()).toEqual([
        'accept',
        'accept-encoding',
        'connection',
        'host',
        'x-kept',
      ]);
    }
  });

  it.each([
    'http://inside.test/',
    'http://mixed.test/',
    'http://10.0.0.1/',
    '//169.254.169.254/latest/meta-data/',
    'http://[::1]/',
    'http://2130706434/',
    'http://good.test:25/',
  ])('do not lead to %s [P8]', async (location) => {
    const port = await redirecting(307, location);
    await expect(client.request(requestOf(`http://api.test:${port}/a`))).rejects.toMatchObject({
      code: 'denied',
    });
  });

  it.each([
    [302, undefined],
    [302, 'ftp://example.test/'],
    [302, 'http://[::1'],
    [304, '/b'],
  ])('with status %d and Location %s are answers', async (status, location) => {
    const port = await redirecting(status, location);
    const answer = await client.request(requestOf(`http://api.test:${port}/a`));
    expect(answer.status).toBe(status);
  });

  it('end when they go round in circles', async () => {
    let requests = 0;
    const port = await servers.http((_request, response) => {
      requests += 1;
      response.writeHead(302, { location: '/again' }).end();
    });
    await expect(client.request(requestOf(`http://api.test:${port}/`))).rejects.toMatchObject({
      code: 'quota',
      message: 'more than 10 redirects',
    });
    expect(requests).toBe(11);
  });

  it('count one time limit for all of them', async () => {
    const port = await servers.http((_request, response) => {
      void sleep(60).then(() => response.writeHead(302, { location: '/again' }).end());
    });
    const sent = client.request(requestOf(`http://api.test:${port}/`, { headMs: 200 }));
    await expect(sent).rejects.toMatchObject({ code: 'timeout', message: 'no response within 200 ms' });
  });

  it('are not held up by their own endless bodies', async () => {
    const port = await servers.http((request, response) => {
      if (request.url === '/b') return void response.end('there');
      response.writeHead(302, { location: '/b' });
      const timer = setInterval(() => response.write('more'), 5);
      response.once('close', () => clearInterval(timer));
    });
    const { body } = await client.request(requestOf(`http://api.test:${port}/`));
    expect(body.toString()).toBe('there');
    await eventually(() => expect(servers.connections).toBeLessThanOrEqual(1));
  });
});

describe('a bad server', () => {
  const raw = (text: string | Buffer, andEnd = true): Promise<number> =>
    servers.tcp((socket) => {
      socket.once('data', () => {
        socket.write(text);
        if (andEnd) socket.end();
      });
    });
  const get = (port: number, changes = {}) => client.request(requestOf(`http://api.test:${port}/`, changes));

  it('that accepts and says nothing is given up', async () => {
    const port = await servers.tcp((socket) => socket.resume());
    await expect(get(port, { headMs: 100 })).rejects.toMatchObject({
      code: 'timeout',
      message: 'no response within 100 ms',
    });
    await eventually(() => expect(servers.connections).toBe(0));
  });

  it('that sends its headers one byte at a time is given up', async () => {
    const port = await servers.tcp((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx: ');
      const timer = setInterval(() => socket.write('y'), 5);
      socket.once('close', () => clearInterval(timer));
    });
    await expect(get(port, { headMs: 150 })).rejects.toMatchObject({ code: 'timeout' });
    await eventually(() => expect(servers.connections).toBe(0));
  });

  it('that sends its body one byte at a time is given up', async () => {
    const port = await servers.http((_request, response) => {
      const timer = setInterval(() => response.write('y'), 5);
      response.once('close', () => clearInterval(timer));
    });
    await expect(get(port, { totalMs: 150 })).rejects.toMatchObject({
      code: 'timeout',
      message: 'not finished within 150 ms',
    });
    await eventually(() => expect(servers.connections).toBe(0));
  });

  it('that never stops sending is cut off at the limit', async () => {
    let sent = 0;
    const port = await servers.http((_request, response) => {
      const piece = Buffer.alloc(64 * 1024);
      const more = (): void => {
        while (response.write(piece)) sent += piece.length;
        sent += piece.length;
      };
      response.on('drain', more);
      more();
    });
    await expect(get(port)).rejects.toMatchObject({
      code: 'quota',
      message: 'response body exceeds 1048576 bytes',
    });
    await eventually(() => expect(servers.connections).toBe(0));
    expect(sent).toBeLessThan(32 * 1024 * 1024);
  });

  it('that announces too much is not read at all', async () => {
    const port = await raw('HTTP/1.1 200 OK\r\ncontent-length: 1048577\r\n\r\n', false);
    await expect(get(port)).rejects.toMatchObject({
      code: 'quota',
      message: 'response Content-Length exceeds 1048576 bytes',
    });
    await eventually(() => expect(servers.connections).toBe(0));
  });

  it('may send exactly as much as is allowed', async () => {
    const port = await servers.http((_request, response) => response.end(Buffer.alloc(1024 * 1024)));
    await expect(get(port)).resolves.toMatchObject({ status: 200 });
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ] as const)('with a %s bomb is cut off at the limit', async (encoding, compress) => {
    const bomb = compress(Buffer.alloc(64 * 1024 * 1024));
    const port = await servers.http((_request, response) => {
      response.writeHead(200, { 'content-encoding': encoding, 'content-length': bomb.length }).end(bomb);
    });
    const before = process.memoryUsage.rss();
    await expect(get(port)).rejects.toMatchObject({ code: 'quota' });
    expect(process.memoryUsage.rss() - before).toBeLessThan(40 * 1024 * 1024);
  });

  it('that wants a large window for decompression does not get it', async () => {
    // A frame whose header asks for 2 GiB.
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00]);
    const port = await servers.http((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'zstd' }).end(frame);
    });
    await expect(get(port)).rejects.toMatchObject({
      code: 'io',
      message: 'response body is not encoded as it says',
    });
  });

  it.each([
    ['text that is not compressed', Buffer.from('plain')],
    ['half of a file', gzipSync(Buffer.alloc(1000, 'x')).subarray(0, 12)],
  ])('that calls %s gzip is told apart', async (_title, content) => {
    const port = await servers.http((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(content);
    });
    await expect(get(port)).rejects.toMatchObject({ code: 'io' });
  });

  it.each([
    ['closes at once', '', 'connection reset by the other side'],
    ['speaks another protocol', 'SSH-2.0-OpenSSH_9.6\r\n', 'response is not HTTP'],
    [
      'frames its message twice',
      'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\nabc',
      'response is not valid HTTP',
    ],
    [
      'stops in the middle of a body',
      'HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\nabc',
      'connection reset by the other side',
    ],
    [
      'stops in the middle of a chunk',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab',
      'connection reset by the other side',
    ],
    [
      'has no end of headers',
      `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`,
      'response headers are too large',
    ],
    [
      'changes the protocol',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
      'the other side changed the protocol',
    ],
  ])('that %s gives a plain error', async (_title, text, message) => {
    const port = await raw(text);
    await expect(get(port)).rejects.toMatchObject({ code: 'io', message });
  });

  it('that is not there gives an error without its address', async () => {
    const port = await servers.tcp((socket) => socket.resume());
    await servers.close();
    await expect(get(port)).rejects.toMatchObject({ code: 'io', message: 'connection refused' });
  });
});

describe('compressed bodies', () => {
  const serve = (headers: Record<string, string>, content: Buffer): Promise<number> =>
    servers.http((request, response) => {
      response.writeHead(200, { ...headers, 'x-offered': String(request.headers['accept-encoding']) });
      response.end(request.method === 'HEAD' ? undefined : content);
    });
  const text = Buffer.from('text '.repeat(1000));

  it.each([
    ['gzip', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['zstd', zstdCompressSync(text)],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
  ])('of %s arrive as they were', async (encoding, content) => {
    const port = await serve(
      { 'Content-Encoding': encoding, 'Content-Length': String(content.length) },
      content,
    );
    const { body, headers } = await client.request(requestOf(`http://api.test:${port}/`));
    expect(body.equals(text)).toBe(true);
    const names = headers.map(([name]) => name.toLowerCase());
    expect(names).not.toContain('content-encoding');
    expect(names).not.toContain('content-length');
    expect(headers).toContainEqual(['x-offered', 'gzip, br, zstd']);
  });

  it('stay as they are for whoever asked for an encoding, and when it is unknown', async () => {
    const zipped = gzipSync(text);
    const port = await serve({ 'content-encoding': 'gzip' }, zipped);
    const url = `http://api.test:${port}/`;
    const asked = await client.request(requestOf(url, { headers: [['Accept-Encoding', 'gzip']] }));
    expect(asked.body.equals(zipped)).toBe(true);
    const other = await serve({ 'content-encoding': 'compress' }, zipped);
    const { body } = await client.request(requestOf(`http://api.test:${other}/`));
    expect(body.equals(zipped)).toBe(true);
  });

  it('that are not there are no error', async () => {
    const port = await serve({ 'content-encoding': 'gzip' }, Buffer.alloc(0));
    const head = await client.request(requestOf(`http://api.test:${port}/`, { method: 'HEAD' }));
    expect(head).toMatchObject({ status: 200, body: Buffer.alloc(0) });
    const empty = await serve({ 'content-encoding': 'gzip', 'content-length': '0' }, Buffer.alloc(0));
    await expect(client.request(requestOf(`http://api.test:${empty}/`))).resolves.toMatchObject({
      status: 200,
    });
  });
});

describe('a stream', () => {
  it('hands on what has come, when it has come', async () => {
    const gate: { go?: (text: string | null) => void } = {};
    const port = await servers.http((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: 1\n\n');
      gate.go = (text) => void (text === null ? response.end() : response.write(text));
    });
    const { status, body } = await client.open(requestOf(`http://api.test:${port}/`));
    expect(status).toBe(200);
    expect((await body.next())?.toString()).toBe('data: 1\n\n');
    const second = body.next();
    await expect(body.next()).rejects.toMatchObject({ code: 'invalid' });
    gate.go?.('data: 2\n\n');
    expect((await second)?.toString()).toBe('data: 2\n\n');
    gate.go?.(null);
    expect(await body.next()).toBeNull();
    expect(await body.next()).toBeNull();
  });

  it('makes the sender wait while nobody reads', async () => {
    let sent = 0;
    const port = await servers.http((_request, response) => {
      const more = (): void => {
        while (sent < 256 * 1024 * 1024 && response.write(Buffer.alloc(64 * 1024))) sent += 64 * 1024;
      };
      response.on('drain', more);
      more();
    });
    const { body } = await client.open(requestOf(`http://api.test:${port}/`, { maxBytes: 1e12 }));
    let before = -1;
    await eventually(() => {
      const now = sent;
      const isStill = now === before;
      before = now;
      expect(isStill).toBe(true);
    });
    expect(sent).toBeLessThan(64 * 1024 * 1024);
    body.fail(new Error('enough'));
    await eventually(() => expect(servers.connections).toBe(0));
  });

  it('ends in the middle when it is cancelled, with its connection', async () => {
    const port = await servers.http((_request, response) => void response.write('x'));
    const stop = new AbortController();
    const { body } = await client.open(requestOf(`http://api.test:${port}/`, { signal: stop.signal }));
    await body.next();
    const waiting = body.next();
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await expect(body.next()).rejects.toMatchObject({ code: 'cancelled' });
    await eventually(() => expect(servers.connections).toBe(0));
  });

  it('tells once that it is over', async () => {
    const port = await servers.http((_request, response) => response.end('x'));
    let over = 0;
    const { body } = await client.open(requestOf(`http://api.test:${port}/`, { over: () => (over += 1) }));
    expect(over).toBe(0);
    await body.all();
    await eventually(() => expect(over).toBe(1));
    body.fail(new Error('late'));
    await expect(
      client.open(requestOf('http://inside.test/', { over: () => (over += 1) })),
    ).rejects.toBeDefined();
    expect(over).toBe(2);
  });
});

describe('cancelling', () => {
  it.each(['before it is sent', 'while its name is looked up', 'while it waits for the head'])(
    '%s',
    async (when) => {
      const stop = new AbortController();
      const port = await servers.tcp((socket) => {
        socket.resume();
        stop.abort();
      });
      if (when.startsWith('before')) stop.abort();
      const name = 'slow.test';
      if (when.includes('looked')) {
        jest.spyOn(client['gate'], 'admit').mockImplementation(() => {
          stop.abort();
          return new Promise(() => undefined);
        });
      }
      const sent = client.request(requestOf(`http://${name}:${port}/`, { signal: stop.signal }));
      await expect(sent).rejects.toMatchObject({ code: 'cancelled' });
      await eventually(() => expect(servers.connections).toBe(0));
    },
  );
});

describe('TLS', () => {
  const trusted = getCACertificates('default');
  beforeAll(() => setDefaultCACertificates([...trusted, AUTHORITY]));
  afterAll(() => setDefaultCACertificates(trusted));

  it('is spoken with a server whose certificate is in order', async () => {
    const port = await servers.https(GOOD, (_request, response) => response.end('secret'));
    const { body } = await client.request(requestOf(`https://good.test:${port}/`));
    expect(body.toString()).toBe('secret');
  });

  it.each([
    ['is for another host', 'bad.test', GOOD, 'certificate is for another host'],
    ['is for a name, not the address', '127.0.0.1', GOOD, 'certificate is for another host'],
    ['is its own authority', 'good.test', SELF_SIGNED, 'certificate is self-signed'],
    ['has expired', 'good.test', EXPIRED, 'certificate has expired'],
  ])('is not spoken when the certificate %s', async (_title, host, certificate, message) => {
    const port = await servers.https(certificate, (_request, response) => response.end('secret'));
    await expect(client.request(requestOf(`https://${host}:${port}/`))).rejects.toMatchObject({
      code: 'io',
      message,
    });
  });

  it('has certificates checked by word, for a variable of the environment turns off what nobody says', async () => {
    const request = jest.spyOn(https, 'request');
    const port = await servers.https(GOOD, (_request, response) => response.end('secret'));
    await client.request(requestOf(`https://good.test:${port}/`));
    expect(request).toHaveBeenCalledWith(expect.objectContaining({ rejectUnauthorized: true }));
  });

  it('that the other side does not speak is an error', async () => {
    const port = await servers.tcp((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
    );
    await expect(client.request(requestOf(`https://good.test:${port}/`))).rejects.toMatchObject({
      code: 'io',
      message: 'TLS handshake failed',
    });
  });

  it('that is never finished is given up', async () => {
    const port = await servers.tcp((socket) => socket.resume());
    await expect(
      client.request(requestOf(`https://good.test:${port}/`, { connectMs: 100 })),
    ).rejects.toMatchObject({
      code: 'timeout',
      message: 'no connection within 100 ms',
    });
  });
});
