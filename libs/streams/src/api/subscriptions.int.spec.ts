import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { newId } from '@app/kernel';
import { SseConnections } from '@app/platform/live';
import { RunCommands } from '@app/runs';
import { fakeFailure } from '@app/runs/testing';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { ExecutionHarness, type SseClient, type ExecutionTenant } from '../testing';
import { StreamHub } from '../stream-hub';

interface RunData {
  readonly run_id: string;
  readonly event_id: string;
  readonly status: string;
  readonly result: unknown;
  readonly retry_attempt: number;
  readonly origin_run_id: string | null;
  readonly project_id: string;
}

const runOf = (client: SseClient, at: number) => client.events[at]?.data['run'] as RunData;

describe('subscriptions', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  let hot: ExecutionHarness;
  let tenant: ExecutionTenant;

  beforeAll(async () => {
    hot = await ExecutionHarness.start(database, redis);
    await hot.worker.start({ sweep: true });
  }, 30_000);
  afterAll(() => hot.stop());
  beforeEach(async () => {
    tenant = await hot.tenant();
  });

  const withEvent = (eventType: string, data: unknown, more: object = {}) =>
    hot.subscribe('/v1/streams/subscribe-with-event', {
      token: tenant.token,
      method: 'POST',
      body: { event_type: eventType, event_data: data, ...more },
    });

  it('publish an event and tell what comes of it, from the first byte [L2]', async () => {
    const target = hot.serving.addHandler(tenant.envId, 'sdk:echo', '::t/echo');
    hot.sandbox.define('::t/echo', ({ event }) => event.data);
    const client = await withEvent('sdk:echo', { a: 1.5, b: null });
    expect(client.status).toBe(200);
    expect(client.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    });
    expect(client.response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    await eventually(() => expect(client.names()).toEqual(['event:published', 'run:start', 'run:stop']));
    const published = client.events[0]?.data;
    expect(published).toMatchObject({ type: 'event:published', event_type: 'sdk:echo' });
    expect(runOf(client, 1)).toMatchObject({
      status: 'running',
      result: null,
      event_id: published?.['event_id'],
    });
    expect(runOf(client, 2)).toMatchObject({
      status: 'succeeded',
      result: { a: 1.5, b: null },
      event_id: published?.['event_id'],
      project_id: target.projectId,
    });
    for (const event of client.events) expect(event.data.type).toBe(event.name);
    client.close();
  });

  it('are framed to the letter, also around pretty-printed documents', async () => {
    hot.serving.addHandler(tenant.envId, 'pretty', '::t/pretty');
    hot.sandbox.define('::t/pretty', ({ run }) => {
      run.host.post('stream', '{"dataType":"x","payload":{\n  "a": "b\\nc"\r\n}}');
      return null;
    });
    const client = await withEvent('pretty', {});
    await eventually(() => expect(client.names()).toContain('run:stop'));
    for (const block of client.raw.split('\n\n').slice(0, -1)) {
      expect(`${block}\n\n`).toMatch(/^(?:event: [^\n\r]+\ndata: [^\n\r]+\n\n|:[^\n]*\n\n)$/);
    }
    expect(client.events.find((event) => event.name === 'stream:data')?.data['payload']).toEqual({
      a: 'b\nc',
    });
    client.close();
  });

  it('give the pieces of stream data in order between the beginning and the end', async () => {
    hot.serving.addHandler(tenant.envId, 'talk', '::t/talk');
    hot.sandbox.define('::t/talk', async ({ data }) => {
      for (let n = 0; n < 50; n += 1) {
        data('progress', { n });
        if (n % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      }
      return 'done';
    });
    const client = await withEvent('talk', {});
    await eventually(() => expect(client.names()).toContain('run:stop'));
    expect(client.names()).toEqual([
      'event:published',
      'run:start',
      ...Array.from({ length: 50 }, () => 'stream:data'),
      'run:stop',
    ]);
    const pieces = client.events.filter((event) => event.name === 'stream:data');
    expect(pieces.map((piece) => (piece.data['payload'] as { n: number }).n)).toEqual(
      Array.from({ length: 50 }, (_, n) => n),
    );
    expect(pieces[0]?.data).toMatchObject({ data_type: 'progress', run_id: runOf(client, 1).run_id });
    client.close();
  });

  it('tell of an end only when the run is there to be read [X7, api-15.8]', async () => {
    hot.serving.addHandler(tenant.envId, 'quick', '::t/quick');
    hot.sandbox.define('::t/quick', () => ({ ok: true }));
    for (let round = 0; round < 30; round += 1) {
      const client = await withEvent('quick', { round });
      await eventually(() => expect(client.names()).toContain('run:stop'), { everyMs: 1 });
      const { run_id: runId } = runOf(client, client.names().indexOf('run:stop'));
      const answer = await hot.call('GET', `/v1/runs/${runId}`, { token: tenant.token });
      expect(answer.body.data).toMatchObject({ status: 'succeeded', result: { ok: true } });
      client.close();
    }
  });

  it('tell one end of a run that is cancelled at the moment when it ends, and it stays the one on record [X6]', async () => {
    hot.serving.addHandler(tenant.envId, 'short', '::t/short');
    hot.sandbox.define('::t/short', ({ event, stopped }) => {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      // The last of twelve is always stopped; of the others nobody knows.
      setTimeout(() => resolve('done'), event.data === 11 ? 1_000 : Number(event.data) % 6);
      stopped.addEventListener('abort', () => reject(new Error('stopped')));
      return promise;
    });
    const commands = hot.http.app.get(RunCommands);
    const isEnd = (name: string): boolean => /^run:(?:stop|fail|cancel)$/.test(name);
    const seen = new Set<string>();
    for (let round = 0; round < 6; round += 1) {
      const clients = await Promise.all(Array.from({ length: 12 }, (_, n) => withEvent('short', n)));
      await Promise.all(
        clients.map(async (client) => {
          await eventually(() => expect(client.names()).toContain('run:start'), { everyMs: 1 });
          // Too late for some, which is said.
          await commands
            .cancel(tenant, runOf(client, client.names().indexOf('run:start')).run_id)
            .catch((error: Error) => expect(error.message).toContain('has ended already'));
        }),
      );
      for (const client of clients)
        await eventually(() => expect(client.names().some(isEnd)).toBe(true), { everyMs: 5 });
      await new Promise((resolve) => setTimeout(resolve, 100));
      for (const client of clients) {
        expect(client.names().filter(isEnd)).toHaveLength(1);
        const told = runOf(client, client.names().findIndex(isEnd));
        const kept = await hot.call('GET', `/v1/runs/${told.run_id}`, { token: tenant.token });
        expect(kept.body.data).toMatchObject({ status: told.status, result: told.result });
        seen.add(told.status);
        client.close();
      }
    }
    expect([...seen].sort()).toEqual(['cancelled', 'succeeded']);
  }, 20_000);

  it('leave no gap and tell nothing twice, at whatever moment one comes [L1]', async () => {
    const pieces = 300;
    hot.serving.addHandler(tenant.envId, 'long-talk', '::t/long-talk');
    hot.sandbox.define('::t/long-talk', async ({ data }) => {
      for (let n = 0; n < pieces; n += 1) {
        data('n', n);
        if (n % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 8));
      }
      return 'done';
    });
    const first = await withEvent('long-talk', null);
    await eventually(() => expect(first.names()).toContain('run:start'), { everyMs: 1 });
    const path = `/v1/streams/${String(first.events[0]?.data['stream_id'])}/subscribe`;
    const clients = [first];
    while (!first.names().includes('run:stop')) {
      clients.push(await hot.subscribe(path, { token: tenant.token }));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 12));
    }
    expect(clients.length).toBeGreaterThan(8);
    for (const client of clients) await eventually(() => expect(client.names()).toContain('run:stop'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (const client of clients) {
      const names = client.names().filter((name) => name !== 'event:published');
      expect([names[0], names.at(-1)]).toEqual(['run:start', 'run:stop']);
      const seen = client.events
        .filter((event) => event.name === 'stream:data')
        .map((event) => event.data['payload']);
      expect(names).toHaveLength(seen.length + 2);
      // From the moment of the subscription to the end, one after the other.
      expect(seen).toEqual(Array.from({ length: seen.length }, (_, at) => pieces - seen.length + at));
      client.close();
    }
  }, 20_000);

  it('replay the runs of a stream to whoever comes later', async () => {
    hot.serving.addHandler(tenant.envId, 'past', '::t/past');
    hot.sandbox.define('::t/past', ({ event }) => event.data);
    const first = await withEvent('past', 1);
    await eventually(() => expect(first.names()).toContain('run:stop'));
    const streamId = String(first.events[0]?.data['stream_id']);
    first.close();
    for (const method of ['GET', 'POST'] as const) {
      const client = await hot.subscribe(`/v1/streams/${streamId}/subscribe`, {
        token: tenant.token,
        method,
      });
      expect(client.status).toBe(200);
      await eventually(() => expect(client.names()).toEqual(['run:start', 'run:stop']), { timeoutMs: 1_000 });
      expect(runOf(client, 0)).toMatchObject({ status: 'running', result: null });
      expect(runOf(client, 1)).toMatchObject({ status: 'succeeded', result: 1 });
      client.close();
    }
  });

  it('call a failed attempt that is followed by another an update, and the last one a failure', async () => {
    hot.serving.addHandler(tenant.envId, 'flaky', '::t/flaky', { retry: { attempts: 1, delay: 100 } });
    hot.sandbox.define('::t/flaky', () => {
      throw fakeFailure('card declined');
    });
    const client = await withEvent('flaky', {});
    await eventually(() => expect(client.names()).toContain('run:fail'));
    expect(client.names()).toEqual(['event:published', 'run:start', 'run:update', 'run:start', 'run:fail']);
    const [update, next, fail] = [runOf(client, 2), runOf(client, 3), runOf(client, 4)];
    expect(update).toMatchObject({ status: 'pending_retry', retry_attempt: 0 });
    expect(update).toHaveProperty('next_retry_at', expect.stringMatching(/Z$/));
    expect(next).toMatchObject({ origin_run_id: update.run_id, retry_attempt: 1, event_id: update.event_id });
    expect(fail).toMatchObject({
      run_id: next.run_id,
      status: 'failed',
      result: { $type: '::hot::run/Failure', $val: { msg: 'card declined' } },
    });
    client.close();
  });

  it('give every subscriber of a stream every happening once [X6, api-15.46]', async () => {
    hot.serving.addHandler(tenant.envId, 'many', '::t/many');
    hot.sandbox.define('::t/many', ({ event }) => event.data);
    const event = await hot.worker.publish(tenant, 'many', 0);
    await eventually(async () =>
      expect(await hot.db.query('SELECT 1 FROM hot.run WHERE event_id = $1', [event.eventId])).toHaveLength(
        1,
      ),
    );
    const clients = await Promise.all(
      Array.from({ length: 50 }, () =>
        hot.subscribe(`/v1/streams/${event.streamId}/subscribe`, { token: tenant.token }),
      ),
    );
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        hot.call('POST', '/v1/events', {
          token: tenant.token,
          body: { event_type: 'many', event_data: n + 1, stream_id: event.streamId },
        }),
      ),
    );
    for (const client of clients) {
      await eventually(() => expect(client.events).toHaveLength(42));
    }
    // Two more looks at the database: nothing is told again.
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    for (const client of clients) {
      expect(client.events).toHaveLength(42);
      const seen = client.events.map((one) => `${(one.data['run'] as RunData).run_id} ${one.name}`);
      expect(new Set(seen).size).toBe(42);
      client.close();
    }
  });

  it('tell only of the project that was asked for', async () => {
    const project = newId();
    await hot.db.execute(
      `INSERT INTO hot.project (project_id, env_id, name, created_by_user_id) VALUES ($1, $2, 'shop', $3)`,
      [project, tenant.envId, tenant.userId],
    );
    hot.serving.addHandler(tenant.envId, 'both', '::t/mine', { projectId: project, projectName: 'shop' });
    hot.serving.addHandler(tenant.envId, 'both', '::t/other');
    hot.sandbox.define('::t/mine', ({ data }) => (data('x', 1), 'mine'));
    hot.sandbox.define('::t/other', ({ data }) => (data('x', 2), 'other'));
    const client = await hot.subscribe('/v1/streams/subscribe-with-event?project=shop', {
      token: tenant.token,
      method: 'POST',
      body: { event_type: 'both', event_data: null },
    });
    await eventually(() => expect(client.names()).toContain('run:stop'));
    await eventually(async () =>
      expect(
        await hot.db.query('SELECT 1 FROM hot.run WHERE event_id = $1', [client.events[0]?.data['event_id']]),
      ).toHaveLength(2),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(client.names()).toEqual(['event:published', 'run:start', 'stream:data', 'run:stop']);
    expect(runOf(client, 3).result).toBe('mine');
    client.close();
    const unknown = await hot.call('POST', '/v1/streams/subscribe-with-event?project=nope', {
      token: tenant.token,
      body: { event_type: 'both', event_data: null },
    });
    expect(unknown.status).toBe(404);
    expect(await hot.db.query('SELECT 1 FROM hot.event WHERE env_id = $1', [tenant.envId])).toHaveLength(1);
  });

  it('answer as everywhere else when something is wrong before the headers', async () => {
    const other = await hot.tenant();
    const foreign = await hot.worker.publish(other, 'x', 1);
    const cases: readonly (readonly [string, string, unknown, number])[] = [
      ['GET', '/v1/streams/nonsense/subscribe', undefined, 400],
      ['GET', `/v1/streams/${newId()}/subscribe`, undefined, 404],
      ['GET', `/v1/streams/${foreign.streamId}/subscribe`, undefined, 404],
      ['GET', `/v1/runs/${newId()}/subscribe`, undefined, 404],
      ['POST', '/v1/streams/subscribe-with-event', { event_type: 'x' }, 400],
      [
        'POST',
        '/v1/streams/subscribe-with-event',
        { event_type: 'x', event_data: 1, stream_id: foreign.streamId },
        404,
      ],
    ];
    for (const [method, path, body, status] of cases) {
      const answer = await hot.call(method, path, { token: tenant.token, body });
      expect([path, answer.status]).toEqual([path, status]);
      expect(answer.body.error?.code).toBe(status === 400 ? 'bad_request' : 'not_found');
    }
    expect(await hot.db.query('SELECT 1 FROM hot.event WHERE env_id = $1', [tenant.envId])).toHaveLength(0);
    const narrow = await hot.key(tenant, { 'event:*': ['create'] });
    const denied = await hot.call('POST', '/v1/streams/subscribe-with-event', {
      token: narrow,
      body: { event_type: 'x', event_data: 1 },
    });
    expect(denied.status).toBe(403);
  });

  it('tell all activity of an environment to its own subscribers only [api-15.42, api-15.43]', async () => {
    const other = await hot.tenant();
    hot.serving.addHandler(tenant.envId, 'seen', '::t/seen');
    hot.sandbox.define('::t/seen', () => null);
    const mine = await hot.subscribe('/v1/env/subscribe', { token: tenant.token });
    const theirs = await hot.subscribe('/v1/env/subscribe', { token: other.token });
    await hot.call('POST', '/v1/events', {
      token: tenant.token,
      body: { event_type: 'seen', event_data: 'secret-data' },
    });
    await eventually(() => expect(mine.names()).toContain('run:stop'));
    expect(mine.names()).toEqual([
      'stream:created',
      'event:created',
      'event:handled',
      'run:start',
      'run:stop',
    ]);
    expect(mine.raw).not.toContain('secret-data');
    expect(mine.events[3]?.data).toMatchObject({
      run_type: 'event',
      fn_name: '::t/seen',
      env_id: tenant.envId,
    });
    expect(mine.events[4]?.data).toHaveProperty('duration_ms');
    expect(theirs.events).toEqual([]);
    mine.close();
    theirs.close();
  });

  it('follow one run to its end and close', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    hot.serving.addHandler(tenant.envId, 'slow', '::t/slow');
    hot.sandbox.define('::t/slow', () => released.then(() => ({ ok: true })));
    const stream = await withEvent('slow', {});
    await eventually(() => expect(stream.names()).toContain('run:start'));
    const runId = runOf(stream, 1).run_id;
    const client = await hot.subscribe(`/v1/runs/${runId}/subscribe`, { token: tenant.token });
    await eventually(() => expect(client.names()).toEqual(['run:update']));
    expect(runOf(client, 0).status).toBe('running');
    release();
    await eventually(() => expect(client.ended).toBe(true));
    expect(client.names()).toEqual(['run:update', 'run:update']);
    expect(runOf(client, 1)).toMatchObject({ status: 'succeeded', result: { ok: true } });
    const late = await hot.subscribe(`/v1/runs/${runId}/subscribe`, { token: tenant.token });
    await eventually(() => expect(late.ended).toBe(true));
    expect(late.names()).toEqual(['run:update']);
    stream.close();
  });

  it('end when their credential gets other rights, and no others', async () => {
    const token = await hot.key(tenant, { 'env:*': ['read'] });
    const [narrowed, spared] = await Promise.all([
      hot.subscribe('/v1/env/subscribe', { token }),
      hot.subscribe('/v1/env/subscribe', { token: tenant.token }),
    ]);
    await hot.db.execute(
      `UPDATE hot.api_key SET permissions = '{"event:*": ["create"]}'
        WHERE env_id = $1 AND permissions::text LIKE '%env:%'`,
      [tenant.envId],
    );
    await eventually(() => expect(narrowed.ended).toBe(true));
    expect((await hot.call('GET', '/v1/env/subscribe', { token })).status).toBe(403);
    expect(spared.ended).toBe(false);
    spared.close();
  });

  it('answer HEAD with the head, and keep nothing open for it', async () => {
    const connections = hot.http.app.get(SseConnections);
    const hub = hot.http.app.get(StreamHub);
    await eventually(() => expect([connections.size, hub.size]).toEqual([0, 0]));
    const event = await hot.worker.publish(tenant, 'nobody', 1);
    const agent = new Agent({ keepAlive: true });
    const asked = request(`${hot.url}/v1/streams/${event.streamId}/subscribe`, {
      method: 'HEAD',
      agent,
      headers: { authorization: `Bearer ${tenant.token}` },
    }).end();
    const [{ statusCode, headers }] = (await once(asked, 'response')) as [IncomingMessage];
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect([connections.size, hub.size]).toEqual([0, 0]);
    agent.destroy();
  });

  it('leave nothing behind when clients go [api-15.47]', async () => {
    const connections = hot.http.app.get(SseConnections);
    const hub = hot.http.app.get(StreamHub);
    await eventually(() => expect([connections.size, hub.size]).toEqual([0, 0]));
    const event = await hot.worker.publish(tenant, 'nobody', 1);
    for (let round = 0; round < 5; round += 1) {
      const clients = await Promise.all(
        Array.from({ length: 40 }, () =>
          hot.subscribe(`/v1/streams/${event.streamId}/subscribe`, { token: tenant.token }),
        ),
      );
      expect(connections.size).toBe(40);
      for (const client of clients) client.close();
      await eventually(() => expect([connections.size, hub.size]).toEqual([0, 0]));
    }
  });
});

describe('subscriptions with short times', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  let hot: ExecutionHarness;

  beforeAll(async () => {
    hot = await ExecutionHarness.start(database, redis, {
      HOT_API_SSE_TIMEOUT_SECONDS: '2s',
      HOT_API_SSE_KEEPALIVE_SECONDS: '500ms',
      HOT_API_SSE_CONNECTION_LIMIT_MODE: 'enforce',
      HOT_API_SSE_CONNECTIONS_PER_CREDENTIAL: '2',
    });
    await hot.worker.start();
  }, 30_000);
  afterAll(() => hot.stop());

  it('say that they are complete, or nothing for an environment, and end [L3, api-15.44, api-15.45]', async () => {
    const tenant = await hot.tenant();
    const event = await hot.worker.publish(tenant, 'x', 1);
    const stream = await hot.subscribe(`/v1/streams/${event.streamId}/subscribe`, { token: tenant.token });
    const env = await hot.subscribe('/v1/env/subscribe', { token: tenant.token });
    await eventually(() => expect([stream.ended, env.ended]).toEqual([true, true]));
    expect(stream.events).toEqual([
      { name: 'stream:complete', data: { type: 'stream:complete', stream_id: event.streamId } },
    ]);
    expect(env.events).toEqual([]);
    expect(stream.comments).toBeGreaterThanOrEqual(2);
    expect(stream.raw).toContain(': keepalive\n\n');
  });

  it('are refused over the limit, and free again when one ends', async () => {
    const tenant = await hot.tenant();
    const clients = await Promise.all(
      [1, 2].map(() => hot.subscribe('/v1/env/subscribe', { token: tenant.token })),
    );
    const refused = await hot.call('GET', '/v1/env/subscribe', { token: tenant.token });
    expect(refused.status).toBe(429);
    expect(refused.body.error).toMatchObject({ code: 'rate_limit_exceeded', retry_after: 1 });
    clients[0]?.close();
    await eventually(async () => {
      const again = await hot.subscribe('/v1/env/subscribe', { token: tenant.token });
      again.close();
      expect(again.status).toBe(200);
    });
    clients[1]?.close();
  });
});
