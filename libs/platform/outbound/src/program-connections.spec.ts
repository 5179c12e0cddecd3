import { createServer as createPlain } from 'node:http';
import { TLSSocket } from 'node:tls';
import { eventually } from '@app/testing';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ConnectionLimits } from './connections';
import { ProgramConnections, type ConnectionCall } from './program-connections';
import { AUTHORITY, EXPIRED, GOOD, KEY } from './testing/certificates';
import { clientOf, Servers } from './testing/servers';

const LIMITS: ConnectionLimits = {
  connectMs: 2_000,
  waitMs: 2_000,
  mayWaitForever: false,
  open: 3,
  maxBytes: 100_000,
  runBytes: 1_000_000,
};

const servers = new Servers();
const client = clientOf({ 'inside.test': ['10.0.0.1'], 'both.test': ['127.0.0.1', '169.254.169.254'] });
const runs: ProgramConnections[] = [];
const closing: (() => Promise<void>)[] = [];

function runOf(changes: Partial<ConnectionLimits> = {}): ProgramConnections {
  const run = new ProgramConnections(client, { ...LIMITS, ...changes });
  runs.push(run);
  return run;
}

const call = async (run: ProgramConnections, name: ConnectionCall, args: object): Promise<unknown> =>
  JSON.parse(await run.call(name, JSON.stringify(args)));

async function idOf(opened: Promise<unknown>): Promise<string> {
  return ((await opened) as { readonly id: string }).id;
}

const bytes = (text: string): object => ({
  $type: '::hot::type/Bytes',
  $val: Buffer.from(text).toString('base64'),
});

const textOf = (answer: unknown): string | null =>
  answer === null
    ? null
    : Buffer.from((answer as { readonly $val: string }).$val, 'base64').toString('latin1');

afterEach(async () => {
  for (const run of runs.splice(0)) run.close();
  await Promise.all(closing.splice(0).map((close) => close()));
  client.close();
  await servers.close();
});

describe('tcp of a run', () => {
  const open = (run: ProgramConnections, port: number, more: object = {}): Promise<string> =>
    idOf(call(run, 'tcp.open', { host: 'a.test', port, timeoutMs: 1_000, noDelay: true, ...more }));

  it('writes, and reads what has come, at most so much, and null at the end', async () => {
    const port = await servers.tcp((socket) =>
      socket.once('data', (data) => socket.end(`got ${String(data)}`)),
    );
    const run = runOf();
    const id = await open(run, port);
    expect(await call(run, 'tcp.write', { id, bytes: bytes('abc') })).toBe(3);
    expect(textOf(await call(run, 'tcp.read', { id, max: 3, exact: false }))).toBe('got');
    expect(textOf(await call(run, 'tcp.read', { id, max: 100, exact: false }))).toBe(' abc');
    expect(await call(run, 'tcp.read', { id, max: 100, exact: false })).toBeNull();
    expect(await call(run, 'tcp.read', { id, max: 100, exact: false })).toBeNull();
  });

  it('waits for all of an exact read, beyond what is buffered at once; too little at the end is null', async () => {
    const large = 'x'.repeat(90_000);
    const port = await servers.tcp((socket) => {
      socket.write(large.slice(0, 10));
      setTimeout(() => socket.end(`${large.slice(10)}end`), 20);
    });
    const run = runOf();
    const id = await open(run, port);
    expect(textOf(await call(run, 'tcp.read', { id, max: 90_000, exact: true }))).toBe(large);
    expect(await call(run, 'tcp.read', { id, max: 4, exact: true })).toBeNull();
  });

  it('keeps what came too late for a read with a time limit', async () => {
    const port = await servers.tcp((socket) => {
      socket.write('ab');
      setTimeout(() => socket.write('cd'), 120);
    });
    const run = runOf();
    const id = await open(run, port);
    const late = call(run, 'tcp.read', { id, max: 4, exact: true, timeoutMs: 40 });
    await expect(late).rejects.toMatchObject({ code: 'timeout', message: 'timed out after 40 ms' });
    expect(textOf(await call(run, 'tcp.read', { id, max: 4, exact: true }))).toBe('abcd');
  });

  it('tells whether it is open, and closes once', async () => {
    const port = await servers.tcp((socket) => socket.resume());
    const run = runOf();
    const id = await open(run, port);
    expect(await call(run, 'tcp.isOpen', { id })).toBe(true);
    expect(await call(run, 'tcp.close', { id })).toBe(true);
    expect(await call(run, 'tcp.close', { id })).toBe(false);
    expect(await call(run, 'tcp.isOpen', { id })).toBe(false);
    expect(await call(run, 'tcp.read', { id, max: 1, exact: false })).toBeNull();
    await expect(call(run, 'tcp.write', { id, bytes: bytes('x') })).rejects.toMatchObject({ code: 'io' });
    await eventually(() => expect(servers.connections).toBe(0));
  });

  it.each([
    [
      'a name that leads inside',
      { host: 'inside.test' },
      'denied',
      'the address of inside.test is not public',
    ],
    ['one that leads inside too', { host: 'both.test' }, 'denied', 'the address of both.test is not public'],
    ['an address inside', { host: '169.254.169.254' }, 'denied', 'not public'],
    ['one in brackets', { host: '[::1]' }, 'denied', 'the address of ::1 is not public'],
    ['one that holds another', { host: '::ffff:10.0.0.1' }, 'denied', 'not public'],
    ['what is no host', { host: 'a.test/x' }, 'invalid', 'invalid host'],
    ['a port that is none', { port: 0 }, 'invalid', 'must be a name and a number'],
    ['waiting without end', { timeoutMs: 0 }, 'invalid', 'timeout 0'],
  ])('does not connect to %s', async (_title, changes, code, message) => {
    const args = { host: 'a.test', port: 1, timeoutMs: 500, ...changes };
    await expect(call(runOf(), 'tcp.open', args)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string,
    });
  });

  it('says that nobody listens', async () => {
    const port = await servers.tcp(() => undefined);
    await servers.close();
    await expect(open(runOf(), port)).rejects.toMatchObject({ code: 'io', message: 'connection refused' });
  });

  it('has a limit of open connections, which a closed one frees', async () => {
    const port = await servers.tcp((socket) => socket.resume());
    const run = runOf({ open: 2 });
    const id = await open(run, port);
    await open(run, port);
    await expect(open(run, port)).rejects.toMatchObject({ code: 'quota' });
    await call(run, 'tcp.close', { id });
    await open(run, port);
  });

  it('has a limit of bytes for all that a run sends and receives', async () => {
    const port = await servers.tcp((socket) => socket.pipe(socket));
    const run = runOf({ runBytes: 10 });
    const id = await open(run, port);
    await call(run, 'tcp.write', { id, bytes: bytes('123456') });
    await expect(call(run, 'tcp.read', { id, max: 6, exact: true })).rejects.toMatchObject({ code: 'quota' });
  });

  it('ends with the run, and whoever still reads', async () => {
    const port = await servers.tcp((socket) => socket.resume());
    const run = runOf();
    const id = await open(run, port);
    const reading = call(run, 'tcp.read', { id, max: 1, exact: false });
    run.close();
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
    await eventually(() => expect(servers.connections).toBe(0));
    await expect(open(run, port)).rejects.toMatchObject({ code: 'cancelled' });
  });

  describe('with TLS on top', () => {
    const startTls = (certificate: string): Promise<number> =>
      servers.tcp((socket) =>
        socket.once('data', () => {
          socket.write('go');
          const tls = new TLSSocket(socket, { isServer: true, key: KEY, cert: certificate });
          tls.on('error', () => undefined).on('data', (data) => tls.write(data));
        }),
      );
    const upgraded = async (run: ProgramConnections, certificate: string, more: object): Promise<string> => {
      const id = await open(run, await startTls(certificate));
      await call(run, 'tcp.write', { id, bytes: bytes('start') });
      await call(run, 'tcp.read', { id, max: 2, exact: true });
      await call(run, 'tls.upgrade', { id, mode: 'verify-full', ...more });
      return id;
    };

    it('goes on encrypted when the certificate is good, and shows it', async () => {
      const run = runOf();
      const id = await upgraded(run, GOOD, { serverName: 'good.test', caPem: AUTHORITY });
      await call(run, 'tcp.write', { id, bytes: bytes('hi') });
      expect(textOf(await call(run, 'tcp.read', { id, max: 2, exact: true }))).toBe('hi');
      const der = GOOD.replace(/-----[A-Z ]+-----|\s/g, '');
      expect(await call(run, 'tls.peerCertificate', { id })).toMatchObject({ $val: der });
      await expect(call(run, 'tls.upgrade', { id, mode: 'insecure' })).rejects.toMatchObject({
        code: 'conflict',
      });
    });

    it.each([
      ['one of nobody we know', GOOD, { serverName: 'good.test' }],
      ['one for another host', GOOD, { caPem: AUTHORITY }],
      ['one that has expired', EXPIRED, { serverName: 'good.test', caPem: AUTHORITY }],
    ])('refuses %s, unless told not to look', async (_title, certificate, more) => {
      await expect(upgraded(runOf(), certificate, more)).rejects.toMatchObject({ code: 'io' });
      await upgraded(runOf(), certificate, { ...more, mode: 'insecure' });
    });

    it('shows no certificate without TLS, and takes none that is no text of one', async () => {
      const run = runOf();
      const id = await open(run, await startTls(GOOD));
      await expect(call(run, 'tls.peerCertificate', { id })).rejects.toMatchObject({ code: 'invalid' });
      const wrong = { id, mode: 'verify-full', clientCertPem: 'x', clientKeyPem: 'y' };
      await expect(call(run, 'tls.upgrade', wrong)).rejects.toMatchObject({ code: 'invalid' });
    });
  });
});

describe('WebSockets of a run', () => {
  async function serving(
    connected: (socket: WebSocket, path: string, auth: string) => void,
  ): Promise<number> {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (socket, request) =>
      connected(socket, request.url ?? '', request.headers.authorization ?? ''),
    );
    await new Promise<void>((resolve) => server.on('listening', resolve));
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    return server.address().port;
  }
  const open = (run: ProgramConnections, url: string, headers: object = []): Promise<string> =>
    idOf(call(run, 'ws.open', { url, headers }));

  it('sends and receives text and bytes, with its own headers', async () => {
    const port = await serving((socket, path, auth) => {
      socket.send(`${path} ${auth}`, () => undefined);
      socket.on('message', (data, isBinary) => socket.send(isBinary ? data : String(data), () => undefined));
    });
    const run = runOf();
    const id = await open(run, `ws://a.test:${port}/x?y=1`, [['Authorization', 'Bearer t']]);
    expect(await call(run, 'ws.receive', { id })).toEqual({ text: '/x?y=1 Bearer t' });
    expect(await call(run, 'ws.send', { id, text: 'é' })).toBe(true);
    expect(await call(run, 'ws.receive', { id })).toEqual({ text: 'é' });
    expect(await call(run, 'ws.send', { id, bytes: bytes('b') })).toBe(true);
    expect(await call(run, 'ws.receive', { id })).toEqual({ bytes: bytes('b') });
  });

  it('gives null when the other side has closed, after what came before', async () => {
    const port = await serving((socket) => {
      socket.send('last', () => undefined);
      socket.close(1000);
    });
    const run = runOf();
    const id = await open(run, `ws://a.test:${port}`);
    expect(await call(run, 'ws.receive', { id })).toEqual({ text: 'last' });
    expect(await call(run, 'ws.receive', { id })).toBeNull();
    expect(await call(run, 'ws.isOpen', { id })).toBe(false);
    expect(await call(run, 'ws.send', { id, text: 'x' })).toBe(false);
    expect(await call(run, 'ws.close', { id })).toBe(false);
  });

  it('loses none of many messages while nobody asks', async () => {
    const port = await serving((socket) => {
      for (let n = 0; n < 500; n++) socket.send(String(n), () => undefined);
    });
    const run = runOf();
    const id = await open(run, `ws://a.test:${port}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const all: unknown[] = [];
    for (let n = 0; n < 500; n++) all.push(await call(run, 'ws.receive', { id }));
    expect(all).toEqual(Array.from({ length: 500 }, (_, n) => ({ text: String(n) })));
  });

  it.each([
    ['a name that leads inside', 'ws://inside.test/', 'denied'],
    ['an address inside, however written', 'ws://0x7f.0.0.2/', 'denied'],
    ['a port of another protocol', 'ws://a.test:25/', 'denied'],
    ['another scheme', 'http://a.test/', 'invalid'],
    ['what is no address', 'nonsense', 'invalid'],
  ])('does not connect to %s', async (_title, url, code) => {
    await expect(open(runOf(), url)).rejects.toMatchObject({ code });
  });

  it('says that a server speaks plain HTTP', async () => {
    const plain = createPlain((_request, response) => response.end('no'));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => plain.close(() => resolve())));
    const { port } = plain.address() as { readonly port: number };
    await expect(open(runOf(), `ws://a.test:${port}/`)).rejects.toMatchObject({
      code: 'io',
      message: 'the server answered 200',
    });
  });

  it('checks the certificate of a server that speaks TLS', async () => {
    const port = await servers.https(GOOD, (_request, response) => response.end());
    await expect(open(runOf(), `wss://good.test:${port}/`)).rejects.toMatchObject({ code: 'io' });
  });

  it('ends a connection whose message is too large, and all of them with the run', async () => {
    const port = await serving((socket, path) => {
      socket.on('error', () => undefined);
      if (path === '/large') socket.send('x'.repeat(200_000), () => undefined);
    });
    const run = runOf();
    const large = await open(run, `ws://a.test:${port}/large`);
    expect(await call(run, 'ws.receive', { id: large })).toBeNull();
    const id = await open(run, `ws://a.test:${port}/`);
    const receiving = call(run, 'ws.receive', { id });
    run.close();
    expect(await receiving).toBeNull();
  });
});
