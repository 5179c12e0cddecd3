import { RedisConnections } from '@app/platform/redis';
import { dropDatabase, eventually, freshDatabase, useDatabase, useRedis } from '@app/testing';
import { ApiHarness } from './testing/api-harness';

describe('health of the API', () => {
  const database = useDatabase();
  const redis = useRedis();
  let api: ApiHarness;
  beforeAll(async () => {
    api = await ApiHarness.start(database.url, redis);
    await api.http.app.get(RedisConnections).whenUp(5_000);
  });
  afterAll(() => api.stop());

  const get = (url: string, headers: Record<string, string> = {}) =>
    api.call('GET', url, { token: null, headers });

  it('is alive and ready without a credential, on every host', async () => {
    const live = await get('/healthz/live', { host: 'whatever.example.test' });
    expect([live.statusCode, live.json()]).toEqual([200, { status: 'ok' }]);
    const ready = await get('/healthz/ready', { host: 'whatever.example.test' });
    expect([ready.statusCode, ready.json()]).toEqual([
      200,
      { status: 'ok', checks: { database: 'ok', migrations: 'ok', redis: 'ok' } },
    ]);
  });

  it('tells of requests by route and status, and never of paths, names or secrets', async () => {
    await api.call('GET', '/v1/projects/top-secret-name');
    await get('/v1/rockets-of-acme');
    await api.http.app.listen(0, '127.0.0.1');
    const subscribed = await fetch(`${await api.http.app.getUrl()}/v1/env/subscribe`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${api.tenant.token}` },
    });
    expect(subscribed.status).toBe(200);
    const answer = await get('/metrics');
    expect(answer.headers['content-type']).toContain('text/plain');
    const lines = answer.body.split('\n');
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^hot_http_requests_total\{method="GET",route="\/v1\/projects\/:project_id_or_slug",status="404"\} \d+$/,
      ),
    );
    expect(lines).toContainEqual(
      expect.stringMatching(/^hot_http_requests_total\{method="GET",route="unknown",status="404"\} \d+$/),
    );
    // Event streams count as requests; how long they were open says nothing of how fast we are.
    const ofStreams = lines.filter((line) => line.includes('route="/v1/env/subscribe"'));
    expect(ofStreams).toEqual([
      'hot_http_requests_total{method="HEAD",route="/v1/env/subscribe",status="200"} 1',
    ]);
    for (const name of [
      'hot_http_request_duration_seconds_bucket',
      'hot_sse_subscribers 0',
      'hot_db_pool_connections{state="idle"}',
      'hot_redis_up 1',
    ]) {
      expect([name, lines.some((line) => line.startsWith(name))]).toEqual([name, true]);
    }
    for (const secret of [
      'top-secret-name',
      'rockets-of-acme',
      api.tenant.orgId,
      api.tenant.envId,
      'hot_0',
    ]) {
      expect([secret, answer.body.includes(secret)]).toEqual([secret, false]);
    }
    const names = lines.filter((line) => line.startsWith('# TYPE ')).map((line) => line.split(' ')[2] ?? '');
    expect(names.filter((name) => !name.startsWith('hot_'))).toEqual([]);
  });

  it('counts what was accepted', async () => {
    const accepted = async (): Promise<number> => {
      const line = (await get('/metrics')).body
        .split('\n')
        .find((each) => each.startsWith('hot_events_accepted_total{source="api"}'));
      return Number(line?.split(' ')[1] ?? 0);
    };
    const before = await accepted();
    await api.call('POST', '/v1/events', { body: { event_type: 'a:b', event_data: {} } });
    expect(await accepted()).toBe(before + 1);
  });

  it('keeps the metrics to this machine, and from whoever comes through a proxy', async () => {
    expect((await get('/metrics', { 'x-forwarded-for': '127.0.0.1' })).statusCode).toBe(403);
    const answer = await api.http.server.inject({
      method: 'GET',
      url: '/metrics',
      remoteAddress: '10.0.0.9',
    });
    expect(answer.statusCode).toBe(403);
  });

  it('is not rate-limited', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => get('/healthz/live')));
    expect(answers.every((each) => each.statusCode === 200)).toBe(true);
  });
});

describe('health of an API in trouble', () => {
  it('is degraded, not unready, without Redis; unready without its database, alive all the same, and refuses events in time [D7]', async () => {
    const database = await freshDatabase();
    const api = await ApiHarness.start(
      database.url,
      { url: 'redis://127.0.0.1:1', prefix: 'x' },
      { HOT_METRICS_TOKEN: 'let-me-see' },
    );
    const get = (url: string, headers: Record<string, string> = {}) =>
      api.call('GET', url, { token: null, headers });
    const ready = await get('/healthz/ready');
    expect([ready.statusCode, ready.json()]).toEqual([
      200,
      { status: 'degraded', checks: { database: 'ok', migrations: 'ok', redis: 'away' } },
    ]);
    expect((await get('/metrics')).statusCode).toBe(403);
    const metrics = await get('/metrics', { authorization: 'Bearer let-me-see' });
    expect(metrics.body).toContain('hot_redis_up 0');
    expect(metrics.body).not.toContain('let-me-see');

    await dropDatabase(database);
    await eventually(async () => {
      const gone = await get('/healthz/ready');
      expect(gone.statusCode).toBe(503);
      expect(gone.json()).toMatchObject({
        status: 'unavailable',
        checks: { database: 'away', redis: 'away' },
      });
    });
    expect((await get('/healthz/live')).statusCode).toBe(200);
    const began = performance.now();
    const published = await api.call('POST', '/v1/events', { body: { event_type: 'x', event_data: 1 } });
    expect([published.statusCode, published.json().error.code]).toEqual([503, 'service_unavailable']);
    expect(performance.now() - began).toBeLessThan(5_000);
    await api.stop();
  }, 30_000);
});
