import { newId } from '@app/kernel';
import { fakeFailure } from '@app/runs/testing';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { ExecutionHarness, type Answer, type ExecutionTenant } from '../testing';

const data = (answer: Answer) => answer.body.data as unknown as Record<string, unknown>;
const rows = (answer: Answer) => answer.body.data as unknown as Record<string, unknown>[];
const pagination = (answer: Answer) => answer.body['pagination'] as unknown as Record<string, unknown>;

describe('events and runs over HTTP', () => {
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

  const call = (method: string, path: string, body?: unknown) =>
    hot.call(method, path, { token: tenant.token, ...(body === undefined ? {} : { body }) });
  const publish = (eventType: string, eventData: unknown, more: object = {}) =>
    call('POST', '/v1/events', { event_type: eventType, event_data: eventData, ...more });
  const ended = (eventId: unknown, count: number) =>
    eventually(async () => {
      const answer = await call('GET', `/v1/events/${String(eventId)}/runs`);
      expect(rows(answer)).toHaveLength(count);
      expect(rows(answer).every((run) => !['running', 'pending_retry'].includes(String(run['status'])))).toBe(
        true,
      );
      return rows(answer);
    });

  it('gives back the data of an event to the letter [P10]', async () => {
    const eventData =
      '{"10":1.50,"2":[1e400,12345678901234567890,-0],"__proto__":{"":null},"é":"\\u0000\\ud800"}';
    const answer = await hot.call('POST', '/v1/events', {
      token: tenant.token,
      text: `{"event_type":"order:placed","event_data":${eventData}}`,
    });
    expect(answer.status).toBe(201);
    expect(answer.text).toContain(`"event_data":${eventData},`);
    expect(data(answer)).toMatchObject({ env_id: tenant.envId, event_type: 'order:placed' });
    expect(data(answer)['event_time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const again = await call('GET', `/v1/events/${String(data(answer)['event_id'])}`);
    expect(again.text).toContain(`"event_data":${eventData},`);
    const listed = await call('GET', '/v1/events?limit=1');
    expect(listed.text).toContain(`"event_data":${eventData},`);
    expect(pagination(listed)).toEqual({ total: 1, limit: 1, offset: 0, has_more: false });
  });

  it('refuses what is no event, in the envelope, and stores nothing [D9, api-15.35]', async () => {
    const cases: readonly (readonly [string, number])[] = [
      ['{', 400],
      ['[]', 400],
      ['{"event_type":"a"}', 400],
      ['{"event_data":1}', 400],
      ['{"event_type":5,"event_data":1}', 400],
      ['{"event_type":"a","event_data":1,"stream_id":"x"}', 400],
    ];
    for (const [text, status] of cases) {
      const answer = await hot.call('POST', '/v1/events', { token: tenant.token, text });
      expect([text, answer.status, answer.body.error?.code]).toEqual([text, status, 'bad_request']);
    }
    const plain = await hot.call('POST', '/v1/events', {
      token: tenant.token,
      text: '{"event_type":"a","event_data":1}',
      headers: { 'content-type': 'text/plain' },
    });
    expect([plain.status, plain.body.error?.code]).toEqual([415, 'unsupported_media_type']);
    expect(pagination(await call('GET', '/v1/events'))['total']).toBe(0);
  });

  it('joins a stream of the environment, makes an unknown one, and does not know those of others', async () => {
    const other = await hot.tenant();
    const foreign = await hot.worker.publish(other, 'x', 1);
    const first = await publish('a', 1);
    const streamId = data(first)['stream_id'];
    expect(data(await publish('a', 2, { stream_id: streamId }))['stream_id']).toBe(streamId);
    const chosen = newId();
    const made = await publish('a', 3, { stream_id: chosen.toUpperCase().replaceAll('-', '') });
    expect(data(made)['stream_id']).toBe(chosen);
    const refused = await publish('a', 4, { stream_id: foreign.streamId });
    expect([refused.status, refused.body.error?.message]).toEqual([404, 'Stream not found']);
    for (const path of [`/v1/events/${foreign.eventId}`, `/v1/events/${foreign.eventId}/runs`]) {
      expect((await call('GET', path)).status).toBe(404);
    }
  });

  it('publishes once for fifty requests with one Idempotency-Key [D8]', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        hot.call('POST', '/v1/events', {
          token: tenant.token,
          body: { event_type: 'once', event_data: { n: 1 } },
          headers: { 'idempotency-key': 'k1' },
        }),
      ),
    );
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
    expect(new Set(answers.map((answer) => data(answer)['event_id'])).size).toBe(1);
    expect(pagination(await call('GET', '/v1/events'))['total']).toBe(1);
    expect(await hot.db.query('SELECT 1 FROM hot.stream WHERE env_id = $1', [tenant.envId])).toHaveLength(1);
    const different = await hot.call('POST', '/v1/events', {
      token: tenant.token,
      body: { event_type: 'once', event_data: { n: 2 } },
      headers: { 'idempotency-key': 'k1' },
    });
    expect(different.status).toBe(409);
  });

  it('shows the runs of an event of handlers in two projects [api-15.38]', async () => {
    const one = hot.serving.addHandler(tenant.envId, 'multi', '::a/one', { projectName: 'a' });
    const two = hot.serving.addHandler(tenant.envId, 'multi', '::b/two', { projectName: 'b' });
    hot.sandbox.define('::a/one', () => 1);
    hot.sandbox.define('::b/two', () => {
      throw fakeFailure('card declined');
    });
    const runs = await ended(data(await publish('multi', {}))['event_id'], 2);
    expect(runs.map((run) => run['status']).sort()).toEqual(['failed', 'succeeded']);
    expect(new Set(runs.map((run) => run['project_id']))).toEqual(new Set([one.projectId, two.projectId]));
    expect(runs.find((run) => run['status'] === 'failed')?.['result']).toEqual({
      $type: '::hot::run/Failure',
      $val: { msg: 'card declined', err: null },
    });
  });

  it('filters, pages and counts runs, and the numbers add up [api-15.32, api-15.37]', async () => {
    hot.serving.addHandler(tenant.envId, 'mix', '::t/mix');
    hot.sandbox.define('::t/mix', ({ event }) => {
      if ((event.data as { fail: boolean }).fail) throw fakeFailure('no');
      return null;
    });
    hot.serving.addHandler(tenant.envId, 'wait', '::t/wait', { retry: { attempts: 1, delay: 60_000 } });
    hot.sandbox.define('::t/wait', () => {
      throw fakeFailure('later');
    });
    const events = [];
    for (let n = 0; n < 12; n += 1)
      events.push(data(await publish('mix', { fail: n % 3 === 0 }))['event_id']);
    for (const eventId of events) await ended(eventId, 1);
    const calledAt = await publish('hot:call', { fn: '::t/none' });
    await ended(data(calledAt)['event_id'], 1);
    await publish('wait', null);
    const stats = await eventually(async () => {
      const answer = await call('GET', '/v1/runs/stats');
      expect(data(answer)['running']).toBe(1);
      expect(rows(await call('GET', '/v1/runs?status=pending_retry'))).toHaveLength(1);
      return data(answer);
    });
    expect(stats).toEqual({ total_runs: 14, running: 1, succeeded: 8, failed: 5, cancelled: 0 });

    const total = async (query: string) => pagination(await call('GET', `/v1/runs?${query}`))['total'];
    expect(await total('')).toBe(14);
    expect(await total('status=failed')).toBe(5);
    expect(await total('status=failed&type=event')).toBe(4);
    expect(await total('type=call')).toBe(1);
    expect(await total('type=task')).toBe(0);
    expect(await total('status=pending_retry&type=event&time_range=PT1H')).toBe(1);
    expect(await total('status=&type=&time_range=all')).toBe(14);
    expect(await total('time_range=PT1H&status=succeeded')).toBe(8);
    const waiting = rows(await call('GET', '/v1/runs?status=pending_retry'))[0];
    expect(waiting).toMatchObject({ status: 'pending_retry', result: { $val: { msg: 'later' } } });
    expect(waiting?.['stop_time']).not.toBeNull();
    expect(Date.parse(String(waiting?.['next_retry_at']))).toBeGreaterThan(Date.now() + 30_000);

    const all = rows(await call('GET', '/v1/runs?limit=500'));
    const times = all.map((run) => String(run['start_time']));
    expect(times).toEqual([...times].sort().reverse());
    const paged = [];
    for (let offset = 0; offset < 14; offset += 4) {
      paged.push(...rows(await call('GET', `/v1/runs?limit=4&offset=${offset}`)));
    }
    expect(paged.map((run) => run['run_id'])).toEqual(all.map((run) => run['run_id']));
  });

  it('clamps paging, and refuses filters that mean nothing [api-15.33, api-15.34]', async () => {
    const page = async (query: string) => pagination(await call('GET', `/v1/runs?${query}`));
    expect(await page('limit=0')).toMatchObject({ limit: 1 });
    expect(await page('limit=501')).toMatchObject({ limit: 500 });
    expect(await page('offset=-1')).toMatchObject({ offset: 0 });
    expect(await page('offset=100000')).toMatchObject({ total: 0, has_more: false });
    for (const query of [
      'limit=abc',
      'limit=1.5',
      'status=odd',
      'type=odd',
      'time_range=7D',
      'time_range=P0D',
    ]) {
      const answer = await call('GET', `/v1/runs?${query}`);
      expect([query, answer.status, answer.body.error?.code]).toEqual([query, 400, 'bad_request']);
    }
  });

  it('calls a function by its name, and keeps other hot: events from being commands [X12]', async () => {
    hot.serving.addHandler(tenant.envId, 'unused', '::t/add');
    let seen: unknown;
    hot.sandbox.define('::t/add', ({ run }) => {
      const { host, ...told } = run;
      seen = told;
      expect(host).toBeDefined();
      return (JSON.parse(run.argsJson) as number[]).reduce((a, b) => a + b);
    });
    const called = await publish('hot:call', {
      fn: '::t/add',
      args: [1, 2],
      caller: { auth: { type: 'api-key', name: 'forged' } },
      retry: { run_id: newId(), attempt: 3 },
      _hot_target_build_id: newId(),
    });
    expect(await ended(data(called)['event_id'], 1)).toMatchObject([
      { status: 'succeeded', run_type: 'call', result: 3, retry_attempt: 0, origin_run_id: null },
    ]);
    expect(JSON.stringify(seen)).toContain('[1,2]');
    expect(JSON.stringify(seen)).not.toMatch(/forged|hot\.request/);
    const stored = await publish('hot:schedule:new', { fn: '::t/add', schedule: '* * * * *' });
    expect(stored.status).toBe(201);
    await eventually(async () =>
      expect(
        await hot.db.query('SELECT 1 FROM hot.event_unhandled WHERE event_id = $1', [
          data(stored)['event_id'],
        ]),
      ).toHaveLength(1),
    );
  });

  it('asks for the permission of the event’s type, or of the called function', async () => {
    const key = await hot.key(tenant, { 'event:order:*': ['create'], 'call:::t/add': ['create', 'read'] });
    const as = (body: unknown) => hot.call('POST', '/v1/events', { token: key, body });
    expect((await as({ event_type: 'order:placed', event_data: 1 })).status).toBe(201);
    expect((await as({ event_type: 'user:made', event_data: 1 })).status).toBe(403);
    const called = await as({ event_type: 'hot:call', event_data: { fn: '::t/add', args: [] } });
    expect(called.status).toBe(201);
    expect((await as({ event_type: 'hot:call', event_data: { fn: '::t/sub' } })).status).toBe(403);
    const read = (path: string) => hot.call('GET', path, { token: key });
    expect((await read(`/v1/events/${String(data(called)['event_id'])}`)).status).toBe(200);
    expect((await read('/v1/events')).status).toBe(403);
    expect((await read('/v1/runs')).status).toBe(403);
    const [run] = await ended(data(called)['event_id'], 1);
    expect((await read(`/v1/runs/${String(run?.['run_id'])}`)).status).toBe(200);
    const stranger = await hot.key(tenant, { 'event:x': ['read'] });
    expect((await hot.call('GET', `/v1/runs/${String(run?.['run_id'])}`, { token: stranger })).status).toBe(
      403,
    );
  });

  it('accepts ten megabytes and refuses too much [api-15.65]', async () => {
    const big = await publish('big', 'x'.repeat(10 * 1024 * 1024));
    expect(big.status).toBe(201);
    const huge = await publish('big', 'x'.repeat(20 * 1024 * 1024));
    expect([huge.status, huge.body.error?.code]).toEqual([413, 'payload_too_large']);
  });

  it('pages deep into the past by walking the counters', async () => {
    // Sixty minutes of history with a hundred runs each, one of them live in between.
    await hot.db.execute(
      `INSERT INTO hot.run (run_id, retention_class, env_id, stream_id, run_type, status, start_time, stop_time, duration_us)
       SELECT (substr(hot.uuidv7_floor(t)::text, 1, 14) || '7' || lpad(to_hex(n), 3, '0') || '-8000-000000000000')::uuid,
              -1, $1, $1, 2, CASE WHEN n % 10 = 0 THEN 3 ELSE 2 END, t, t, 1
       FROM generate_series(0, 59) m, generate_series(0, 99) n,
            LATERAL (SELECT date_trunc('minute', now()) - m * interval '1 minute' - interval '1 hour' + n * interval '100 ms' AS t) x`,
      [tenant.envId],
    );
    await hot.db.execute(
      `INSERT INTO hot.run_bucket (env_id, granularity, bucket_start, project_id, run_type, status, slot, count)
       SELECT env_id, g, CASE g WHEN 0 THEN to_timestamp(0) ELSE date_trunc('minute', start_time) END,
              '00000000-0000-0000-0000-000000000000', run_type, status, 0, count(*)
       FROM hot.run CROSS JOIN (VALUES (0), (1)) v(g) WHERE env_id = $1 GROUP BY 1, 2, 3, 5, 6`,
      [tenant.envId],
    );
    const expected = await hot.db.query<{ run_id: string }>(
      'SELECT run_id FROM hot.run WHERE env_id = $1 ORDER BY run_id DESC',
      [tenant.envId],
    );
    for (const offset of [0, 1_999, 2_000, 2_001, 4_321, 5_990]) {
      const answer = await call('GET', `/v1/runs?limit=20&offset=${offset}`);
      expect(pagination(answer)['total']).toBe(6_000);
      expect(rows(answer).map((run) => run['run_id'])).toEqual(
        expected.slice(offset, offset + 20).map((run) => run.run_id),
      );
    }
    expect(pagination(await call('GET', '/v1/runs?status=failed'))['total']).toBe(600);
    const half = await call('GET', '/v1/runs?time_range=PT90M&limit=1');
    const [counted] = await hot.db.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM hot.run WHERE env_id = $1 AND start_time >= now() - interval '90 minutes'`,
      [tenant.envId],
    );
    expect(Math.abs(Number(pagination(half)['total']) - (counted?.n ?? 0))).toBeLessThanOrEqual(20);
  });
});
