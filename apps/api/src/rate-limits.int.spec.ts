/** One budget per organization, counted exactly by several processes. */
import { RedisConnections } from '@app/platform/redis';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { ApiHarness, type TestTenant } from './testing/api-harness';

const PERMISSIONS = { '*:*': ['*'] };

describe('the rate limit of an organization', () => {
  const database = useDatabase();
  const redis = useRedis();
  let one: ApiHarness;
  let two: ApiHarness;
  beforeAll(async () => {
    [one, two] = await Promise.all([
      ApiHarness.start(database.url, redis),
      ApiHarness.start(database.url, redis),
    ]);
    await Promise.all([one, two].map((api) => api.http.app.get(RedisConnections).whenUp(5_000)));
  });
  afterAll(async () => {
    await Promise.all([one.stop(), two.stop()]);
  });

  const putOnPlan = (tenant: TestTenant, planId: string, features: object = {}): Promise<number> =>
    one.db.execute(
      `INSERT INTO hot.org_plan (org_id, plan_uuid, features)
       SELECT $1, plan_uuid, $3 FROM hot.plan WHERE plan_id = $2
       ON CONFLICT (org_id) DO UPDATE SET plan_uuid = excluded.plan_uuid, features = excluded.features`,
      [tenant.orgId, planId, JSON.stringify(features)],
    );
  /** So many requests at once, shared between the two processes. Answers how often each status came. */
  const storm = async (tokens: readonly string[], count: number): Promise<Record<number, number>> => {
    const answers = await Promise.all(
      Array.from({ length: count }, (_, at) =>
        (at % 2 === 0 ? one : two).call('GET', '/v1/env', { token: tokens[at % tokens.length] ?? null }),
      ),
    );
    const statuses: Record<number, number> = {};
    for (const { statusCode } of answers) statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
    return statuses;
  };
  const secondEnv = async (tenant: TestTenant): Promise<string> => {
    const envId = (
      await one.db.queryOne<{ env_id: string }>(
        `INSERT INTO hot.env (env_id, org_id, name) VALUES (gen_random_uuid(), $1, 'production') RETURNING env_id`,
        [tenant.orgId],
      )
    )?.env_id;
    return one.key(PERMISSIONS, { ...tenant, envId: envId ?? '' });
  };

  it.each([
    ['starter', 20],
    ['pro', 100],
  ])(
    'of plan %s admits exactly %i requests a second, over all environments and processes [api-15.48]',
    async (plan, limit) => {
      const tenant = await one.addTenant();
      await putOnPlan(tenant, plan);
      expect(await storm([tenant.token, await secondEnv(tenant)], limit + 30)).toEqual({
        200: limit,
        429: 30,
      });
    },
  );

  it('says in the header and in the body when to try again, and then it works [api-15.48]', async () => {
    const tenant = await one.addTenant();
    await putOnPlan(tenant, 'starter', { rate_limit_rps: 1 });
    await one.call('GET', '/v1/env', { token: tenant.token });
    const answer = await two.call('GET', '/v1/env', { token: tenant.token });
    expect(answer.statusCode).toBe(429);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.json().error).toEqual({
      code: 'rate_limit_exceeded',
      message: 'Rate limit exceeded. Retry after 1 second.',
      request_id: answer.headers['x-request-id'],
      retry_after: 1,
    });
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    expect((await two.call('GET', '/v1/env', { token: tenant.token })).statusCode).toBe(200);
  });

  it('does not count what was refused, neither for the limit nor as an access', async () => {
    const tenant = await one.addTenant();
    await putOnPlan(tenant, 'starter', { rate_limit_rps: 3 });
    const wrong = `${tenant.token.slice(0, -1)}${tenant.token.endsWith('0') ? '1' : '0'}`;
    expect(await storm([wrong], 10)).toEqual({ 401: 10 });
    expect(await storm([tenant.token], 9)).toEqual({ 200: 3, 429: 6 });
    await eventually(async () => {
      const row = await one.db.queryOne('SELECT count(*) AS n FROM hot.access WHERE env_id = $1', [
        tenant.envId,
      ]);
      expect(row).toEqual({ n: 3 });
    });
  });

  it('comes after the path and the credential and before the request is read', async () => {
    const tenant = await one.addTenant();
    await putOnPlan(tenant, 'starter', { rate_limit_rps: 0 });
    const status = async (method: string, url: string, token: string | null): Promise<number> =>
      (await one.call(method, url, { token, payload: '{' })).statusCode;
    expect(await status('GET', '/v1/rockets', tenant.token)).toBe(404);
    expect(await status('PUT', '/v1/env', tenant.token)).toBe(405);
    expect(await status('POST', '/v1/events', null)).toBe(401);
    expect(await status('POST', '/v1/events', tenant.token)).toBe(429);
    for (const path of ['/status', '/', '/openapi.json', '/docs/api']) {
      expect([path, await status('GET', path, tenant.token)]).toEqual([path, 200]);
    }
  });

  it('leaves other organizations alone, and follows another plan at once [api-15.48]', async () => {
    const [tenant, other] = [await one.addTenant(), await one.addTenant()];
    await putOnPlan(tenant, 'starter', { rate_limit_rps: 1 });
    expect(await storm([tenant.token], 6)).toEqual({ 200: 1, 429: 5 });
    expect(await storm([other.token], 60)).toEqual({ 200: 60 });
    await putOnPlan(tenant, 'enterprise');
    await eventually(async () => expect(await storm([tenant.token], 60)).toEqual({ 200: 60 }));
  });

  it('asks Redis nothing for whoever has no limit', async () => {
    const tenant = await one.addTenant();
    await storm([tenant.token], 2);
    const keys = await one.http.app.get(RedisConnections).commands().keys(`*:rate:${tenant.orgId}`);
    expect(keys).toEqual([]);
    await putOnPlan(tenant, 'starter');
    await eventually(async () => {
      await storm([tenant.token], 2);
      const now = await one.http.app.get(RedisConnections).commands().keys(`*:rate:${tenant.orgId}`);
      expect(now).toHaveLength(1);
    });
  });
});

describe('a rate limit without Redis', () => {
  const database = useDatabase();

  it('lets everybody pass', async () => {
    // Nothing listens there.
    const api = await ApiHarness.start(database.url, { url: 'redis://127.0.0.1:1', prefix: 'x' });
    await api.db.execute(
      `INSERT INTO hot.org_plan (org_id, plan_uuid, features)
       SELECT $1, plan_uuid, '{"rate_limit_rps":1}' FROM hot.plan WHERE plan_id = 'starter'`,
      [api.tenant.orgId],
    );
    const statuses = [];
    for (let at = 0; at < 5; at += 1) statuses.push((await api.call('GET', '/v1/env')).statusCode);
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
    await api.stop();
  });
});
