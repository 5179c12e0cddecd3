import { connect } from 'node:net';
import { ApiKeyService } from '@app/keys';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { ApiHarness } from './testing/api-harness';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('the surface of the API', () => {
  const database = useDatabase();
  const redis = useRedis();
  let api: ApiHarness;
  beforeAll(async () => {
    api = await ApiHarness.start(database.url, redis);
  });
  afterAll(() => api.stop());

  it('tells its status without a credential and without an envelope', async () => {
    for (const url of ['/status', '/']) {
      const answer = await api.call('GET', url, { token: null });
      expect(answer.statusCode).toBe(200);
      expect(Object.keys(answer.json())).toEqual(['status', 'service', 'version', 'git_sha', 'start_time']);
      expect(answer.json()).toMatchObject({ status: 'ok', service: 'hot.dev api server' });
    }
    const [one, two] = await Promise.all([api.call('GET', '/status'), api.call('GET', '/status')]);
    expect(one.json().start_time).toBe(two.json().start_time);
  });

  it('answers one item in the envelope, with the request id in the header too', async () => {
    const answer = await api.call('GET', '/v1/env');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.json().data).toEqual({
      env_id: api.tenant.envId,
      org_id: api.tenant.orgId,
      name: 'development',
      active: true,
    });
    expect(answer.json().meta.request_id).toMatch(UUID);
    expect(answer.json().meta.request_id).toBe(answer.headers['x-request-id']);
    expect(answer.json().meta.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it('makes a fresh request id for each answer, whatever the client sends', async () => {
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const answer = await api.call('GET', '/v1/env', { headers: { 'x-request-id': 'mine' } });
        return answer.headers['x-request-id'];
      }),
    );
    expect(new Set(ids).size).toBe(20);
    expect(ids).not.toContain('mine');
  });

  it.each([
    ['no header', {}],
    ['another scheme', { authorization: 'Basic abc' }],
    ['no token', { authorization: 'Bearer ' }],
    ['two spaces', { authorization: `Bearer  hot_${'0'.repeat(32)}_${'0'.repeat(64)}` }],
    ['a short secret', { authorization: `Bearer hot_${'0'.repeat(32)}_${'0'.repeat(63)}` }],
    ['no hex', { authorization: `Bearer hot_${'g'.repeat(32)}_${'0'.repeat(64)}` }],
    ['too many parts', { authorization: `Bearer hot_${'0'.repeat(32)}_${'0'.repeat(32)}_${'0'.repeat(32)}` }],
    ['an unknown key', { authorization: `Bearer hot_${'0'.repeat(32)}_${'0'.repeat(64)}` }],
    ['an unknown session', { authorization: `Bearer s_${'0'.repeat(32)}_${'0'.repeat(32)}` }],
    ['an unknown service key', { authorization: `Bearer ${'0'.repeat(32)}_${'0'.repeat(32)}` }],
  ])('refuses %s with one and the same answer', async (_, headers) => {
    const answer = await api.call('GET', '/v1/env', {
      token: null,
      headers: headers as Record<string, string>,
    });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(answer.json()).toEqual({
      error: {
        code: 'unauthorized',
        message: 'Invalid or missing credential',
        request_id: answer.headers['x-request-id'],
      },
    });
  });

  it('refuses a known key with a wrong secret, and takes the scheme in any case', async () => {
    const wrong = api.tenant.token.slice(0, -1) + (api.tenant.token.endsWith('0') ? '1' : '0');
    expect((await api.call('GET', '/v1/env', { token: wrong })).statusCode).toBe(401);
    const headers = { authorization: `bEaReR ${api.tenant.token}` };
    expect((await api.call('GET', '/v1/env', { token: null, headers })).statusCode).toBe(200);
  });

  it('does not take tokens from the query', async () => {
    const answer = await api.call('GET', `/v1/env?token=${api.tenant.token}`, { token: null });
    expect(answer.statusCode).toBe(401);
  });

  it('refuses a deactivated key at once, although it was just used, and takes it again later', async () => {
    const keys = api.http.app.get(ApiKeyService);
    const { key, token } = await keys.create(api.tenant, {
      description: 'short-lived',
      permissions: { '*:*': ['*'] },
      userId: api.tenant.userId,
    });
    const status = async (): Promise<number> => (await api.call('GET', '/v1/env', { token })).statusCode;
    expect(await status()).toBe(200);
    await keys.update(api.tenant, key.apiKeyId, { active: false }, api.tenant.userId);
    await eventually(async () => expect(await status()).toBe(401), { timeoutMs: 1_000 });
    await keys.update(api.tenant, key.apiKeyId, { active: true }, api.tenant.userId);
    await eventually(async () => expect(await status()).toBe(200));
  });

  it('refuses all keys of an environment that was deactivated', async () => {
    const tenant = await api.addTenant();
    const status = async (): Promise<number> =>
      (await api.call('GET', '/v1/env', { token: tenant.token })).statusCode;
    expect(await status()).toBe(200);
    await api.db.execute('UPDATE hot.env SET active = false WHERE env_id = $1', [tenant.envId]);
    await eventually(async () => expect(await status()).toBe(401), { timeoutMs: 1_000 });
  });

  it('answers an unknown path without looking at credentials [api-15.36]', async () => {
    for (const url of ['/v1/rockets', '/nope', '/v1/env/', '/v1//env', '/V1/env']) {
      const answer = await api.call('GET', url, { token: null });
      expect([url, answer.statusCode]).toEqual([url, 404]);
      expect(answer.json().error).toMatchObject({ code: 'not_found', message: 'Route not found' });
    }
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'answers %s on a path that only reads with 405 [api-15.36]',
    async (method) => {
      const answer = await api.call(method, '/v1/env', { token: null });
      expect(answer.statusCode).toBe(405);
      expect(answer.json().error.code).toBe('method_not_allowed');
      expect(answer.headers['allow']).toBe('GET, HEAD');
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    },
  );

  it('answers HEAD like GET, without the body', async () => {
    const head = await api.call('HEAD', '/v1/env');
    expect(head.statusCode).toBe(200);
    expect(head.body).toBe('');
    expect(Number(head.headers['content-length'])).toBeGreaterThan(100);
    expect((await api.call('HEAD', '/v1/env', { token: null })).statusCode).toBe(401);
  });

  it('answers a malformed URL, and bytes that are no HTTP, in the envelope', async () => {
    const answer = await api.call('GET', '/v1/%zz');
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.code).toBe('bad_request');
    expect(answer.headers['x-request-id']).toBe(answer.json().error.request_id);
    await api.http.app.listen({ host: '127.0.0.1', port: 0 });
    const address = api.http.server.server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('GARBAGE\r\n\r\n'));
      let received = '';
      socket.on('data', (chunk) => (received += chunk.toString()));
      socket.on('end', () => resolve(received));
      socket.on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(text).toContain('"code":"bad_request"');
  });

  it('needs the permission, under the id or the name of the environment', async () => {
    const status = async (permissions: Record<string, string[]>): Promise<number> =>
      (await api.call('GET', '/v1/env', { token: await api.key(permissions) })).statusCode;
    expect(await status({ [`env:${api.tenant.envId}`]: ['read'] })).toBe(200);
    expect(await status({ 'env:development': ['read'] })).toBe(200);
    expect(await status({ 'env:production': ['read'] })).toBe(403);
    const answer = await api.call('GET', '/v1/env', { token: await api.key({}) });
    expect(answer.json().error).toMatchObject({
      code: 'forbidden',
      message: `Credential does not have read permission for env:${api.tenant.envId}`,
    });
  });

  it('records each authenticated request, and none that was refused', async () => {
    const tenant = await api.addTenant();
    await api.call('GET', '/v1/env?a=1&token=x', {
      token: tenant.token,
      headers: { 'user-agent': 'spec', 'x-forwarded-for': '203.0.113.9, 10.0.0.1', host: 'localhost:4681' },
    });
    await api.call('GET', '/v1/env', { token: `${tenant.token.slice(0, -1)}x` });
    const rows = await eventually(async () => {
      const found = await api.db.query('SELECT * FROM hot.access WHERE env_id = $1', [tenant.envId]);
      expect(found).toHaveLength(1);
      return found;
    });
    expect(rows[0]).toMatchObject({
      source: 'api',
      service_key_id: null,
      session_id: null,
      user_id: tenant.userId,
      ip_address: '203.0.113.9',
      user_agent: 'spec',
      host: 'localhost:4681',
      method: 'GET',
      path: '/v1/env',
      query_params: 'a=1&token=[secret]',
    });
    expect(rows[0]?.['api_key_id']).toMatch(UUID);
  });

  it('serves the document and the explorer from its own disk', async () => {
    const document = await api.call('GET', '/openapi.json', { token: null });
    expect(document.json()).toMatchObject({ openapi: '3.1.0', info: { title: 'Hot API' } });
    const page = await api.call('GET', '/docs/api', { token: null });
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    const sources = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(sources.length).toBeGreaterThan(2);
    for (const url of sources)
      expect([url, (await api.call('GET', url, { token: null })).statusCode]).toEqual([url, 200]);
    expect((await api.call('GET', '/docs/api/package.json', { token: null })).statusCode).toBe(404);
  });
});

describe('an API that stops', () => {
  const database = useDatabase();
  const redis = useRedis();

  it('has written the access records of all requests it answered', async () => {
    const api = await ApiHarness.start(database.url, redis);
    await Promise.all(Array.from({ length: 700 }, () => api.call('GET', '/v1/env')));
    const { envId } = api.tenant;
    await api.stop();
    const other = await ApiHarness.start(database.url, redis);
    const row = await other.db.queryOne('SELECT count(*) AS n FROM hot.access WHERE env_id = $1', [envId]);
    expect(row).toEqual({ n: 700 });
    await other.stop();
  });
});
