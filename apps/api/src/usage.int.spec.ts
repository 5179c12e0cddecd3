import { newId } from '@app/kernel';
import { UsageVerifier } from '@app/usage';
import { useDatabase, useRedis } from '@app/testing';
import { ApiHarness, type TestTenant } from './testing/api-harness';

describe('what an organization uses', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  let api: ApiHarness;
  beforeAll(async () => {
    api = await ApiHarness.start(database.url, redis);
  });
  afterAll(() => api.stop());

  const usage = async (token: string) => (await api.call('GET', '/v1/org/usage', { token })).json().data;
  const count = (tenant: TestTenant, day: string, metric: string, value: number): Promise<number> =>
    api.db.execute(
      `INSERT INTO hot.usage_daily (org_id, env_id, day, metric, slot, value)
       VALUES ($1, $2, ${day}, $3, 0, $4)`,
      [tenant.orgId, tenant.envId, metric, value],
    );
  const TODAY = `(now() AT TIME ZONE 'UTC')::date`;

  it('is without limits and percentages for whoever hosts itself, by the month of the calendar [api-15.52]', async () => {
    const data = await usage(api.tenant.token);
    expect(data).toMatchObject({
      org_id: api.tenant.orgId,
      limits: { runs_per_month: -1, storage_bytes: -1, compute_units_used: 0, compute_units_budget: -1 },
      plan: { name: 'Self-Hosted' },
    });
    const { compute_units_used: _, ...limits } = data.limits;
    expect(new Set(Object.values(limits))).toEqual(new Set([-1]));
    expect(data.usage_percent).toEqual({
      runs: 0,
      file_storage: 0,
      team_members: 0,
      call_storage: 0,
      store_storage: 0,
      active_schedules: 0,
      has_warning: false,
    });
    const now = new Date();
    expect(data.plan.period_start).toBe(
      new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1)).toISOString(),
    );
    expect(data.plan.period_end).toBe(
      new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)).toISOString(),
    );
  });

  it('adds up what was counted in the period, in all environments, and nothing of others', async () => {
    const [tenant, other] = [await api.addTenant(), await api.addTenant()];
    await count(tenant, TODAY, 'runs', 11);
    await count({ ...tenant, envId: newId() }, TODAY, 'runs', 4);
    await count(tenant, `${TODAY} - 40`, 'runs', 1_000);
    await count(tenant, `${TODAY} - 40`, 'calls', 7);
    await count(tenant, `${TODAY} - 40`, 'call_bytes', 70);
    await count(tenant, TODAY, 'compute_units', 12);
    await count(other, TODAY, 'runs', 500);
    await api.db.execute(
      `INSERT INTO hot.org_user (org_user_id, org_id, user_id, org_user_role_id) VALUES ($1, $2, $3, 2)`,
      [newId(), tenant.orgId, tenant.userId],
    );
    const put = await api.call('PUT', '/v1/files/upload/a.txt', { token: tenant.token, payload: '12345' });
    expect(put.statusCode).toBe(200);
    const data = await usage(tenant.token);
    expect(data.usage).toEqual({
      runs_this_period: 15,
      file_storage_bytes: 5,
      team_members: 1,
      call_storage_bytes: 70,
      call_count: 7,
      store_storage_bytes: 0,
      blob_storage_bytes: 0,
      build_storage_bytes: 0,
      active_schedules: 0,
    });
    expect(data.limits.compute_units_used).toBe(12);
    // What history no longer has is not stored any more.
    await api.db.execute('UPDATE hot.org SET retention_class = 30 WHERE org_id = $1', [tenant.orgId]);
    expect((await usage(tenant.token)).usage).toMatchObject({ call_storage_bytes: 0, call_count: 0 });
  });

  it('warns above 90 percent of a plan only [api-15.53]', async () => {
    const tenant = await api.addTenant();
    await api.db.execute(
      `INSERT INTO hot.org_plan (org_id, plan_uuid, features) SELECT $1, plan_uuid, $2 FROM hot.plan WHERE plan_id = 'pro'`,
      [tenant.orgId, JSON.stringify({ runs_per_month: 1_000 })],
    );
    await count(tenant, TODAY, 'runs', 900);
    const at90 = await usage(tenant.token);
    expect(at90).toMatchObject({
      plan: { name: 'Pro' },
      limits: { runs_per_month: 1_000, call_retention_days: 90 },
      usage_percent: { runs: 90, has_warning: false },
    });
    await api.db.execute('UPDATE hot.usage_daily SET value = 1901 WHERE org_id = $1', [tenant.orgId]);
    expect((await usage(tenant.token)).usage_percent).toMatchObject({ runs: 190.1, has_warning: true });
  });

  it('refuses events once the runs of a plan without overage are used up, and of no other plan', async () => {
    const publish = async (tenant: TestTenant) => {
      const body = { event_type: 'a', event_data: {} };
      const response = await api.call('POST', '/v1/events', { token: tenant.token, body });
      return [response.statusCode, response.json().error?.code];
    };
    const onPlan = async (plan: string, runs: number): Promise<TestTenant> => {
      const tenant = await api.addTenant();
      await api.db.execute(
        `INSERT INTO hot.org_plan (org_id, plan_uuid) SELECT $1, plan_uuid FROM hot.plan WHERE plan_id = $2`,
        [tenant.orgId, plan],
      );
      await count(tenant, TODAY, 'runs', runs);
      return tenant;
    };
    const full = await onPlan('free', 10_000);
    expect(await publish(full)).toEqual([403, 'plan_required']);
    expect(await api.db.query('SELECT 1 FROM hot.event WHERE env_id = $1', [full.envId])).toEqual([]);
    expect(await publish(await onPlan('free', 9_999))).toEqual([201, undefined]);
    expect(await publish(await onPlan('pro', 1e9))).toEqual([201, undefined]);
    const own = await api.addTenant();
    await count(own, TODAY, 'runs', 1e9);
    expect(await publish(own)).toEqual([201, undefined]);
  });

  it('is for every credential with the permission and for no other', async () => {
    const status = async (permissions: Record<string, string[]>): Promise<number> =>
      (await api.call('GET', '/v1/org/usage', { token: await api.key(permissions) })).statusCode;
    expect(await status({ 'org:usage': ['read'] })).toBe(200);
    expect(await status({ 'org:*': ['read'] })).toBe(200);
    expect(await status({ 'org:other': ['read'], 'env:*': ['read'] })).toBe(403);
    const session = await api.call('POST', '/v1/sessions', { body: { permissions: { '*:*': ['*'] } } });
    expect((await api.call('GET', '/v1/org/usage', { token: session.json().data.token })).statusCode).toBe(
      200,
    );
  });

  it('is counted again: what was counted without a fact is told, and so is a fact without a count', async () => {
    const verify = () => new UsageVerifier(api.db).verify();
    await api.db.execute('DELETE FROM hot.usage_daily');
    expect((await verify()).differences).toEqual([]);
    await count(api.tenant, TODAY, 'runs', 3);
    const file = (await api.call('PUT', '/v1/files/upload/b.txt', { payload: '1234' })).json().data;
    await api.db.execute('UPDATE hot.file SET size = 6 WHERE file_id = $1', [file.file_id]);
    const { differences } = await verify();
    expect(differences).toEqual([
      { counter: 'runs a day', id: api.tenant.envId, counted: 3, facts: 0 },
      { counter: 'file bytes', id: api.tenant.orgId, counted: 4, facts: 6 },
    ]);
  });
});
