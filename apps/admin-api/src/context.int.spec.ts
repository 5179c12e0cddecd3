import { newId } from '@app/kernel';
import { ContextSecrets } from '@app/context';
import type { ContextKeyDetail, ContextKeyRow, Listing } from '@app/contracts';
import {
  makePerson,
  makeTenant,
  startAdminApp,
  TestBrowser,
  type AdminTestApp,
  type TestTenant,
} from './testing/admin-app';
import { makeProject } from './testing/history';

const SECRET = 'sk_live_never_shown_again';

describe('context variables of the app', () => {
  let app: AdminTestApp;
  let tenant: TestTenant;
  let admin: TestBrowser;
  let member: TestBrowser;
  let shop: string;

  beforeAll(async () => {
    app = await startAdminApp();
  });
  beforeEach(async () => {
    tenant = await makeTenant(app.db);
    admin = new TestBrowser(app);
    member = new TestBrowser(app);
    await admin.signIn(await makePerson(app.db, [{ tenant, role: 'admin' }]));
    await member.signIn(await makePerson(app.db, [{ tenant, role: 'member' }]));
    shop = await makeProject(app.db, tenant, 'shop');
  });
  afterAll(() => app.app.close());

  const url = (rest = ''): string => `${tenant.base}/context${rest}`;
  const create = (body: object, browser = admin) =>
    browser.post(url(), {
      key: 'API_KEY',
      project: null,
      value: SECRET,
      format: 'text',
      description: null,
      ...body,
    });
  const change = (key: string, body: object, browser = admin) =>
    browser.send({
      method: 'PATCH',
      url: url(`/${encodeURIComponent(key)}`),
      payload: { project: null, ...body },
    });
  const remove = (key: string, query = '', browser = admin) =>
    browser.send({ method: 'DELETE', url: url(`/${encodeURIComponent(key)}${query}`) });
  const rows = async (query = '', browser = member): Promise<Listing<ContextKeyRow>> =>
    (await browser.get(url(query))).json() as Listing<ContextKeyRow>;

  /** What a run would read: the stored value, opened. */
  async function stored(key: string, projectId: string | null): Promise<unknown> {
    const [row] = await app.db.query<{ context_id: string; value: string }>(
      `SELECT context_id, value FROM hot.context
        WHERE key = $1 AND env_id IS NOT DISTINCT FROM $2 AND project_id IS NOT DISTINCT FROM $3`,
      [key, projectId === null ? tenant.envId : null, projectId],
    );
    if (row === undefined) return undefined;
    return JSON.parse(
      app.app.get(ContextSecrets, { strict: false }).openJson(tenant, row.context_id, row.value),
    );
  }

  /** The project serves a build whose code declares these keys. */
  async function declare(projectId: string, keys: readonly object[]): Promise<void> {
    const buildId = newId();
    await app.db.execute(
      `INSERT INTO hot.build (build_id, project_id, hash, content_sha256, size, deployed, runtime_status, definitions,
                              created_by_user_id, storage_path, storage_backend)
       VALUES ($1, $2, 'h', 'c', 10, true, 'ready', $3, $1, 'gone', 'local')`,
      [buildId, projectId, JSON.stringify({ context: keys })],
    );
    await app.db.execute(`UPDATE hot.project SET serving_build_id = $2 WHERE project_id = $1`, [
      projectId,
      buildId,
    ]);
  }

  it('take values in and never give one out', async () => {
    const created = await create({ description: 'Of the payment service' });
    expect(created.statusCode).toBe(201);
    await create({ project: 'shop' });
    await change('API_KEY', { value: SECRET, description: 'new' });
    for (const path of ['', '?include=facets', '/API_KEY']) {
      const answer = await admin.get(url(path));
      expect([path, answer.statusCode]).toEqual([path, 200]);
      expect(answer.body).not.toContain(SECRET);
      expect(answer.body).not.toContain('"value":"{');
    }
    expect(created.body).not.toContain(SECRET);
    expect(await stored('API_KEY', null)).toBe(SECRET);
  });

  it('of a project win over those of the environment', async () => {
    const crm = await makeProject(app.db, tenant, 'crm');
    await create({ value: 'of all' });
    await create({ value: 'of the shop', project: 'shop' });
    const { effects, levels, states } = (await member.get(url('/API_KEY'))).json().data as ContextKeyDetail;
    expect(effects).toEqual([
      { project: 'crm', source: 'environment', missing: false },
      { project: 'shop', source: 'project', missing: false },
    ]);
    expect(levels.map(({ project }) => project)).toEqual([null, 'shop']);
    expect(states).toContain('overridden');
    expect([
      await stored('API_KEY', null),
      await stored('API_KEY', shop),
      await stored('API_KEY', crm),
    ]).toEqual(['of all', 'of the shop', undefined]);
    expect((await remove('API_KEY', '?project=shop')).statusCode).toBe(204);
    expect([await stored('API_KEY', null), await stored('API_KEY', shop)]).toEqual(['of all', undefined]);
  });

  it('say which projects require them and find nothing', async () => {
    await declare(shop, [
      { key: 'STRIPE', required: true, secret: true, declaredBy: '::shop/pay', sourceFile: 'a.hot' },
      { key: 'DEBUG', required: false, secret: false, declaredBy: '::shop', sourceFile: 'a.hot' },
    ]);
    await create({ key: 'OLD' });
    const page = await rows('?include=facets');
    expect(page.data.map(({ key, states }) => [key, states])).toEqual([
      ['DEBUG', []],
      ['OLD', ['unused']],
      ['STRIPE', ['missing']],
    ]);
    expect(page.facets?.['state']).toEqual([
      { value: 'missing', count: 1 },
      { value: 'overridden', count: 0 },
      { value: 'unused', count: 1 },
    ]);
    expect((await rows('?state=missing')).data.map(({ missing_in }) => missing_in)).toEqual([['shop']]);
    expect((await rows('?project=shop')).data.map(({ key }) => key)).toEqual(['DEBUG', 'STRIPE']);
    expect((await rows('?limit=1&offset=1')).data.map(({ key }) => key)).toEqual(['OLD']);
    await create({ key: 'STRIPE', project: 'shop' });
    expect((await rows('?state=missing')).data).toEqual([]);
  });

  it('are changed in part: what is left out stays', async () => {
    await create({ value: 'first', description: 'kept' });
    const revalued = (await change('API_KEY', { value: 'second' })).json().data as ContextKeyDetail;
    expect([revalued.levels[0]?.description, await stored('API_KEY', null)]).toEqual(['kept', 'second']);
    const redescribed = (await change('API_KEY', { description: 'other' })).json().data as ContextKeyDetail;
    expect([redescribed.levels[0]?.description, await stored('API_KEY', null)]).toEqual(['other', 'second']);
  });

  it('may be JSON', async () => {
    await create({ key: 'LIMITS', value: '{"per_minute": 60}', format: 'json' });
    expect(await stored('LIMITS', null)).toEqual({ per_minute: 60 });
    const refused = await create({ key: 'BROKEN', value: '{', format: 'json' });
    expect([refused.statusCode, refused.json().error.message]).toEqual([400, 'value must be JSON']);
    const deep = await create({ key: 'DEEP', value: '['.repeat(70) + ']'.repeat(70), format: 'json' });
    expect(deep.statusCode).toBe(400);
  });

  it.each([
    [{ key: '' }, 'key must have'],
    [{ key: 'two words' }, 'white space'],
    [{ value: 'x'.repeat(65_537) }, 'value must have at most'],
    [{ description: 'x'.repeat(2001) }, 'description must have at most'],
  ])('refuse what cannot be stored: %#', async (body, words) => {
    const refused = await create(body);
    expect([refused.statusCode, refused.json().error.code]).toEqual([400, 'bad_request']);
    expect(refused.json().error.message).toContain(words);
  });

  it('exist once on each level', async () => {
    await create({});
    await create({ project: 'shop' });
    for (const project of [null, 'shop']) {
      const again = await create({ project });
      expect([again.statusCode, again.json().error.code]).toEqual([409, 'conflict']);
    }
  });

  it('are read by members and changed by admins', async () => {
    await create({});
    expect((await member.get(url('/API_KEY'))).statusCode).toBe(200);
    const refusals = [
      await create({ key: 'MINE' }, member),
      await change('API_KEY', { value: 'x' }, member),
      await remove('API_KEY', '', member),
    ];
    for (const refused of refusals) {
      expect([refused.statusCode, refused.json().error.message]).toEqual([
        403,
        expect.stringContaining('context.write'),
      ]);
    }
    expect(await stored('API_KEY', null)).toBe(SECRET);
  });

  it('of another environment or organization are out of reach', async () => {
    const other = await makeTenant(app.db);
    await makeProject(app.db, other, 'theirs');
    const stranger = new TestBrowser(app);
    await stranger.signIn(await makePerson(app.db, [{ tenant: other, role: 'admin' }]));
    await create({});
    await create({ project: 'shop' });
    const theirUrl = `${other.base}/context`;
    expect(((await stranger.get(theirUrl)).json() as Listing<ContextKeyRow>).data).toEqual([]);
    const attempts = [
      await stranger.get(`${theirUrl}/API_KEY`),
      await stranger.send({ method: 'DELETE', url: `${theirUrl}/API_KEY` }),
      await stranger.send({ method: 'DELETE', url: `${theirUrl}/API_KEY?project=shop` }),
      await stranger.send({
        method: 'PATCH',
        url: `${theirUrl}/API_KEY`,
        payload: { project: null, value: 'x' },
      }),
      await create({ project: 'theirs', key: 'X' }),
    ];
    expect(attempts.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404, 404, 404]);
    expect(await stored('API_KEY', null)).toBe(SECRET);
    expect(await stored('API_KEY', shop)).toBe(SECRET);
  });
});
