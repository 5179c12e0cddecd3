import { newId } from '@app/kernel';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WorkerHarness } from '../testing';
import { RunExecutor } from './run-executor';

interface RunRow {
  readonly run_id: string;
  readonly status: number;
  readonly result: string;
}

/** A server on this machine: `/silent` never answers, `/stream` begins and goes on silently. */
class LocalServer {
  readonly seen: string[] = [];
  readonly closed: string[] = [];
  private readonly server: Server = createServer((request, response) => {
    this.seen.push(request.url ?? '');
    response.once('close', () => this.closed.push(request.url ?? ''));
    if (request.url === '/silent') return;
    response.write('hello');
    if (request.url !== '/stream') response.end();
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

describe('http in a worker', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  const server = new LocalServer();
  let workers: Readonly<Record<'development' | 'production', WorkerHarness>>;
  let url: string;

  beforeAll(async () => {
    url = await server.listen();
    const make = (mode: string) =>
      WorkerHarness.create({
        databaseUrl: database.url,
        redisUrl: redis.url,
        prefix: `${redis.prefix}${mode}`,
        environment: {
          HOT_MODE: mode,
          HOT_HTTP_MAX_RESPONSE_BYTES: '1000',
          HOT_OUTBOUND_CONNECT_TIMEOUT: '5s',
        },
      });
    workers = { development: await make('development'), production: await make('production') };
    await workers.development.start();
    await workers.production.start();
  });
  afterAll(async () => {
    server.close();
    await workers.development.close();
    await workers.production.close();
  });

  /** Runs a program that makes these calls with one signal, as the sandbox does; what came of the last one. */
  const start = async (worker: WorkerHarness, calls: readonly (readonly [name: string, args: object])[]) => {
    const tenant = worker.tenant();
    const name = `::t/${newId()}`;
    worker.serving.addHandler(tenant.envId, 'go', name);
    worker.sandbox.define(name, async ({ run, stopped }) => {
      // The real one aborts when the run is over, for whatever reason.
      const over = new AbortController();
      stopped.addEventListener('abort', () => over.abort());
      try {
        let answer = '';
        for (const [call, args] of calls)
          answer = await run.host.call(call, JSON.stringify(args), over.signal);
        return JSON.parse(answer) as unknown;
      } catch (error) {
        if (stopped.aborted) throw error;
        return { refused: (error as { code?: string }).code, message: (error as Error).message };
      } finally {
        over.abort();
      }
    });
    return worker.publish(tenant, 'go', {});
  };
  const ended = (worker: WorkerHarness, eventId: string) =>
    eventually(async () => {
      const [row] = await worker.db.query<RunRow>('SELECT * FROM hot.run WHERE event_id = $1', [eventId]);
      expect(row).toBeDefined();
      return row;
    });
  const resultOf = async (
    mode: keyof typeof workers,
    calls: Parameters<typeof start>[1],
  ): Promise<unknown> => {
    const { eventId } = await start(workers[mode], calls);
    return JSON.parse((await ended(workers[mode], eventId))?.result ?? 'null');
  };
  const get = (path: string) => ({ method: 'GET', url: `${url}${path}`, headers: [], body: null });

  it('sends the requests of programs and answers with the response', async () => {
    expect(await resultOf('development', [['http.request', get('/whole?a=b')]])).toMatchObject({
      status: 200,
      body: { $val: Buffer.from('hello').toString('base64') },
    });
    expect(server.seen).toContain('/whole?a=b');
  });

  it('reads streams piece by piece', async () => {
    const calls = [
      ['http.openStream', get('/piece')],
      ['http.readChunk', { id: '1' }],
    ] as const;
    expect(await resultOf('development', calls)).toMatchObject({
      $val: Buffer.from('hello').toString('base64'),
    });
    expect(await resultOf('development', [...calls, ['http.readChunk', { id: '1' }]])).toBeNull();
  });

  it('refuses private addresses in production', async () => {
    for (const call of ['http.request', 'http.openStream']) {
      expect(await resultOf('production', [[call, get('/inside')]])).toEqual({
        refused: 'denied',
        message: 'the address of 127.0.0.1 is not public',
      });
    }
    expect(server.seen).not.toContain('/inside');
  });

  it('ends requests and streams when their run is cancelled, and with it streams that nobody reads', async () => {
    const worker = workers.development;
    const { eventId } = await start(worker, [
      ['http.openStream', get('/stream')],
      ['http.request', get('/silent')],
    ]);
    await eventually(() => expect(server.seen).toEqual(expect.arrayContaining(['/stream', '/silent'])));
    const [live] = await worker.db.query<{ run_id: string }>(
      'SELECT run_id FROM hot.dispatch WHERE event_id = $1',
      [eventId],
    );
    worker.app.get(RunExecutor).cancel([live?.run_id ?? '']);
    await eventually(() => expect(server.closed).toEqual(expect.arrayContaining(['/stream', '/silent'])));
    expect((await ended(worker, eventId))?.status).not.toBe(2);
  });

  it('ends a stream that the run left open when it ended', async () => {
    const before = server.closed.filter((path) => path === '/stream').length;
    await resultOf('development', [['http.openStream', get('/stream')]]);
    await eventually(() =>
      expect(server.closed.filter((path) => path === '/stream')).toHaveLength(before + 1),
    );
  });

  it('tells programs a limit that is not what they assume', async () => {
    const { eventId } = await start(workers.development, [['time.sleep', { ms: 1 }]]);
    await ended(workers.development, eventId);
    const run = workers.development.sandbox.starts.at(-1);
    const info = JSON.parse(run?.infoJson ?? '{}') as { readonly conf?: object };
    expect(info.conf).toEqual({ 'http.max-response-bytes': 1_000 });
  });

  it('lets programs wait, until they are stopped', async () => {
    const worker = workers.development;
    expect(await resultOf('development', [['time.sleep', { ms: 5 }]])).toBeNull();
    expect(await resultOf('development', [['time.sleep', { ms: 'long' }]])).toMatchObject({
      refused: 'invalid',
    });
    const { eventId } = await start(worker, [['time.sleep', { ms: 3_600_000 }]]);
    await eventually(() => expect(worker.app.get(RunExecutor).running('runs')).toBe(1));
    const [live] = await worker.db.query<{ run_id: string }>(
      'SELECT run_id FROM hot.dispatch WHERE event_id = $1',
      [eventId],
    );
    worker.app.get(RunExecutor).cancel([live?.run_id ?? '']);
    await ended(worker, eventId);
  });
});
