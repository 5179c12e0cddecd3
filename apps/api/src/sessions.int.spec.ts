import { createHash } from 'node:crypto';
import { ApiKeyService } from '@app/keys';
import { newId } from '@app/kernel';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { ApiHarness, type TestTenant } from './testing/api-harness';

const SESSIONS = '/v1/sessions';

describe('sessions', () => {
  const database = useDatabase();
  const redis = useRedis();
  let api: ApiHarness;
  beforeAll(async () => {
    api = await ApiHarness.start(database.url, redis);
  });
  afterAll(() => api.stop());

  const make = (body: unknown, token?: string) =>
    api.call('POST', SESSIONS, { body, ...(token === undefined ? {} : { token }) });
  const statusAs = async (token: string): Promise<number> =>
    (await api.call('GET', '/v1/env', { token })).statusCode;

  it('are made with a token that is shown once [api-15.14]', async () => {
    const answer = await make({ permissions: { 'env:*': ['read'] }, metadata: { visitor: 'v-81' } });
    expect(answer.statusCode).toBe(201);
    const { data } = answer.json();
    expect(Object.keys(data)).toEqual([
      'session_id',
      'token',
      'permissions',
      'metadata',
      'expires_at',
      'created_at',
      'last_used_at',
    ]);
    expect(data).toMatchObject({
      permissions: { 'env:*': ['read'] },
      metadata: { visitor: 'v-81' },
      last_used_at: null,
    });
    expect(data.token).toMatch(new RegExp(`^s_${data.session_id.replaceAll('-', '')}_[0-9a-f]{32}$`));
    expect(Date.parse(data.expires_at) - Date.parse(data.created_at)).toBe(3_600_000);
    const listed = await api.call('GET', SESSIONS);
    expect(listed.json().data[0]).toEqual({ ...data, token: undefined });
    expect(listed.body).not.toContain('token');
  });

  it('are stored without their secret', async () => {
    const { token, session_id } = (await make({ permissions: {} })).json().data;
    const [row] = await api.db.query<{ secret_hash: Buffer; all: string }>(
      'SELECT secret_hash, s::text AS all FROM hot.session s WHERE session_id = $1',
      [session_id],
    );
    const secret = token.slice(-32);
    expect(row?.all).not.toContain(secret);
    expect(row?.secret_hash.equals(createHash('sha256').update(secret, 'ascii').digest())).toBe(true);
  });

  it.each([
    [
      'text',
      '{"permissions":{},"metadata":{"b":1.50,"10":null,"a":12345678901234567890,"__proto__":"\\u0000\\ud800"}}',
    ],
    ['an array', '{"permissions":{},"metadata":[ 1, [2] ]}'],
    ['a word', '{"permissions":{},"metadata":false}'],
  ])('give metadata back to the letter: %s', async (_, payload) => {
    const created = await api.call('POST', SESSIONS, {
      payload,
      headers: { 'content-type': 'application/json' },
    });
    expect(created.statusCode).toBe(201);
    const text = payload.slice('{"permissions":{},"metadata":'.length, -1);
    expect(created.body).toContain(`"metadata":${text},`);
    expect((await api.call('GET', SESSIONS)).body).toContain(`"metadata":${text},`);
  });

  it.each([[null], [undefined]])('without metadata (%j) have null', async (metadata) => {
    const answer = await make({ permissions: {}, metadata });
    expect([answer.statusCode, answer.json().data.metadata]).toEqual([201, null]);
  });

  it('keep metadata of 16 KiB, not more', async () => {
    const fits = 'x'.repeat(16 * 1024 - 2);
    expect((await make({ permissions: {}, metadata: fits })).statusCode).toBe(201);
    const answer = await make({ permissions: {}, metadata: `${fits}x` });
    expect([answer.statusCode, answer.json().error.message]).toEqual([
      400,
      'metadata must have at most 16384 bytes',
    ]);
  });

  it.each([1, 86_400, null, undefined, 60.0])('live for %j seconds when asked to', async (expires_in) => {
    const answer = await make({ permissions: {}, expires_in });
    expect(answer.statusCode).toBe(201);
    const { expires_at, created_at } = answer.json().data;
    expect(Date.parse(expires_at) - Date.parse(created_at)).toBe((expires_in ?? 3_600) * 1_000);
  });

  it.each([0, -1, 86_401, 1.5, '60', true, [60], 1e300])(
    'are refused with a life of %j [api-15.17]',
    async (expires_in) => {
      const answer = await make({ permissions: {}, expires_in });
      expect([answer.statusCode, answer.json().error.code]).toEqual([400, 'bad_request']);
      expect(answer.json().error.message).toMatch(/^expires_in must/);
    },
  );

  it.each<[string, unknown]>([
    ['no permissions', {}],
    ['null', { permissions: null }],
    ['an array', { permissions: ['mcp:*'] }],
    ['text', { permissions: 'mcp:*' }],
    ['a number', { permissions: 42 }],
  ])('are refused with %s as permissions, by name', async (_, body) => {
    const answer = await make(body);
    expect([answer.statusCode, answer.json().error.code]).toEqual([400, 'bad_request']);
    expect(answer.json().error.message).toMatch(/^Invalid permissions: permissions /);
  });

  it.each([
    [{ 'mcp:': ['execute'] }, 'Invalid permissions: Invalid resource: "mcp:"'],
    [{ 'mcp:*': [] }, 'Invalid permissions: Empty action list: "mcp:*"'],
    [{ 'event:*': ['Read'] }, 'Invalid permissions: Invalid action: "Read" for "event:*"'],
    [{ 'mcp:*': ['create'] }, 'Invalid permissions: Action not valid for resource: "create" for "mcp:*"'],
    [
      { [`event:${'x'.repeat(70_000)}`]: ['read'] },
      'Invalid permissions: permissions must have at most 65536 bytes',
    ],
  ])('are refused with permissions that are not valid: %j', async (permissions, message) => {
    const answer = await make({ permissions });
    expect([answer.statusCode, answer.json().error.code, answer.json().error.message]).toEqual([
      400,
      'bad_request',
      message,
    ]);
  });

  it('take any text as the path of a resource', async () => {
    const permissions = { 'event:a b\u0000\ud800"\\': ['read'], 'MCP:*': ['create'] };
    const answer = await make({ permissions });
    expect([answer.statusCode, answer.json().data.permissions]).toEqual([201, permissions]);
    expect(await statusAs(answer.json().data.token)).toBe(403);
  });

  it.each([
    ['[]', 400],
    ['', 400],
    ['{', 400],
    ['"x"', 400],
  ])('are refused with the body %j', async (payload, status) => {
    const answer = await api.call('POST', SESSIONS, {
      payload,
      headers: { 'content-type': 'application/json' },
    });
    expect([answer.statusCode, answer.json().error.code]).toEqual([status, 'bad_request']);
  });

  it('are refused without a content type', async () => {
    const answer = await api.call('POST', SESSIONS, { payload: '{"permissions":{}}' });
    expect([answer.statusCode, answer.json().error.code]).toEqual([415, 'unsupported_media_type']);
  });

  describe('and the order of checks', () => {
    const refusal = async (permissions: unknown, expires_in: unknown, token: string) => {
      const answer = await make({ permissions, expires_in }, token);
      return [answer.statusCode, answer.json().error.code];
    };

    it('is body, permissions, subset, right to make sessions, life', async () => {
      const reads = await api.key({ 'event:*': ['read'], 'session:*': ['read'] });
      const makes = await api.key({ 'session:*': ['create'] });
      expect(await refusal({ oops: ['read'] }, 0, reads)).toEqual([400, 'bad_request']);
      expect(await refusal({ 'run:*': ['read'] }, 0, reads)).toEqual([403, 'permission_escalation']);
      expect(await refusal({ 'event:*': ['read'] }, 0, reads)).toEqual([403, 'forbidden']);
      expect(await refusal({}, 0, makes)).toEqual([400, 'bad_request']);
    });

    it('names what the key itself does not have', async () => {
      const answer = await make(
        { permissions: { 'event:order:*': ['*'] } },
        await api.key({ 'event:*': ['read'] }),
      );
      expect(answer.json().error.message).toBe(
        'The API key itself does not have create permission for event:order:*',
      );
    });

    it('begins with the kind of the credential, also for what is no JSON', async () => {
      const { token } = (await make({ permissions: { '*:*': ['*'] } })).json().data;
      const answer = await api.call('POST', SESSIONS, {
        token,
        payload: '{',
        headers: { 'content-type': 'application/json' },
      });
      expect([answer.statusCode, answer.json().error]).toMatchObject([
        403,
        { code: 'forbidden', message: 'Only API keys may do this' },
      ]);
    });
  });

  it('are managed only with the permissions for it [api-15.72]', async () => {
    const bare = await api.key({ 'event:*': ['read'] });
    const reader = await api.key({ 'session:*': ['read'] });
    const { session_id } = (await make({ permissions: {} })).json().data;
    const answers = async (token: string): Promise<number[]> => [
      (await api.call('POST', SESSIONS, { token, body: { permissions: {} } })).statusCode,
      (await api.call('GET', SESSIONS, { token })).statusCode,
      (await api.call('DELETE', `${SESSIONS}/${session_id}`, { token })).statusCode,
      (await api.call('DELETE', SESSIONS, { token })).statusCode,
    ];
    expect(await answers(bare)).toEqual([403, 403, 403, 403]);
    expect(await answers(reader)).toEqual([403, 200, 403, 403]);
  });

  it('of one id may be ended by who may end that one only', async () => {
    const token = await api.key({ 'session:*': ['create'] });
    const { session_id } = (await make({ permissions: {} }, token)).json().data;
    const other = (await make({ permissions: {} }, token)).json().data;
    const keys = api.http.app.get(ApiKeyService);
    const permissions = { [`session:${session_id}`]: ['delete'] };
    await keys.update(api.tenant, idOf(token), { permissions }, api.tenant.userId);
    await eventually(async () =>
      expect((await api.call('POST', SESSIONS, { token, body: { permissions: {} } })).statusCode).toBe(403),
    );
    const end = async (id: string) => (await api.call('DELETE', `${SESSIONS}/${id}`, { token })).statusCode;
    expect([await end(other.session_id), await end(session_id)]).toEqual([403, 204]);
  });

  describe('that live', () => {
    it('do what they may and nothing else', async () => {
      const { token } = (await make({ permissions: { 'event:chat:*': ['create'] } })).json().data;
      const publish = async (event_type: string) =>
        (await api.call('POST', '/v1/events', { token, body: { event_type, event_data: 1 } })).statusCode;
      expect([await publish('chat:said'), await publish('chats'), await statusAs(token)]).toEqual([
        201, 403, 403,
      ]);
    });

    it('are refused with another secret', async () => {
      const { token } = (await make({ permissions: { '*:*': ['*'] } })).json().data;
      expect(await statusAs(token)).toBe(200);
      expect(await statusAs(token.slice(0, -1) + (token.endsWith('0') ? '1' : '0'))).toBe(401);
    });

    it('are written into the record of accesses, with the person behind the key [api-15.69]', async () => {
      const { token, session_id } = (await make({ permissions: { 'env:*': ['read'] } })).json().data;
      expect(await statusAs(token)).toBe(200);
      await eventually(async () => {
        const rows = await api.db.query(
          'SELECT api_key_id, service_key_id, user_id FROM hot.access WHERE session_id = $1',
          [session_id],
        );
        expect(rows).toEqual([{ api_key_id: null, service_key_id: null, user_id: api.tenant.userId }]);
      });
    });

    it('end with their time [api-15.16]', async () => {
      const { token, session_id } = (await make({ permissions: { '*:*': ['*'] } })).json().data;
      expect(await statusAs(token)).toBe(200);
      await api.db.execute(`UPDATE hot.session SET expires_at = now() WHERE session_id = $1`, [session_id]);
      await eventually(async () => expect(await statusAs(token)).toBe(401), { timeoutMs: 1_000 });
      const listed = (await api.call('GET', `${SESSIONS}?limit=500`)).json().data;
      expect(listed.map((each: { session_id: string }) => each.session_id)).not.toContain(session_id);
      expect((await api.call('DELETE', `${SESSIONS}/${session_id}`)).statusCode).toBe(204);
    });

    it('end with the next request after they were revoked, and can be revoked again [api-15.14]', async () => {
      const { token, session_id } = (await make({ permissions: { '*:*': ['*'] } })).json().data;
      expect(await statusAs(token)).toBe(200);
      for (const _ of [1, 2]) {
        const answer = await api.call('DELETE', `${SESSIONS}/${session_id}`);
        expect([answer.statusCode, answer.body]).toEqual([204, '']);
        expect(await statusAs(token)).toBe(401);
      }
    });

    it('end in other processes when the database tells of it', async () => {
      const { token, session_id } = (await make({ permissions: { '*:*': ['*'] } })).json().data;
      expect(await statusAs(token)).toBe(200);
      // As another process does it.
      await api.db.execute('UPDATE hot.session SET revoked_at = now() WHERE session_id = $1', [session_id]);
      await eventually(async () => expect(await statusAs(token)).toBe(401), { timeoutMs: 1_000 });
    });

    it('stand and fall with their API key [api-15.67]', async () => {
      const parent = await api.key({ '*:*': ['*'] });
      const { token } = (await make({ permissions: { 'env:*': ['read'] } }, parent)).json().data;
      expect(await statusAs(token)).toBe(200);
      const keys = api.http.app.get(ApiKeyService);
      await keys.update(api.tenant, idOf(parent), { active: false }, api.tenant.userId);
      await eventually(async () => expect(await statusAs(token)).toBe(401), { timeoutMs: 1_000 });
      await keys.update(api.tenant, idOf(parent), { active: true }, api.tenant.userId);
      await eventually(async () => expect(await statusAs(token)).toBe(200), { timeoutMs: 1_000 });
      // Less for the key later does not mean less for what it made.
      await keys.update(api.tenant, idOf(parent), { permissions: {} }, api.tenant.userId);
      await eventually(async () => expect(await statusAs(parent)).toBe(403), { timeoutMs: 1_000 });
      expect(await statusAs(token)).toBe(200);
    });
  });

  it('of other keys and environments are neither listed nor ended', async () => {
    const mine = await api.key({ '*:*': ['*'] });
    const theirs = await api.addTenant();
    const kept = (await make({ permissions: { '*:*': ['*'] } }, mine)).json().data;
    for (const token of [await api.key({ '*:*': ['*'] }), theirs.token]) {
      expect((await api.call('GET', SESSIONS, { token })).json()).toMatchObject({
        data: [],
        pagination: { total: 0 },
      });
      const single = await api.call('DELETE', `${SESSIONS}/${kept.session_id}`, { token });
      expect([single.statusCode, single.json().error.message]).toEqual([404, 'Session not found']);
      expect((await api.call('DELETE', SESSIONS, { token })).json().data).toEqual({ revoked_count: 0 });
    }
    expect(await statusAs(kept.token)).toBe(200);
    expect((await api.call('DELETE', `${SESSIONS}/${newId()}`, { token: mine })).statusCode).toBe(404);
    expect((await api.call('DELETE', `${SESSIONS}/nonsense`, { token: mine })).statusCode).toBe(400);
  });

  it('are ended all at once, counting those that lived', async () => {
    const token = await api.key({ '*:*': ['*'] });
    const made = [];
    for (let i = 0; i < 5; i += 1)
      made.push((await make({ permissions: { '*:*': ['*'] } }, token)).json().data);
    await api.call('DELETE', `${SESSIONS}/${made[0].session_id}`, { token });
    await api.db.execute('UPDATE hot.session SET expires_at = now() WHERE session_id = $1', [
      made[1].session_id,
    ]);
    expect(await statusAs(made[4].token)).toBe(200);
    const answer = await api.call('DELETE', SESSIONS, { token });
    expect([answer.statusCode, answer.json().data]).toEqual([200, { revoked_count: 3 }]);
    expect(await statusAs(made[4].token)).toBe(401);
    expect((await api.call('DELETE', SESSIONS, { token })).json().data).toEqual({ revoked_count: 0 });
  });

  it('are listed in pages, newest first', async () => {
    const token = await api.key({ '*:*': ['*'] });
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1)
      ids.unshift((await make({ permissions: {} }, token)).json().data.session_id);
    const page = (await api.call('GET', `${SESSIONS}?limit=2&offset=1`, { token })).json();
    expect(page.data.map((each: { session_id: string }) => each.session_id)).toEqual(ids.slice(1, 3));
    expect(page.pagination).toEqual({ total: 5, limit: 2, offset: 1, has_more: true });
    expect((await api.call('GET', `${SESSIONS}?limit=abc`, { token })).statusCode).toBe(400);
  });
});

describe('the limit of active sessions', () => {
  const LIMIT = 5;
  const database = useDatabase();
  const redis = useRedis();
  let api: ApiHarness;
  let tenant: TestTenant;
  beforeAll(async () => {
    api = await ApiHarness.start(database.url, redis, { HOT_API_SESSION_LIMIT: `${LIMIT}` });
    tenant = api.tenant;
  });
  afterAll(() => api.stop());

  const make = (token = tenant.token) => api.call('POST', SESSIONS, { token, body: { permissions: {} } });

  it('holds for many at the same time, and per key [api-15.18]', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => make()));
    const statuses = answers.map((answer) => answer.statusCode).sort();
    expect(statuses).toEqual([
      ...Array.from({ length: LIMIT }, () => 201),
      ...Array.from({ length: 15 }, () => 429),
    ]);
    const refused = answers.find((answer) => answer.statusCode === 429);
    expect(refused?.json().error).toMatchObject({ code: 'session_limit_exceeded' });
    expect(refused?.json().error).not.toHaveProperty('retry_after');
    expect(refused?.headers).not.toHaveProperty('retry-after');
    expect((await make(await api.key({ '*:*': ['*'] }))).statusCode).toBe(201);
  });

  it('counts neither revoked nor expired ones', async () => {
    const sessions = (await api.call('GET', SESSIONS)).json().data;
    expect((await make()).statusCode).toBe(429);
    await api.call('DELETE', `${SESSIONS}/${sessions[0].session_id}`);
    expect([(await make()).statusCode, (await make()).statusCode]).toEqual([201, 429]);
    await api.db.execute('UPDATE hot.session SET expires_at = now() WHERE session_id = $1', [
      sessions[1].session_id,
    ]);
    expect([(await make()).statusCode, (await make()).statusCode]).toEqual([201, 429]);
  });
});

/** Of an API key's token. */
function idOf(token: string): string {
  return token.slice(4, 36).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
