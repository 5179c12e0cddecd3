import { DomainRepository, DomainSteps } from '@app/domains';
import { TestNameServer } from '@app/domains/testing';
import { newId } from '@app/kernel';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { ApiHarness, type TestTenant } from './testing/api-harness';

describe('custom domains', () => {
  const database = useDatabase();
  const redis = useRedis();
  let names: TestNameServer;
  let api: ApiHarness;
  let other: ApiHarness;
  beforeAll(async () => {
    names = await TestNameServer.start();
    const settings = {
      HOT_DOMAIN_NAME_SERVERS: names.address,
      HOT_DOMAIN_ROUTING_TARGET: 'ingress.example.test',
      HOT_API_KNOWN_HOSTS: 'api.inside.example',
    };
    [api, other] = await Promise.all([
      ApiHarness.start(database.url, redis, settings),
      ApiHarness.start(database.url, redis, { ...settings, HOT_DOMAIN_MODE: 'none' }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([api.stop(), other.stop(), names.stop()]);
  });

  const fresh = (): string => `h${newId()}.example.test`;
  const register = async (domain: string, token = api.tenant.token) =>
    api.call('POST', '/v1/domains', { token, body: { domain } });
  const made = async (domain = fresh(), token = api.tenant.token) => {
    const answer = await register(domain, token);
    expect([answer.statusCode, answer.body]).toEqual([201, expect.any(String)]);
    return answer.json().data as Record<string, string> & { domain_id: string };
  };
  const verify = async (id: string) => (await api.call('POST', `/v1/domains/${id}/verify`)).json().data;
  const proven = async (domain = fresh(), token = api.tenant.token) => {
    const row = await made(domain, token);
    names.alias(row['acm_validation_cname_name'] ?? '', row['acm_validation_cname_value'] ?? '');
    await api.call('POST', `/v1/domains/${row.domain_id}/verify`, { token });
    return row;
  };
  /** What the worker does with an open domain. */
  const advance = async (id: string): Promise<void> => {
    const rows = await api.http.app.get(DomainRepository).openAcrossTenants(10_000, true);
    for (const row of rows) if (row.domain_id === id) await api.http.app.get(DomainSteps).advance(row);
  };
  const statusAt = async (host: string, path = '/v1/env', token: string | null = api.tenant.token) =>
    (await api.call('GET', path, { token, headers: { host } })).statusCode;
  const putOnPlan = (tenant: TestTenant, planId: string, features: object = {}): Promise<number> =>
    api.db.execute(
      `INSERT INTO hot.org_plan (org_id, plan_uuid, features) SELECT $1, plan_uuid, $3 FROM hot.plan WHERE plan_id = $2
       ON CONFLICT (org_id) DO UPDATE SET features = excluded.features`,
      [tenant.orgId, planId, JSON.stringify(features)],
    );

  it('are registered in lower case, with the record that proves them and every field', async () => {
    const name = fresh();
    const data = await made(`  ${name.toUpperCase()} `);
    expect(data).toEqual({
      domain_id: expect.any(String),
      env_id: api.tenant.envId,
      domain: name,
      status: 'pending_validation',
      acm_validation_cname_name: expect.stringMatching(new RegExp(`^_[0-9a-f]{16}\\.${name}$`)),
      acm_validation_cname_value: expect.stringMatching(/^_[0-9a-f]{32}\.verify\.hot\.local$/),
      cf_distribution_domain: null,
      created_at: expect.any(String),
      dns_records: [
        {
          type: 'CNAME',
          name: data['acm_validation_cname_name'],
          value: data['acm_validation_cname_value'],
          purpose: 'certificate_validation',
        },
      ],
      validation_cname_name: data['acm_validation_cname_name'],
      validation_cname_value: data['acm_validation_cname_value'],
      routing_domain: null,
      verified_at: null,
      tls_provisioned_at: null,
      provisioning_error: null,
    });
    expect((await api.call('GET', `/v1/domains/${data.domain_id}`)).json().data).toEqual(data);
    expect((await api.call('GET', '/v1/domains')).json().data[0]).toEqual(data);
  });

  it.each([
    'nodot',
    'a.example:80',
    '*.example.com',
    '127.0.0.1',
    'api.hot.dev',
    'api.inside.example',
    'a.b.',
  ])('are refused as %p [api-15.54]', async (domain) => {
    const answer = await register(domain);
    expect([domain, answer.statusCode, answer.json().error.code]).toEqual([domain, 400, 'bad_request']);
  });

  it('belong to one environment anywhere: of registrations at once one wins [api-15.54]', async () => {
    const [domain, stranger] = [fresh(), await api.addTenant()];
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        register(domain, at % 2 === 0 ? stranger.token : api.tenant.token),
      ),
    );
    expect(answers.map((each) => each.statusCode).sort()).toEqual([201, ...Array<number>(7).fill(409)]);
    const refused = answers.find((each) => each.statusCode === 409);
    expect(refused?.json().error.code).toBe('domain_exists');
  });

  it('go from state to state, each call of verify saying what is next [api-15.54]', async () => {
    const row = await made();
    const [name, value] = [row['acm_validation_cname_name'] ?? '', row['acm_validation_cname_value'] ?? ''];
    const common = { domain_id: row.domain_id, domain: row['domain'] };
    const pending = {
      ...common,
      status: 'pending_validation',
      message: `Add a CNAME record: ${name} → ${value}`,
    };
    expect(await verify(row.domain_id)).toEqual(pending);
    names.alias(name, 'somewhere.else.example');
    expect(await verify(row.domain_id)).toEqual(pending);
    expect(await statusAt(row['domain'] ?? '')).toBe(404);

    // As name servers write it.
    names.alias(name, value.toUpperCase());
    const message = 'Domain validated successfully — CloudFront provisioning in progress';
    expect(await verify(row.domain_id)).toEqual({ ...common, status: 'validated', message });
    const validated = (await api.call('GET', `/v1/domains/${row.domain_id}`)).json().data;
    expect(validated).toMatchObject({ status: 'validated', cf_distribution_domain: 'ingress.example.test' });
    expect(validated.dns_records[1]).toEqual({
      type: 'CNAME',
      name: row['domain'],
      value: 'ingress.example.test',
      purpose: 'traffic',
    });
    await advance(row.domain_id);
    expect(await verify(row.domain_id)).toEqual({ ...common, status: 'provisioning', message });
    await advance(row.domain_id);
    expect(await verify(row.domain_id)).toEqual({ ...common, status: 'active', message: 'Domain is active' });
    await advance(row.domain_id);
    expect(await verify(row.domain_id)).toMatchObject({ status: 'active' });
  });

  it('are verified once by any number of calls, and wait when no name server answers', async () => {
    const row = await made();
    names.silent = true;
    expect(await verify(row.domain_id)).toMatchObject({ status: 'pending_validation' });
    names.silent = false;
    names.alias(row['acm_validation_cname_name'] ?? '', row['acm_validation_cname_value'] ?? '');
    const answers = await Promise.all(Array.from({ length: 6 }, () => verify(row.domain_id)));
    expect(new Set(answers.map((each) => each.status))).toEqual(new Set(['validated']));
    const { verified_at: first } = (await api.call('GET', `/v1/domains/${row.domain_id}`)).json().data;
    await verify(row.domain_id);
    expect((await api.call('GET', `/v1/domains/${row.domain_id}`)).json().data.verified_at).toBe(first);
  }, 20_000);

  it('can be in no state out of turn, whoever writes [A6]', async () => {
    const row = await made();
    for (const columns of [
      'tls_provisioned_at = now()',
      `routing_ref = 'x'`,
      `routing_domain = 'x'`,
      'verified_at = now()',
    ]) {
      await expect(
        api.db.execute(`UPDATE hot.domain SET ${columns} WHERE domain_id = $1`, [row.domain_id]),
      ).rejects.toThrow();
    }
    const repository = api.http.app.get(DomainRepository);
    await repository.markProvisioning(row.domain_id, 'early');
    await repository.markActive(row.domain_id);
    await repository.remove(row.domain_id);
    expect(await verify(row.domain_id)).toMatchObject({ status: 'pending_validation' });
    // A late check of one that was deleted meanwhile.
    await api.call('DELETE', `/v1/domains/${row.domain_id}`);
    await repository.markVerified(row.domain_id, 'late');
    expect((await api.call('GET', `/v1/domains/${row.domain_id}`)).json().data).toMatchObject({
      status: 'deleting',
      verified_at: null,
    });
  });

  it('are served as the environment, with its credentials only, and recorded under their name [api-15.56]', async () => {
    const [domain, stranger] = [fresh(), await api.addTenant()];
    await proven(domain);
    expect(await statusAt(domain)).toBe(200);
    expect(await statusAt(`${domain.toUpperCase()}:4681`)).toBe(200);
    expect(await statusAt(domain, '/v1/env', stranger.token)).toBe(403);
    expect(await statusAt(domain, '/v1/env', null)).toBe(401);
    expect(await statusAt(domain, '/v1/rockets')).toBe(404);
    await eventually(async () => {
      const row = await api.db.queryOne('SELECT count(*) AS n FROM hot.access WHERE host = $1', [domain]);
      expect(row).toEqual({ n: 2 });
    });
  });

  it('leave known hosts alone; every other host is not found, whatever is asked for but the status [api-15.56]', async () => {
    for (const host of ['localhost', '127.0.0.1:4681', '[::1]:4681', 'api.hot.dev', 'api.inside.example']) {
      expect([host, await statusAt(host)]).toEqual([host, 200]);
    }
    for (const path of ['/v1/env', '/v1/rockets', '/openapi.json', '/']) {
      expect([path, await statusAt('unknown.example.test', path)]).toEqual([path, 404]);
    }
    expect(await statusAt('unknown.example.test', '/status', null)).toBe(200);
  });

  it('stop routing at once when deleted, stay until they are cleaned up, then are free again', async () => {
    const domain = fresh();
    const row = await proven(domain);
    expect(await statusAt(domain)).toBe(200);
    const remove = async () => (await api.call('DELETE', `/v1/domains/${row.domain_id}`)).statusCode;
    expect(await remove()).toBe(204);
    await eventually(async () => expect(await statusAt(domain)).toBe(404), { timeoutMs: 1_000 });
    expect(await remove()).toBe(204);
    expect((await api.call('GET', `/v1/domains/${row.domain_id}`)).json().data.status).toBe('deleting');
    expect((await api.call('POST', `/v1/domains/${row.domain_id}/verify`)).statusCode).toBe(404);
    const again = await register(domain);
    expect([again.statusCode, again.json().error.code]).toEqual([409, 'domain_pending_deletion']);
    await advance(row.domain_id);
    await advance(row.domain_id);
    expect(await remove()).toBe(404);
    await made(domain);
  });

  it('follow the plan: none, so many, as many as one likes; those being deleted do not count [api-15.55]', async () => {
    const tenant = await api.addTenant();
    await putOnPlan(tenant, 'starter');
    await eventually(async () => {
      const none = await register(fresh(), tenant.token);
      expect([none.statusCode, none.json().error.code]).toEqual([403, 'plan_required']);
    });
    await putOnPlan(tenant, 'starter', { custom_domains: 2, rate_limit_rps: -1 });
    let first = '';
    await eventually(async () => {
      const answer = await register(fresh(), tenant.token);
      expect(answer.statusCode).toBe(201);
      first = answer.json().data.domain_id;
    });
    const answers = await Promise.all(Array.from({ length: 5 }, () => register(fresh(), tenant.token)));
    expect(answers.map((each) => each.statusCode).sort()).toEqual([201, 403, 403, 403, 403]);
    // The limit is looked at before the name.
    const full = await register('no domain', tenant.token);
    expect(full.json().error.code).toBe('domain_limit_reached');
    await api.call('DELETE', `/v1/domains/${first}`, { token: tenant.token });
    await made(fresh(), tenant.token);
  });

  it('are switched off as a whole in mode none', async () => {
    const token = await other.key({ '*:*': ['*'] });
    const answer = await other.call('POST', '/v1/domains', { token, body: { domain: 'x' } });
    expect([answer.statusCode, answer.json().error.code]).toEqual([503, 'custom_domains_disabled']);
  });

  it('tell a proxy which hosts may have a certificate', async () => {
    const domain = fresh();
    const row = await made(domain);
    const allowed = async () =>
      (await api.call('GET', `/internal/tls-allowed?domain=${domain}`, { token: null })).statusCode;
    expect(await allowed()).toBe(404);
    names.alias(row['acm_validation_cname_name'] ?? '', row['acm_validation_cname_value'] ?? '');
    await verify(row.domain_id);
    await eventually(async () => expect(await allowed()).toBe(200));
  });

  it.each([
    ['POST', '', 'create'],
    ['GET', '/:id', 'read'],
    ['POST', '/:id/verify', 'update'],
    ['DELETE', '/:id', 'delete'],
  ])('take %s %s only with %s permission for that domain', async (method, path, action) => {
    const domain = fresh();
    const id = method === 'POST' && path === '' ? '' : (await made(domain)).domain_id;
    const status = async (permissions: Record<string, string[]>): Promise<number> =>
      (
        await api.call(method, `/v1/domains${path.replace(':id', id)}`, {
          token: await api.key(permissions),
          ...(path === '' ? { body: { domain } } : {}),
        })
      ).statusCode;
    const wrong = ['create', 'read', 'update', 'delete', 'execute'].filter((each) => each !== action);
    expect(await status({ 'domain:*': wrong })).toBe(403);
    expect(await status({ 'domain:other.example': ['*'] })).toBe(403);
    expect([200, 201, 204]).toContain(await status({ [`domain:${domain}`]: [action] }));
  });

  it('are listed for who may read all of them', async () => {
    const status = async (permissions: Record<string, string[]>): Promise<number> =>
      (await api.call('GET', '/v1/domains', { token: await api.key(permissions) })).statusCode;
    expect(await status({ 'domain:*': ['read'] })).toBe(200);
    expect(await status({ 'domain:a.example': ['read'] })).toBe(403);
  });
});
