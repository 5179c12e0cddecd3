import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@app/testing';
import { SharedBytes } from './places';
import { ProgramHttp, type ProgramHttpLimits } from './program-http';
import { clientOf, Servers } from './testing/servers';

const LIMITS: ProgramHttpLimits = {
  connectMs: 1_000,
  requestMs: 2_000,
  streamMs: 5_000,
  maxResponseBytes: 1_000,
  maxStreamResponseBytes: 2_000,
  parallel: 2,
  openStreams: 2,
  runBytes: 100_000,
};

interface Answer {
  readonly status: number;
  readonly id: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: { readonly $type: string; readonly $val: string };
}

describe('http of a run', () => {
  const servers = new Servers();
  const client = clientOf({ 'inside.test': ['10.0.0.1'] });
  const runs: ProgramHttp[] = [];
  const runOf = (changes: Partial<ProgramHttpLimits> = {}, shared = new SharedBytes(1e9)): ProgramHttp => {
    const run = new ProgramHttp(client, 'org', { ...LIMITS, ...changes }, shared);
    runs.push(run);
    return run;
  };
  const call = async (
    run: ProgramHttp,
    name: Parameters<ProgramHttp['call']>[0],
    args: object,
  ): Promise<Answer> => JSON.parse(await run.call(name, JSON.stringify(args))) as Answer;
  const chunk = async (run: ProgramHttp, id: string): Promise<string | null> => {
    const answer = JSON.parse(await run.call('http.readChunk', JSON.stringify({ id }))) as
      Answer['body'] | null;
    return answer === null ? null : Buffer.from(answer.$val, 'base64').toString();
  };
  const get = (url: string) => ({ method: 'get', url, headers: [], body: null });

  afterEach(async () => {
    for (const run of runs.splice(0)) run.close();
    client.close();
    await servers.close();
  });

  it.each([
    ['as base64', { $type: '::hot::type/Bytes', $val: Buffer.from([1, 0, 255]).toString('base64') }],
    ['as numbers', { $type: '::hot::type/Bytes', $val: [1, 0, 255] }],
  ])('carries bytes %s', async (_title, body) => {
    const port = await servers.http((request, response) => request.pipe(response));
    const run = runOf();
    const answer = await call(run, 'http.request', {
      method: 'POST',
      url: `http://api.test:${port}/`,
      headers: [['x', 'y']],
      body,
      timeoutMs: 1_900,
      maxBytes: 3,
    });
    expect(answer).toMatchObject({
      status: 200,
      body: { $type: '::hot::type/Bytes', $val: Buffer.from([1, 0, 255]).toString('base64') },
    });
  });

  it.each([
    [{}],
    [[]],
    [{ method: 'GET' }],
    [{ method: 1, url: 'http://a.test' }],
    [{ ...get('http://a.test/'), headers: {} }],
    [{ ...get('http://a.test/'), headers: [['a']] }],
    [{ ...get('http://a.test/'), headers: [['a', 1]] }],
    [{ ...get('http://a.test/'), body: 'text' }],
    [{ ...get('http://a.test/'), body: { $type: '::hot::type/Bytes', $val: ['x'] } }],
  ])('refuses %j', async (args) => {
    await expect(call(runOf(), 'http.request', args)).rejects.toMatchObject({ code: 'invalid' });
  });

  it('cuts what a program asks for to its limits', async () => {
    const port = await servers.http((request, response) => {
      if (request.url === '/slow') return;
      response.end(Buffer.alloc(1_001));
    });
    const run = runOf();
    const url = `http://api.test:${port}`;
    const more = { maxBytes: 1e9, timeoutMs: 1e9 };
    await expect(call(run, 'http.request', { ...get(`${url}/`), ...more })).rejects.toMatchObject({
      code: 'quota',
    });
    const slow = call(runOf({ requestMs: 100 }), 'http.request', { ...get(`${url}/slow`), ...more });
    await expect(slow).rejects.toMatchObject({ code: 'timeout' });
    const less = { ...get(`${url}/`), maxBytes: 10 };
    await expect(call(run, 'http.request', less)).rejects.toMatchObject({
      message: 'response Content-Length exceeds 10 bytes',
    });
  });

  it('reads a stream piece by piece to its end', async () => {
    const port = await servers.http((_request, response) => {
      response.write('one');
      void sleep(20).then(() => response.end('two'));
    });
    const run = runOf();
    const { id, status } = await call(run, 'http.openStream', get(`http://api.test:${port}/`));
    expect(status).toBe(200);
    expect([await chunk(run, id), await chunk(run, id), await chunk(run, id), await chunk(run, id)]).toEqual([
      'one',
      'two',
      null,
      null,
    ]);
  });

  it('does not take a stream that broke for one that has ended', async () => {
    const port = await servers.tcp((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n');
        setTimeout(() => socket.destroy(), 30);
      });
    });
    const run = runOf();
    const { id } = await call(run, 'http.openStream', get(`http://api.test:${port}/`));
    expect(await chunk(run, id)).toBe('ab');
    for (let i = 0; i < 2; i += 1) await expect(chunk(run, id)).rejects.toMatchObject({ code: 'io' });
  });

  it.each(['2', '0', '-1', '1.5', 'x', '', 1, null])('knows no stream %j', async (id) => {
    const port = await servers.http((_request, response) => response.end());
    const run = runOf();
    await call(run, 'http.openStream', get(`http://api.test:${port}/`));
    await expect(chunk(run, id as string)).rejects.toMatchObject({ code: 'invalid' });
  });

  it('lets no run reach the streams of another', async () => {
    const port = await servers.http((_request, response) => response.end('x'));
    await call(runOf(), 'http.openStream', get(`http://api.test:${port}/`));
    await expect(chunk(runOf(), '1')).rejects.toMatchObject({ code: 'invalid' });
  });

  it('has so many requests under way, and the others in turn', async () => {
    let [now, most] = [0, 0];
    const port = await servers.http((_request, response) => {
      most = Math.max(most, (now += 1));
      void sleep(20).then(() => {
        now -= 1;
        response.end('x');
      });
    });
    const run = runOf();
    const answers = Array.from({ length: 7 }, () =>
      call(run, 'http.request', get(`http://api.test:${port}/`)),
    );
    expect((await Promise.all(answers)).every(({ status }) => status === 200)).toBe(true);
    expect(most).toBe(2);
  });

  it('has so many streams open; one that ended makes room', async () => {
    const port = await servers.http((_request, response) => response.end('x'));
    const run = runOf();
    const open = () => call(run, 'http.openStream', get(`http://api.test:${port}/`));
    const { id } = await open();
    await open();
    await expect(open()).rejects.toMatchObject({ code: 'quota', message: 'more than 2 streams are open' });
    await chunk(run, id);
    await chunk(run, id);
    await eventually(async () => expect((await open()).status).toBe(200));
    await expect(call(runOf(), 'http.openStream', get('http://inside.test/'))).rejects.toMatchObject({
      code: 'denied',
    });
  });

  it('gives places of streams back that could not be opened', async () => {
    const run = runOf();
    for (let i = 0; i < 3; i += 1) {
      await expect(call(run, 'http.openStream', get('http://inside.test/'))).rejects.toMatchObject({
        code: 'denied',
      });
    }
  });

  it('counts the bytes of all its calls, both ways', async () => {
    const port = await servers.http((request, response) => {
      request.resume();
      response.end(Buffer.alloc(500));
    });
    const run = runOf({ runBytes: 1_100 });
    const url = `http://api.test:${port}/`;
    await call(run, 'http.request', get(url));
    const body = { $type: '::hot::type/Bytes', $val: Buffer.alloc(101).toString('base64') };
    await expect(call(run, 'http.request', { ...get(url), method: 'POST', body })).rejects.toMatchObject({
      code: 'quota',
      message: 'the run has sent and received more than 1100 bytes',
    });
  });

  it('shares memory with other runs, and gives it back', async () => {
    const port = await servers.http((_request, response) => response.end(Buffer.alloc(600)));
    const shared = new SharedBytes(500);
    const answer = call(runOf({}, shared), 'http.request', get(`http://api.test:${port}/`));
    await expect(answer).rejects.toMatchObject({
      code: 'quota',
      message: 'too many responses are on their way at once',
    });
    shared.hold().add(500);
  });

  it('ends with the run: requests, waiting ones and streams', async () => {
    const port = await servers.http((request, response) => {
      if (request.url === '/stream') response.write('x');
    });
    const run = runOf();
    const url = `http://api.test:${port}`;
    const { id } = await call(run, 'http.openStream', get(`${url}/stream`));
    await chunk(run, id);
    const pending = [
      chunk(run, id),
      ...Array.from({ length: 4 }, () => call(run, 'http.request', get(`${url}/silent`))),
      call(run, 'http.openStream', get(`${url}/silent`)),
    ];
    const ends = Promise.allSettled(pending);
    await eventually(() => expect(servers.connections).toBe(4));
    run.close();
    for (const end of await ends)
      expect(end).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } });
    await eventually(() => expect(servers.connections).toBe(0));
    await expect(call(run, 'http.request', get(url))).rejects.toMatchObject({ code: 'cancelled' });
  });
});
