import fastify, { type FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SseConnection } from './sse-connection';

const MIB = 1024 * 1024;

describe('an open subscription', () => {
  let server: FastifyInstance;
  let port: number;
  const connections: SseConnection[] = [];
  const sockets: Socket[] = [];
  const answered: string[] = [];
  let lastAnswer: WeakRef<object>;

  beforeEach(async () => {
    connections.length = 0;
    answered.length = 0;
    server = fastify();
    server.addHook('onResponse', (request, _reply, done) => {
      answered.push(request.url);
      done();
    });
    server.get('/plain', () => 'plain');
    server.get('/', (_request, reply) => {
      lastAnswer = new WeakRef(reply.raw);
      void reply.header('x-request-id', 'r1');
      connections.push(new SseConnection(reply, () => performance.now()));
    });
    await server.listen({ port: 0, host: '127.0.0.1' });
    ({ port } = server.server.address() as AddressInfo);
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await server.close();
  });

  /** The next connection that is opened, and what it answers. */
  async function openBy(
    agent: Agent,
  ): Promise<{ readonly connection: SseConnection; readonly response: IncomingMessage }> {
    const asked = request({ port, host: '127.0.0.1', path: '/', agent }).end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.setEncoding('utf8');
    await sleep(5); // it is off the HTTP server by then
    return { connection: connections.at(-1) as SseConnection, response };
  }

  async function open(
    head = 'GET / HTTP/1.1',
  ): Promise<{ readonly socket: Socket; readonly connection: SseConnection }> {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    const before = connections.length;
    socket.write(`${head}\r\nHost: x\r\n\r\n`);
    while (connections.length === before) await sleep(1);
    return { socket, connection: connections.at(-1) as SseConnection };
  }

  it('sends its headers at once, those of hooks among them', async () => {
    const { socket } = await open();
    const [head] = (await once(socket, 'data')) as [Buffer];
    expect(head.toString()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head.toString()).toContain('x-request-id: r1\r\n');
    expect(head.toString()).toContain('content-type: text/event-stream; charset=utf-8\r\n');
  });

  it('is cut off when its reader does not read, with little left in memory; others go on', async () => {
    const slow = await open();
    const quick = await open();
    slow.socket.pause();
    let received = 0;
    quick.socket.on('data', (chunk: Buffer) => (received += chunk.length));
    let closed = 0;
    slow.connection.whenClosed(() => (closed += 1));
    const frame = `event: x\ndata: ${'y'.repeat(64 * 1024)}\n\n`;
    let written = 0;
    while (slow.connection.isOpen && written < 200 * MIB) {
      for (const { connection } of [slow, quick]) connection.write(frame);
      written += frame.length;
      await sleep(0); // whoever reads can keep up
    }
    expect(slow.connection.isOpen).toBe(false);
    expect(closed).toBe(1);
    // The reader's and the sender's sockets hold some as well, whatever the system gives them.
    expect(written).toBeLessThan(40 * MIB);
    expect(quick.connection.isOpen).toBe(true);
    while (received < written) await sleep(5);
    slow.connection.write(frame); // is nothing any more, and no error
  }, 30_000);

  it('lets go of a reader that does not even take the end', async () => {
    const { socket, connection } = await open();
    socket.pause();
    await sleep(5); // it is off the HTTP server by then
    // More than the sockets' buffers hold, in pieces below what a reader is cut off for.
    for (let i = 0; i < 3; i += 1) {
      connection.write(`event: x\ndata: ${'y'.repeat(3 * MIB)}\n\n`);
      await sleep(50);
    }
    connection.end();
    expect(await connectionsOf(server)).toBe(1);
    await sleep(2_200);
    expect(await connectionsOf(server)).toBe(0);
  });

  it('gives whoever reads all that was written before its end', async () => {
    const { socket, connection } = await open();
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')));
    await sleep(5);
    const frame = `event: x\ndata: ${'y'.repeat(3 * MIB)}\n\n`;
    connection.write(frame);
    connection.end();
    await once(socket, 'end');
    expect(received.endsWith('\n\n\r\n0\r\n\r\n')).toBe(true);
    expect(received).toContain(frame);
  });

  it('ends when its client has said its last word', async () => {
    const { socket, connection } = await open();
    await sleep(5);
    const gone = once(socket, 'close');
    socket.resume().end();
    await gone;
    while (connection.isOpen) await sleep(1);
    expect(await connectionsOf(server)).toBe(0);
  });

  it('takes no notice of what its client still says', async () => {
    const { socket, connection } = await open();
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    await sleep(5);
    socket.write('GET /plain HTTP/1.1\r\nHost: x\r\n\r\n');
    await sleep(20);
    connection.write(': still here\n\n');
    connection.end();
    await once(socket, 'end');
    expect(received).toContain(': still here');
    expect(received).not.toContain('plain\r\n');
    expect(answered).toEqual(['/']);
  });

  it('tells once that it has ended, also to who asks later', async () => {
    const { socket, connection } = await open();
    const told: string[] = [];
    connection.whenClosed(() => told.push('before'));
    socket.destroy();
    while (connection.isOpen) await sleep(1);
    connection.end();
    connection.whenClosed(() => told.push('after'));
    expect(told).toEqual(['before', 'after']);
  });

  it('keeps nothing of the request that opened it, which counts as answered', async () => {
    const { connection } = await open();
    await sleep(20);
    expect(answered).toEqual(['/']);
    setFlagsFromString('--expose-gc');
    (runInNewContext('gc') as () => void)();
    // Whatever runs next in this process has the engine's usual flags: code made with others is refused.
    setFlagsFromString('--no-expose-gc');
    expect(lastAnswer.deref()).toBeUndefined();
    expect(connection.isOpen).toBe(true);
  });

  it('comes to a client in whole frames and ends cleanly; the client goes on with another connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { connection, response } = await openBy(agent);
    const chunks: string[] = [];
    response.on('data', (chunk: string) => chunks.push(chunk));
    connection.write('event: a\ndata: {"text":"über"}\n\n');
    await sleep(10);
    connection.write('event: b\ndata: {}\n\n');
    await sleep(10);
    connection.end();
    await once(response, 'end');
    expect(response.complete).toBe(true);
    expect(chunks).toEqual(['event: a\ndata: {"text":"über"}\n\n', 'event: b\ndata: {}\n\n']);
    const next = request({ port, host: '127.0.0.1', path: '/plain', agent }).end();
    const [{ statusCode }] = (await once(next, 'response')) as [IncomingMessage];
    expect(statusCode).toBe(200);
    agent.destroy();
  });

  it('has no chunks for a client of HTTP/1.0, and no body for HEAD', async () => {
    for (const [head, body] of [
      ['GET / HTTP/1.0', ': first\n\n: later\n\n'],
      ['HEAD / HTTP/1.1', ''],
    ] as const) {
      const { socket, connection } = await open(head);
      let received = '';
      socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
      connection.write(': first\n\n');
      await sleep(20);
      connection.write(': later\n\n');
      connection.end();
      await once(socket, 'end');
      expect(received.slice(received.indexOf('\r\n\r\n') + 4)).toBe(body);
    }
  });
});

function connectionsOf({ server }: FastifyInstance): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}
