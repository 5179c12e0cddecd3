import { newId } from '@app/kernel';
import type { McpServices, McpToolDetail, WebhookDetail, WebhookServices, WebhookUrl } from '@app/contracts';
import { ToolRepository } from '@app/mcp';
import { WebhookRepository } from '@app/webhooks';
import {
  makePerson,
  makeTenant,
  startAdminApp,
  TestBrowser,
  type AdminTestApp,
  type TestTenant,
} from './testing/admin-app';
import { makeProject } from './testing/history';

describe('webhooks and MCP services of the app', () => {
  let app: AdminTestApp;
  let tenant: TestTenant;
  let admin: TestBrowser;
  let member: TestBrowser;
  let shop: string;
  let build: string;

  beforeAll(async () => {
    app = await startAdminApp();
  });
  afterAll(() => app.app.close());
  beforeEach(async () => {
    tenant = await makeTenant(app.db);
    admin = new TestBrowser(app);
    member = new TestBrowser(app);
    await admin.signIn(await makePerson(app.db, [{ tenant, role: 'admin' }]));
    await member.signIn(await makePerson(app.db, [{ tenant, role: 'member' }]));
    shop = await makeProject(app.db, tenant, 'shop');
    build = await serve(shop);
    await declare();
  });

  async function serve(projectId: string): Promise<string> {
    const buildId = newId();
    await app.db.execute(
      `INSERT INTO hot.build (build_id, project_id, hash, content_sha256, size, deployed, runtime_status,
                              runtime_ready_at, created_by_user_id)
       VALUES ($1, $2, 'h', 'c', 10, true, 'ready', now(), $1)`,
      [buildId, projectId],
    );
    await app.db.execute(`UPDATE hot.project SET serving_build_id = $2 WHERE project_id = $1`, [
      projectId,
      buildId,
    ]);
    return buildId;
  }

  async function declare(): Promise<void> {
    const place = { file: 'hot/src/a.hot', line: 3, column: 1, position: 9, meta: {} };
    await app.app
      .get(WebhookRepository, { strict: false })
      .declare({ envId: tenant.envId, projectId: shop, buildId: build }, [
        {
          ...place,
          fn: '::shop/paid',
          service: 'pay',
          path: '/in',
          method: 'POST',
          name: 'a',
          auth_mode: 'none',
          description: 'Money',
        },
        {
          ...place,
          fn: '::shop/look',
          service: 'pay',
          path: '/',
          method: 'GET',
          name: 'b',
          auth_mode: 'required',
          secret_headers: ['x-sig'],
        },
        {
          ...place,
          fn: '::shop/news',
          service: 'news',
          path: '/x',
          method: 'POST',
          name: 'c',
          auth_mode: 'none',
        },
      ]);
    await new ToolRepository(app.db).declare({ buildId: build }, [
      {
        ...place,
        fn: '::shop/find',
        service: 'stock',
        name: 'find',
        auth_mode: 'none',
        title: 'Find',
        input_schema: { type: 'object', properties: { z: {}, a: {} } },
        params: ['z', 'a'],
      },
      {
        ...place,
        fn: '::shop/sell',
        service: 'stock',
        name: 'sell',
        auth_mode: 'required',
        input_schema: { type: 'object' },
      },
    ]);
  }

  const get = async <T>(path: string, browser = member): Promise<T> => {
    const answer = await browser.get(`${tenant.base}${path}`);
    expect([path, answer.statusCode]).toEqual([path, 200]);
    return answer.json().data as T;
  };
  const post = (path: string, browser: TestBrowser) => browser.post(`${tenant.base}${path}`, {});
  const places = ({ services }: WebhookServices): readonly string[] =>
    services.flatMap(({ endpoints }) =>
      endpoints.map(({ method, service, path }) => `${method} ${service}${path}`),
    );
  const idOf = async (fn: string): Promise<string> => {
    const { services } = await get<WebhookServices>('/webhooks');
    const found = services.flatMap(({ endpoints }) => endpoints).find((one) => one.function === fn);
    return found?.endpoint_id ?? 'none';
  };

  const tokenOf = async (path: string): Promise<string> => {
    const [row] = await app.db.query<{ webhook_id: string }>(
      `SELECT webhook_id FROM hot.webhook WHERE env_id = $1 AND path = $2`,
      [tenant.envId, path],
    );
    return row?.webhook_id.slice(-12) ?? 'none';
  };

  it('list addresses by service, and those that are looked for', async () => {
    const all = await get<WebhookServices>('/webhooks');
    expect(places(all)).toEqual(['POST news/x', 'GET pay/', 'POST pay/in']);
    expect(all.total).toBe(3);
    const [, pay] = all.services;
    expect(pay?.base_path).toBe(`/webhook/${tenant.base.split('/')[4]}/${tenant.base.split('/')[6]}/pay`);
    expect(pay?.endpoints[1]).toMatchObject({
      function: '::shop/paid',
      description: 'Money',
      auth: 'none',
      project: 'shop',
      source: { file: 'hot/src/a.hot', line: 3, column: 1 },
      calls: { total: 0, failed: 0, last_at: null },
    });
    expect(places(await get('/webhooks?auth=required'))).toEqual(['GET pay/']);
    expect(places(await get('/webhooks?service=news'))).toEqual(['POST news/x']);
    expect(places(await get('/webhooks?q=MONEY'))).toEqual(['POST pay/in']);
    expect(places(await get('/webhooks?project=other'))).toEqual([]);
    expect((await member.get(`${tenant.base}/webhooks?auth=some`)).statusCode).toBe(400);
  });

  it('never tell a whole address unasked', async () => {
    const id = await idOf('::shop/paid');
    const detail = await get<WebhookDetail>(`/webhooks/${id}`);
    expect(detail).toMatchObject({ base_path: expect.stringMatching(/\/pay\/in$/), secret_headers: [] });
    const { path } = (await post(`/webhooks/${id}/reveal`, member)).json().data as WebhookUrl;
    const token = await tokenOf('/in');
    expect(path).toBe(`${detail.base_path}/${token}`);
    expect(JSON.stringify([detail, await get('/webhooks')])).not.toContain(token);
    const root = await idOf('::shop/look');
    const bare = (await post(`/webhooks/${root}/reveal`, member)).json().data as WebhookUrl;
    expect(bare.path).toMatch(new RegExp(`/pay/${await tokenOf('/')}$`));
  });

  it('renew an address for those who manage keys only', async () => {
    const id = await idOf('::shop/paid');
    const before = await tokenOf('/in');
    expect((await post(`/webhooks/${id}/rotate`, member)).statusCode).toBe(403);
    expect(await tokenOf('/in')).toBe(before);
    const renewed = (await post(`/webhooks/${id}/rotate`, admin)).json().data as WebhookUrl;
    const token = await tokenOf('/in');
    expect(token).not.toBe(before);
    expect(renewed).toEqual({ endpoint_id: id, path: expect.stringMatching(new RegExp(`/in/${token}$`)) });
    const nobody = `/webhooks/${newId()}/rotate`;
    expect((await post(nobody, admin)).statusCode).toBe(404);
  });

  it('list tools by service, and show one with its schemas as they were written', async () => {
    const { services, total } = await get<McpServices>('/mcp');
    expect(total).toBe(2);
    expect(
      services.map(({ service, tools }) => [service, tools.map(({ name, auth }) => [name, auth])]),
    ).toEqual([
      [
        'stock',
        [
          ['find', 'none'],
          ['sell', 'required'],
        ],
      ],
    ]);
    expect((await get<McpServices>('/mcp?auth=required')).services[0]?.tools.map(({ name }) => name)).toEqual(
      ['sell'],
    );
    const tool = await get<McpToolDetail>('/mcp/stock/find');
    expect(tool).toMatchObject({
      title: 'Find',
      path: expect.stringMatching(/^\/mcp\/.*\/stock$/),
      input_schema: '{"type":"object","properties":{"z":{},"a":{}}}',
      params: ['z', 'a'],
    });
    expect((await member.get(`${tenant.base}/mcp/stock/nothing`)).statusCode).toBe(404);
  });

  it('count the calls of the last day', async () => {
    for (const [status, type] of [
      [2, 1],
      [3, 1],
      [2, 2],
    ]) {
      await app.db.execute(
        `INSERT INTO hot.run (run_id, retention_class, env_id, stream_id, project_id, build_id, run_type, status,
                              function_name, start_time, stop_time, duration_us)
         VALUES ($1, -1, $2, $1, $3, $4, $5, $6, '::shop/paid', now(), now(), 5)`,
        [newId(), tenant.envId, shop, build, type, status],
      );
    }
    const detail = await get<WebhookDetail>(`/webhooks/${await idOf('::shop/paid')}`);
    expect(detail.calls).toEqual({ total: 2, failed: 1, last_at: expect.any(String) });
  });

  it('show nothing of what does not serve, nor of another environment', async () => {
    const id = await idOf('::shop/paid');
    const others = await makeTenant(app.db);
    const stranger = new TestBrowser(app);
    await stranger.signIn(await makePerson(app.db, [{ tenant: others, role: 'admin' }]));
    for (const path of [`/webhooks/${id}`, '/mcp/stock/find']) {
      expect([path, (await stranger.get(`${others.base}${path}`)).statusCode]).toEqual([path, 404]);
    }
    for (const path of [`/webhooks/${id}/reveal`, `/webhooks/${id}/rotate`]) {
      expect([path, (await stranger.post(`${others.base}${path}`, {})).statusCode]).toEqual([path, 404]);
    }
    const theirs = (await stranger.get(`${others.base}/webhooks`)).json().data as WebhookServices;
    expect(theirs).toEqual({ services: [], total: 0 });
    await app.db.execute(`UPDATE hot.project SET serving_build_id = NULL WHERE project_id = $1`, [shop]);
    expect((await get<WebhookServices>('/webhooks')).total).toBe(0);
    expect((await get<McpServices>('/mcp')).total).toBe(0);
    expect((await member.get(`${tenant.base}/webhooks/${id}`)).statusCode).toBe(404);
  });
});
