import { newId } from '@app/kernel';
import { useDatabase, useRedis } from '@app/testing';
import { ApiHarness, type TestTenant } from './testing/api-harness';

describe('projects', () => {
  const database = useDatabase();
  const redis = useRedis();
  let api: ApiHarness;
  let tenant: TestTenant;
  beforeAll(async () => {
    api = await ApiHarness.start(database.url, redis);
  });
  afterAll(() => api.stop());
  beforeEach(async () => {
    tenant = await api.addTenant();
  });

  const call = (method: string, url: string, body?: unknown) =>
    api.call(method, url, { token: tenant.token, ...(body === undefined ? {} : { body }) });
  const create = async (name: string) => (await call('POST', '/v1/projects', { name })).json().data;

  it('are created, found by id and by name, and listed [api-15.3]', async () => {
    const answer = await call('POST', '/v1/projects', { name: '  orders ' });
    expect(answer.statusCode).toBe(201);
    const project = answer.json().data;
    expect(project).toEqual({
      project_id: expect.any(String),
      env_id: tenant.envId,
      name: 'orders',
      active: true,
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
    });
    for (const key of [
      'orders',
      project.project_id,
      project.project_id.toUpperCase(),
      project.project_id.replaceAll('-', ''),
    ]) {
      expect((await call('GET', `/v1/projects/${key}`)).json().data).toEqual(project);
    }
    expect((await call('GET', '/v1/projects')).json()).toMatchObject({
      data: [project],
      pagination: { total: 1, limit: 20, offset: 0, has_more: false },
      meta: { request_id: expect.any(String), timestamp: expect.any(String) },
    });
  });

  it('are one project however often and at once they are created', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => call('POST', '/v1/projects', { name: 'same' })),
    );
    expect(answers.map((answer) => answer.statusCode)).toEqual(Array.from({ length: 12 }, () => 201));
    expect(new Set(answers.map((answer) => answer.json().data.project_id)).size).toBe(1);
    expect((await call('GET', '/v1/projects')).json().pagination.total).toBe(1);
  });

  it.each([
    ['an empty body', {}, 'name is required'],
    ['null', { name: null }, 'name is required'],
    ['a number', { name: 5 }, 'name must be a string'],
    ['white space', { name: ' \t' }, 'name must not be empty'],
    ['too long a name', { name: 'x'.repeat(256) }, 'name must have at most 255 characters'],
    ['a UUID', { name: newId() }, 'name must not be a UUID'],
    ['a UUID without hyphens', { name: newId().replaceAll('-', '') }, 'name must not be a UUID'],
    ['a path', { name: 'a/b' }, 'name must not be a path'],
    ['dots', { name: '..' }, 'name must not be a path'],
    ['a control character', { name: 'a\u0000b' }, 'name must not hold control characters'],
    ['half a character', { name: 'a\ud800' }, 'name must not hold control characters'],
    ['an array', ['name'], 'The body must be a JSON object'],
    ['text', 'name', 'The body must be a JSON object'],
  ])('refuse %s', async (_, body, message) => {
    for (const [method, url] of [
      ['POST', '/v1/projects'],
      ['PATCH', '/v1/projects/x'],
    ] as const) {
      const answer = await call(method, url, body);
      expect(answer.statusCode).toBe(400);
      expect(answer.json().error).toMatchObject({ code: 'bad_request', message });
    }
  });

  it('take names of any script, and of 255 characters outside the basic plane', async () => {
    for (const name of ['größe & 数', '🙂'.repeat(255), 'a b', '%2F', "o'clock"]) {
      expect((await create(name)).name).toBe(name);
      const found = await call('GET', `/v1/projects/${encodeURIComponent(name)}`);
      expect(found.json().data?.name).toBe(name);
    }
  });

  it('refuse a body that is no JSON, or not said to be', async () => {
    const send = (payload: string | Buffer, type?: string) =>
      api.call('POST', '/v1/projects', {
        token: tenant.token,
        payload,
        headers: type === undefined ? {} : { 'content-type': type },
      });
    expect((await send('{"name":', 'application/json')).json().error).toMatchObject({
      code: 'bad_request',
      message: 'The body is not valid JSON',
    });
    expect((await send('', 'application/json')).statusCode).toBe(400);
    expect((await send(Buffer.from([0x22, 0xff, 0x22]), 'application/json')).json().error.message).toBe(
      'The body is not valid UTF-8',
    );
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', undefined]) {
      const answer = await send('{"name":"x"}', type);
      expect([answer.statusCode, answer.json().error.code]).toEqual([415, 'unsupported_media_type']);
    }
    expect((await call('POST', '/v1/projects')).statusCode).toBe(415);
    expect((await send('{"name":"charset"}', 'Application/JSON; charset=utf-8')).statusCode).toBe(201);
  });

  it('ask for the credential before they look at the body', async () => {
    const answer = await api.call('POST', '/v1/projects', { token: null, payload: '{"name":' });
    expect(answer.statusCode).toBe(401);
  });

  it('accept JSON of 10 MB and refuse more than 16 MiB', async () => {
    const body = (bytes: number): string => JSON.stringify({ name: 'big', filler: 'x'.repeat(bytes) });
    const send = (payload: string) =>
      api.call('POST', '/v1/projects', {
        token: tenant.token,
        payload,
        headers: { 'content-type': 'application/json' },
      });
    expect((await send(body(10_000_000))).statusCode).toBe(201);
    const refused = await send(body(17_000_000));
    expect([refused.statusCode, refused.json().error.code]).toEqual([413, 'payload_too_large']);
  });

  it('are renamed: the old name is free, the id stays, and the time is a later one [api-15.51]', async () => {
    const project = await create('orders');
    const answer = await call('PATCH', '/v1/projects/orders', { name: 'orders-eu' });
    expect(answer.statusCode).toBe(200);
    expect(answer.json().data).toMatchObject({ project_id: project.project_id, name: 'orders-eu' });
    expect(answer.json().data.updated_at > project.updated_at).toBe(true);
    expect((await call('GET', '/v1/projects/orders')).json().error).toMatchObject({
      code: 'not_found',
      message: 'Project not found',
    });
    expect((await call('PATCH', '/v1/projects/orders-eu', { name: 'orders-eu' })).statusCode).toBe(200);
  });

  it('do not take the name of another project [api-15.51]', async () => {
    await create('one');
    await create('two');
    const answer = await call('PATCH', '/v1/projects/one', { name: 'two' });
    expect([answer.statusCode, answer.json().error.code]).toEqual([409, 'conflict']);
    expect((await call('PATCH', '/v1/projects/one', { name: 'TWO' })).statusCode).toBe(200);
  });

  it('answer 404 to what is not there, before any permission is asked', async () => {
    const token = await api.key({}, tenant);
    for (const [method, url] of [
      ['GET', '/v1/projects/nope'],
      ['GET', `/v1/projects/${newId()}`],
      ['DELETE', '/v1/projects/nope'],
      ['POST', '/v1/projects/nope/activate'],
      ['POST', '/v1/projects/nope/deactivate'],
    ] as const) {
      const answer = await api.call(method, url, { token });
      expect([url, answer.statusCode, answer.json().error.message]).toEqual([url, 404, 'Project not found']);
    }
  });

  it('are listed active first, then newest first, in pages', async () => {
    for (const name of ['a', 'b', 'c', 'd']) await create(name);
    await call('POST', '/v1/projects/d/deactivate');
    const names = async (query: string) =>
      (await call('GET', `/v1/projects${query}`))
        .json()
        .data.map((project: { name: string }) => project.name);
    expect(await names('')).toEqual(['c', 'b', 'a', 'd']);
    expect(await names('?limit=2&offset=1')).toEqual(['b', 'a']);
    expect(await names('?offset=4')).toEqual([]);
    const page = (await call('GET', '/v1/projects?limit=0&offset=-3')).json();
    expect(page.pagination).toEqual({ total: 4, limit: 1, offset: 0, has_more: true });
    expect((await call('GET', '/v1/projects?limit=501')).json().pagination.limit).toBe(500);
    expect((await call('GET', '/v1/projects?offset=99')).json().pagination).toMatchObject({
      total: 4,
      has_more: false,
    });
    for (const query of ['limit=abc', 'offset=1.5', 'limit=', 'limit=1&limit=2']) {
      const answer = await call('GET', `/v1/projects?${query}`);
      expect([query, answer.statusCode, answer.json().error?.code]).toEqual([query, 400, 'bad_request']);
    }
    expect((await call('GET', '/v1/projects?limit=abc')).json().error.message).toBe(
      'limit must be an integer',
    );
  });

  it('are deactivated and activated again, with and without a body', async () => {
    await create('orders');
    const off = await call('POST', '/v1/projects/orders/deactivate', {});
    expect(off.statusCode).toBe(200);
    expect(off.json().data).toMatchObject({
      project: { name: 'orders', active: false },
      redeployed_build_id: null,
    });
    expect((await call('POST', '/v1/projects/orders/deactivate')).json().data.project.active).toBe(false);
    const on = await api.call('POST', '/v1/projects/orders/activate', {
      token: tenant.token,
      payload: '',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(on.json().data).toMatchObject({ project: { active: true }, redeployed_build_id: null });
  });

  it('wake up when they are created again', async () => {
    const { project_id: id } = await create('orders');
    await call('POST', '/v1/projects/orders/deactivate');
    expect(await create('orders')).toMatchObject({ project_id: id, active: true });
  });

  it('are deleted: gone for good, with the name free for another [api-15.49]', async () => {
    const { project_id: id } = await create('orders');
    const gone = await call('DELETE', '/v1/projects/orders');
    expect([gone.statusCode, gone.body]).toEqual([204, '']);
    expect(gone.headers['x-request-id']).toEqual(expect.any(String));
    expect((await call('DELETE', '/v1/projects/orders')).statusCode).toBe(404);
    expect((await call('GET', `/v1/projects/${id}`)).statusCode).toBe(404);
    expect((await call('GET', '/v1/projects')).json().pagination.total).toBe(0);
    expect((await create('orders')).project_id).not.toBe(id);
  });

  it.each([
    ['GET', '/v1/projects', { 'project:*': ['read'] }, { 'project:ord*': ['read'] }],
    [
      'POST',
      '/v1/projects',
      { 'project:new': ['create'] },
      { 'project:new': ['read'], 'project:other': ['create'] },
    ],
    ['GET', '/v1/projects/orders', { 'project:orders': ['read'] }, { 'project:orders': ['update'] }],
    ['PATCH', '/v1/projects/orders', { 'project:orders': ['update'] }, { 'project:*': ['read'] }],
    ['DELETE', '/v1/projects/orders', { 'project:ord*': ['delete'] }, { 'project:*': ['update'] }],
    ['POST', '/v1/projects/orders/activate', { 'project:orders': ['update'] }, { 'project:*': ['read'] }],
    ['POST', '/v1/projects/orders/deactivate', { 'project:orders': ['*'] }, { 'build:*': ['*'] }],
  ])('%s %s needs just its permission [api-15.13]', async (method, url, enough, tooLittle) => {
    await create('orders');
    const body = method === 'POST' || method === 'PATCH' ? { body: { name: 'new' } } : {};
    const refused = await api.call(method, url, {
      token: await api.key(tooLittle as Record<string, string[]>, tenant),
      ...body,
    });
    expect([refused.statusCode, refused.json().error.code]).toEqual([403, 'forbidden']);
    const allowed = await api.call(method, url, {
      token: await api.key(enough as Record<string, string[]>, tenant),
      ...body,
    });
    expect(allowed.statusCode).toBeLessThan(300);
  });

  it('may be named in permissions by their id as well', async () => {
    const { project_id: id } = await create('orders');
    const token = await api.key({ [`project:${id}`]: ['read'] }, tenant);
    expect((await api.call('GET', '/v1/projects/orders', { token })).statusCode).toBe(200);
  });
});
