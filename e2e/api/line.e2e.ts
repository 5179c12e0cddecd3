/**
 * The line through everything, from outside: sources become a build, a deployment, an event, runs, a stream.
 * One platform with real processes; every test uses streams of its own.
 */
import { eventually } from '@app/testing';
import { join } from 'node:path';
import { call, SseReader, type Run } from '../support/api';
import { startPlatform, type Platform } from '../support/platform';

const FIXTURE = join(__dirname, '../fixtures/sdk');
const UNKNOWN_ID = '01990000-0000-7000-8000-000000000000';

describe('a platform with the fixture project', () => {
  let platform: Platform;
  let key: string;
  let api: string;

  beforeAll(async () => {
    platform = await startPlatform();
    ({ key, api } = platform);
    await platform.hot(['deploy'], FIXTURE);
  }, 90_000);
  afterAll(() => platform.stop());

  /** Publishes and follows the event's stream. */
  const follow = (event_type: string, event_data: unknown): Promise<SseReader> =>
    SseReader.open(api, '/v1/streams/subscribe-with-event', key, { event_type, event_data });

  const get = <T>(path: string): Promise<T> =>
    call<{ data: T }>(api, path, { key }).then((answer) => answer.body.data);

  it('tells its status without a credential and without an envelope [api-15.2]', async () => {
    const { status, body } = await call<Record<string, unknown>>(api, '/status');
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['git_sha', 'service', 'start_time', 'status', 'version']);
    expect(body).toMatchObject({ status: 'ok', service: 'hot.dev api server' });
  });

  it('serves the build that the command line deployed [api-15.26]', async () => {
    const build = await get<{ deployed: boolean; runtime_status: string; build_id: string }>(
      '/v1/projects/sdk/builds/deployed',
    );
    expect(build).toMatchObject({ deployed: true, runtime_status: 'ready' });
    const download = await fetch(`${api}/v1/projects/sdk/builds/${build.build_id}/download`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(download.headers.get('content-type')).toBe('application/zip');
    expect(
      Buffer.from(await download.arrayBuffer())
        .subarray(0, 2)
        .toString(),
    ).toBe('PK');
  });

  it('gives an event back exactly as it came [api-15.4]', async () => {
    const data =
      '{"b":1.50,"a":[null,{"x":"é 🌊"}],"10":1,"2":2,"big":12345678901234567890,"":0,"__proto__":{"y":1}}';
    const published = await call<{ data: { event_id: string } }>(api, '/v1/events', {
      key,
      body: `{"event_type":"sdk:nobody","event_data":${data}}`,
    });
    expect(published.status).toBe(201);
    expect(published.text).toContain(`"event_data":${data}`);
    const read = await call(api, `/v1/events/${published.body.data.event_id}`, { key });
    expect(read.text).toContain(`"event_data":${data}`);
  });

  it('announces the event first, then its run from start to stop, and has the result at once [api-15.5]', async () => {
    const data = { nested: { a: [1, 2.5, null, 'ü'] } };
    const sse = await follow('sdk:echo', data);
    const stop = await sse.until((message) => message.type === 'run:stop');
    expect(sse.messages.map((message) => message.type)).toEqual(['event:published', 'run:start', 'run:stop']);
    const [published] = sse.messages;
    expect(stop.run).toMatchObject({ event_id: published?.event_id, status: 'succeeded', result: data });
    expect(await get<Run>(`/v1/runs/${stop.run?.run_id}`)).toMatchObject({
      status: 'succeeded',
      result: data,
    });
    sse.close();
  });

  it('frames every message the one documented way [api-15.6]', async () => {
    const sse = await follow('sdk:stream', null);
    await sse.until((message) => message.type === 'run:stop');
    const blocks = sse.raw.split('\n\n').slice(0, -1);
    expect(blocks.length).toBeGreaterThanOrEqual(6);
    for (const block of blocks) {
      if (block.startsWith(':')) continue;
      const [, name, json] = /^event: ([^\n]+)\ndata: ([^\n]+)$/.exec(block) ?? [];
      expect(JSON.parse(json ?? 'null')).toMatchObject({ type: name });
    }
    expect(sse.raw).not.toContain('\r');
    sse.close();
  });

  it('delivers stream data between start and stop, in order [api-15.7]', async () => {
    const sse = await follow('sdk:stream', null);
    await sse.until((message) => message.type === 'run:stop');
    expect(sse.messages.map((message) => message.type)).toEqual([
      'event:published',
      'run:start',
      'stream:data',
      'stream:data',
      'stream:data',
      'run:stop',
    ]);
    const data = sse.messages.filter((message) => message.type === 'stream:data');
    expect(data.map(({ data_type, payload }) => [data_type, payload])).toEqual([
      ['progress', { pct: 10 }],
      ['progress', { pct: 50 }],
      ['note', 'nearly there'],
    ]);
    sse.close();
  });

  it('replays an ended run to a late subscriber within a second [api-15.9]', async () => {
    const first = await follow('sdk:echo', 1);
    await first.until((message) => message.type === 'run:stop');
    first.close();
    const late = await SseReader.open(api, `/v1/streams/${first.messages[0]?.stream_id}/subscribe`, key);
    await late.until((message) => message.type === 'run:stop', 1_000);
    expect(late.messages.map((message) => message.type)).toEqual(['run:start', 'run:stop']);
    late.close();
  });

  it('gives each of two handlers of one event a run of its own', async () => {
    const sse = await follow('sdk:pair', {});
    const ended = (): Run[] =>
      sse.messages.flatMap((each) => (each.type === 'run:stop' && each.run ? [each.run] : []));
    await sse.until(() => ended().length === 2);
    expect(
      ended()
        .map((run) => run.result)
        .sort(),
    ).toEqual(['ping', 'pong']);
    const runs = await get<Run[]>(`/v1/events/${sse.messages[0]?.event_id}/runs`);
    expect(runs).toHaveLength(2);
    sse.close();
  });

  it('tells why a run failed [api-15.40]', async () => {
    const sse = await follow('sdk:fail', {});
    const { run } = await sse.until((message) => message.type === 'run:fail');
    expect(run).toMatchObject({
      status: 'failed',
      result: { $type: '::hot::run/Failure', $val: { msg: 'it was meant to fail', err: { code: 51 } } },
    });
    sse.close();
  });

  it('tries a failed handler again: update, new run of the same event, success [api-15.39]', async () => {
    const sse = await follow('sdk:retry', {});
    const stop = await sse.until((message) => message.type === 'run:stop');
    expect(sse.messages.map((message) => message.type)).toEqual([
      'event:published',
      'run:start',
      'run:update',
      'run:start',
      'run:stop',
    ]);
    const update = sse.messages[2]?.run;
    expect(update?.status).toBe('pending_retry');
    expect(stop.run).toMatchObject({
      origin_run_id: update?.run_id,
      event_id: sse.messages[0]?.event_id,
      retry_attempt: 1,
      result: { attempt: 1 },
    });
    expect(await get<Run>(`/v1/runs/${update?.run_id}`)).toMatchObject({
      status: 'failed',
      retry_attempt: 0,
    });
    sse.close();
  });

  it('keeps an event that a run sends in the stream of that run', async () => {
    const sse = await follow('sdk:relay', 7);
    const echo = await sse.until((each) => each.type === 'run:stop' && each.run?.result instanceof Object);
    const relay = await sse.until((each) => each.type === 'run:stop' && each.run?.result === 'sent');
    expect(echo.run).toMatchObject({ result: { relayed: 7 }, origin_run_id: relay.run?.run_id });
    sse.close();
  });

  it('calls one function by name [api-15.41]', async () => {
    const sse = await follow('hot:call', { fn: '::sdk::fixture/double', args: [21] });
    const stop = await sse.until((message) => message.type === 'run:stop');
    expect(stop.run).toMatchObject({ run_type: 'call', result: 42 });
    sse.close();
  });

  it('fails the run of a function that does not exist and names it', async () => {
    const sse = await follow('hot:call', { fn: '::sdk::fixture/nothing', args: [] });
    const { run } = await sse.until((message) => message.type === 'run:fail');
    expect(JSON.stringify(run?.result)).toContain('Function not found: ::sdk::fixture/nothing');
    sse.close();
  });

  it('stores an event that only the platform itself may act on, and does nothing with it', async () => {
    const { status } = await call(api, '/v1/events', {
      key,
      body: {
        event_type: 'hot:schedule:new',
        event_data: { fn: '::sdk::fixture/double', schedule: 'every minute' },
      },
    });
    expect(status).toBe(201);
  });

  it('ends deep recursion with an error, not with a crash', async () => {
    const sse = await follow('sdk:deep', {});
    const { run } = await sse.until((message) => message.type === 'run:fail');
    expect(JSON.stringify(run?.result)).toContain('recursion limit');
    sse.close();
  });

  it('adds up', async () => {
    const stats = await get<Record<string, number>>('/v1/runs/stats');
    const { total_runs: total, running, succeeded, failed, cancelled } = stats;
    expect(total).toBe((running ?? 0) + (succeeded ?? 0) + (failed ?? 0) + (cancelled ?? 0));
    const list = await call<{ pagination: { total: number } }>(api, '/v1/runs?limit=1', { key });
    expect(list.body.pagination.total).toBe(total);
  });

  it.each([
    ['/v1/runs?status=asleep', 400],
    ['/v1/runs?type=walk', 400],
    ['/v1/runs?time_range=7D', 400],
    ['/v1/runs?limit=abc', 400],
    ['/v1/runs/not-a-uuid', 400],
    [`/v1/runs/${UNKNOWN_ID}`, 404],
    [`/v1/events/${UNKNOWN_ID}`, 404],
    [`/v1/streams/${UNKNOWN_ID}/subscribe`, 404],
    ['/v1/rockets', 404],
  ])('answers %s with %i in the envelope', async (path, status) => {
    const answer = await call<{ error: { code: string; request_id: string } }>(api, path, { key });
    expect(answer.status).toBe(status);
    expect(answer.body.error.request_id).toBe(answer.headers.get('x-request-id'));
  });

  it.each([
    ['malformed JSON', '{"event_type":', 400],
    ['an array', '[]', 400],
    ['no type', '{"event_data":1}', 400],
    ['no data', '{"event_type":"a"}', 400],
    ['a type that is no text', '{"event_type":1,"event_data":1}', 400],
  ])('refuses an event with %s [api-15.35]', async (_, body, status) => {
    const answer = await call<{ error: { code: string } }>(api, '/v1/events', { key, body });
    expect([answer.status, answer.body.error.code]).toEqual([status, 'bad_request']);
  });

  it('names each of its operations in the API description', async () => {
    const { body } = await call<{ paths: Record<string, object> }>(api, '/openapi.json');
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining([
        '/status',
        '/v1/events',
        '/v1/runs/{run_id}',
        '/v1/streams/subscribe-with-event',
      ]),
    );
  });

  // The last one: nothing is deployed any more.
  it('leaves runs to be read when their project is deleted, whose handlers and name are gone [api-15.49]', async () => {
    const before = await follow('sdk:echo', 1);
    const { run } = await before.until((message) => message.type === 'run:stop');
    before.close();
    expect((await call(api, '/v1/projects/sdk', { key, method: 'DELETE' })).status).toBe(204);
    expect(await get<Run>(`/v1/runs/${run?.run_id}`)).toMatchObject({ status: 'succeeded', result: 1 });
    const made = await call(api, '/v1/projects', { key, body: { name: 'sdk' } });
    expect(made.status).toBe(201);
    const unheard = await call<{ data: { event_id: string } }>(api, '/v1/events', {
      key,
      body: { event_type: 'sdk:echo', event_data: 2 },
    });
    await eventually(async () =>
      expect(
        await platform.query('SELECT 1 FROM hot.event_unhandled WHERE event_id = $1', [
          unheard.body.data.event_id,
        ]),
      ).toHaveLength(1),
    );
  });
});
