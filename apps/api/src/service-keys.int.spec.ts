import { ApiKeyService } from '@app/keys';
import { newId } from '@app/kernel';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { ApiHarness } from './testing/api-harness';

const KEYS = '/v1/service-keys';
const JSON_TYPE = { 'content-type': 'application/json' };

describe('service keys', () => {
  const database = useDatabase();
  const redis = useRedis();
  let api: ApiHarness;
  beforeAll(async () => {
    api = await ApiHarness.start(database.url, redis);
  });
  afterAll(() => api.stop());

  const make = (body: unknown, token?: string) =>
    api.call('POST', KEYS, { body, ...(token === undefined ? {} : { token }) });
  const statusAs = async (token: string): Promise<number> =>
    (await api.call('GET', '/v1/env', { token })).statusCode;
  const one = (id: string) => api.call('GET', `${KEYS}/${id}`);

  it('are made with a token that is shown once', async () => {
    const answer = await make({
      name: 'Blue Kite GmbH',
      permissions: { 'mcp:weather/*': ['execute'] },
      metadata: { customer: 'bk-9' },
    });
    expect(answer.statusCode).toBe(201);
    const { data } = answer.json();
    expect(data).toEqual({
      service_key_id: expect.any(String),
      name: 'Blue Kite GmbH',
      description: null,
      token: expect.stringMatching(/^[0-9a-f]{32}_[0-9a-f]{32}$/),
      permissions: { 'mcp:weather/*': ['execute'] },
      metadata: { customer: 'bk-9' },
      expires_at: null,
      revoked_at: null,
      created_at: expect.any(String),
      last_used_at: null,
    });
    expect(data.token.slice(0, 32)).toBe(data.service_key_id.replaceAll('-', ''));
    const shown = { ...data, token: undefined };
    expect((await one(data.service_key_id)).json().data).toEqual(shown);
    expect((await api.call('GET', KEYS)).json().data[0]).toEqual(shown);
  });

  it('keep neither their secret nor their metadata readable', async () => {
    const { token, service_key_id } = (
      await make({ permissions: {}, metadata: { iban: 'DE-secret' } })
    ).json().data;
    const [row] = await api.db.query<{ all: string }>(
      'SELECT s::text AS all FROM hot.service_key s WHERE service_key_id = $1',
      [service_key_id],
    );
    expect(row?.all).toContain('hot1:');
    expect(row?.all).not.toContain('DE-secret');
    expect(row?.all).not.toContain(token.slice(-32));
  });

  it('do not open the metadata of another row', async () => {
    const [from, to] = [
      (await make({ permissions: {}, metadata: 'theirs' })).json().data,
      (await make({ permissions: {}, metadata: 'mine' })).json().data,
    ];
    await api.db.execute(
      `UPDATE hot.service_key SET metadata = (SELECT metadata FROM hot.service_key WHERE service_key_id = $1)
        WHERE service_key_id = $2`,
      [from.service_key_id, to.service_key_id],
    );
    const answer = await one(to.service_key_id);
    expect([answer.statusCode, answer.body.includes('theirs')]).toEqual([500, false]);
    await api.db.execute('DELETE FROM hot.service_key WHERE service_key_id = $1', [to.service_key_id]);
  });

  it('give metadata back to the letter', async () => {
    const text = '{"b":1.50,"10":null,"a":12345678901234567890,"__proto__":"\\u0000\\ud800"}';
    const created = await api.call('POST', KEYS, {
      payload: `{"permissions":{},"metadata":${text}}`,
      headers: JSON_TYPE,
    });
    expect(created.body).toContain(`"metadata":${text},`);
    expect((await one(created.json().data.service_key_id)).body).toContain(`"metadata":${text},`);
  });

  it.each<[object, string]>([
    [{ name: 1 }, 'name must be a string'],
    [{ name: 'x'.repeat(256) }, 'name must have at most 255 characters'],
    [{ name: 'a\u0000' }, 'name must be text without NUL and lone surrogates'],
    [{ description: {} }, 'description must be a string'],
    [{ description: 'x'.repeat(2_001) }, 'description must have at most 2000 characters'],
    [{ metadata: 'x'.repeat(16 * 1024) }, 'metadata must have at most 16384 bytes'],
    [{ permissions: { 'mcp:*': [] } }, 'Invalid permissions: Empty action list: "mcp:*"'],
    [{ permissions: null }, 'Invalid permissions: permissions must be an object of resource and actions'],
    ...[0, -1, 1.5, '60', 1e12].map((expires_in): [object, string] => [
      { expires_in },
      'expires_in must be a whole number of seconds from 1 to 100000000000',
    ]),
  ])('are refused with %j', async (wrong, message) => {
    const answer = await make({ permissions: {}, ...wrong });
    expect([answer.statusCode, answer.json().error.code, answer.json().error.message]).toEqual([
      400,
      'bad_request',
      message,
    ]);
  });

  it.each([
    [{ name: '', description: '' }],
    [{ name: '🌊'.repeat(255), description: '🌊'.repeat(2_000) }],
    [{ name: null, description: null, metadata: null, expires_in: null }],
  ])('may be called anything', async (input) => {
    const answer = await make({ permissions: {}, ...input });
    expect(answer.statusCode).toBe(201);
    expect(answer.json().data).toMatchObject({ name: input.name, description: input.description });
  });

  it('may carry every type of resource that the API key has [api-15.20]', async () => {
    const narrow = await api.key({ 'mcp:weather/*': ['execute'] });
    for (const permissions of [
      { 'mcp:weather/*': ['execute'], 'stream:*': ['read'] },
      { 'call:*': ['create'] },
      { 'context:*': ['read'] },
      { 'project:*': ['read'] },
      { 'file:*': ['read'] },
      { '*:*': ['*'] },
    ]) {
      expect((await make({ permissions })).statusCode).toBe(201);
      const refused = await make({ permissions, expires_in: 0 }, narrow);
      expect([refused.statusCode, refused.json().error.code]).toEqual([403, 'permission_escalation']);
    }
    expect((await make({ permissions: { 'mcp:weather/now': ['*'] } }, narrow)).statusCode).toBe(201);
    expect((await make({ permissions: {} }, narrow)).statusCode).toBe(201);
  });

  it('expire when asked to', async () => {
    const { data } = (await make({ permissions: { '*:*': ['*'] }, expires_in: 100 })).json();
    expect(Date.parse(data.expires_at) - Date.parse(data.created_at)).toBe(100_000);
    expect(await statusAs(data.token)).toBe(200);
    await api.db.execute('UPDATE hot.service_key SET expires_at = now() WHERE service_key_id = $1', [
      data.service_key_id,
    ]);
    await eventually(async () => expect(await statusAs(data.token)).toBe(401), { timeoutMs: 1_000 });
    expect((await one(data.service_key_id)).statusCode).toBe(200);
  });

  describe('that are changed', () => {
    const patch = (id: string, payload: string) =>
      api.call('PATCH', `${KEYS}/${id}`, { payload, headers: JSON_TYPE });

    it('get other metadata as a whole, and nothing else [api-15.19]', async () => {
      const { data } = (await make({ permissions: {}, name: 'n', metadata: { a: 1 } })).json();
      const { token: _, ...shown } = data;
      const answer = await patch(
        data.service_key_id,
        '{"metadata":{"b":2.0},"name":"other","permissions":{"*:*":["*"]}}',
      );
      expect([answer.statusCode, answer.json().data]).toEqual([200, { ...shown, metadata: { b: 2 } }]);
      expect(answer.body).toContain('{"b":2.0}');
      expect((await patch(data.service_key_id, '{}')).json().data.metadata).toEqual({ b: 2 });
      expect((await patch(data.service_key_id, '{"metadata":null}')).json().data.metadata).toBeNull();
      expect((await one(data.service_key_id)).json().data).toEqual({ ...shown, metadata: null });
    });

    it('are refused with what is no object, with too much, and when there are none', async () => {
      const { service_key_id } = (await make({ permissions: {} })).json().data;
      expect((await patch(service_key_id, '[]')).statusCode).toBe(400);
      expect((await patch(service_key_id, `{"metadata":"${'x'.repeat(16_384)}"}`)).statusCode).toBe(400);
      expect((await patch(newId(), '{"metadata":1}')).json().error.message).toBe('Service key not found');
      expect((await patch('nonsense', '{"metadata":1}')).statusCode).toBe(400);
    });

    it('are not changed any more when they are revoked [api-15.19]', async () => {
      const { service_key_id } = (await make({ permissions: {}, metadata: 1 })).json().data;
      await api.call('DELETE', `${KEYS}/${service_key_id}`);
      for (const body of ['{"metadata":2}', '{}']) {
        const answer = await patch(service_key_id, body);
        expect([answer.statusCode, answer.json().error.code]).toEqual([409, 'revoked']);
      }
      expect((await one(service_key_id)).json().data.metadata).toBe(1);
    });
  });

  it('are refused with the next request after they were revoked, and are still listed [api-15.19]', async () => {
    const { token, service_key_id } = (await make({ permissions: { '*:*': ['*'] } })).json().data;
    expect(await statusAs(token)).toBe(200);
    expect((await api.call('DELETE', `${KEYS}/${service_key_id}`)).statusCode).toBe(204);
    expect(await statusAs(token)).toBe(401);
    const { revoked_at } = (await one(service_key_id)).json().data;
    expect(revoked_at).toMatch(/Z$/);
    expect((await api.call('DELETE', `${KEYS}/${service_key_id}`)).statusCode).toBe(204);
    expect((await one(service_key_id)).json().data.revoked_at).toBe(revoked_at);
  });

  it('are refused in other processes when the database tells of it', async () => {
    const { token, service_key_id } = (await make({ permissions: { '*:*': ['*'] } })).json().data;
    expect(await statusAs(token)).toBe(200);
    await api.db.execute('UPDATE hot.service_key SET revoked_at = now() WHERE service_key_id = $1', [
      service_key_id,
    ]);
    await eventually(async () => expect(await statusAs(token)).toBe(401), { timeoutMs: 1_000 });
  });

  it('stand and fall with their API key [api-15.67]', async () => {
    const parent = await api.key({ '*:*': ['*'] });
    const { token } = (await make({ permissions: { 'env:*': ['read'] } }, parent)).json().data;
    expect(await statusAs(token)).toBe(200);
    const keys = api.http.app.get(ApiKeyService);
    const id = parent.slice(4, 36).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    await keys.update(api.tenant, id, { active: false }, api.tenant.userId);
    await eventually(async () => expect(await statusAs(token)).toBe(401), { timeoutMs: 1_000 });
    await keys.update(api.tenant, id, { active: true }, api.tenant.userId);
    await eventually(async () => expect(await statusAs(token)).toBe(200), { timeoutMs: 1_000 });
  });

  it('of other keys and environments do not exist', async () => {
    const mine = await api.key({ '*:*': ['*'] });
    const kept = (await make({ permissions: { '*:*': ['*'] }, metadata: 'private' }, mine)).json().data;
    for (const token of [await api.key({ '*:*': ['*'] }), (await api.addTenant()).token]) {
      for (const method of ['GET', 'PATCH', 'DELETE']) {
        const answer = await api.call(method, `${KEYS}/${kept.service_key_id}`, {
          token,
          ...(method === 'PATCH' ? { body: { metadata: 1 } } : {}),
        });
        expect([answer.statusCode, answer.json().error.message]).toEqual([404, 'Service key not found']);
      }
      expect((await api.call('GET', KEYS, { token })).json().pagination.total).toBe(0);
      expect((await api.call('DELETE', KEYS, { token })).json().data).toEqual({ revoked_count: 0 });
    }
    const { data } = (await api.call('GET', `${KEYS}/${kept.service_key_id}`, { token: mine })).json();
    expect(data).toMatchObject({ metadata: 'private', revoked_at: null });
  });

  it('are revoked all at once, counting those that worked', async () => {
    const token = await api.key({});
    const made: { service_key_id: string; token: string }[] = [];
    for (let i = 0; i < 5; i += 1) made.push((await make({ permissions: {} }, token)).json().data);
    await api.call('DELETE', `${KEYS}/${made[0]?.service_key_id}`, { token });
    await api.db.execute('UPDATE hot.service_key SET expires_at = now() WHERE service_key_id = $1', [
      made[1]?.service_key_id,
    ]);
    expect(await statusAs(made[4]?.token ?? '')).toBe(403);
    const answer = await api.call('DELETE', KEYS, { token });
    expect([answer.statusCode, answer.json().data]).toEqual([200, { revoked_count: 3 }]);
    expect(await statusAs(made[4]?.token ?? '')).toBe(401);
    expect((await api.call('DELETE', KEYS, { token })).json().data).toEqual({ revoked_count: 0 });
    const page = (await api.call('GET', `${KEYS}?limit=2&offset=1`, { token })).json();
    expect(page.data.map((each: { service_key_id: string }) => each.service_key_id)).toEqual(
      [made[3], made[2]].map((each) => each?.service_key_id),
    );
    expect(page.pagination).toEqual({ total: 5, limit: 2, offset: 1, has_more: true });
  });
});
