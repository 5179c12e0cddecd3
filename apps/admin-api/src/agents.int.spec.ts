import { newId } from '@app/kernel';
import type { AgentDetail, AgentRow, Graph, Listing, RunRow, StreamRow } from '@app/contracts';
import {
  makePerson,
  makeTenant,
  startAdminApp,
  TestBrowser,
  type AdminTestApp,
  type TestTenant,
} from './testing/admin-app';
import { makeEvent, makeLiveRun, makeProject, makeRun } from './testing/history';

const AGENT = '::shop::orders/OrderAgent';

describe('agents of the app', () => {
  let app: AdminTestApp;
  let tenant: TestTenant;
  let other: TestTenant;
  let member: TestBrowser;
  let stranger: TestBrowser;
  let projectId: string;

  beforeAll(async () => {
    app = await startAdminApp();
  });
  beforeEach(async () => {
    tenant = await makeTenant(app.db);
    other = await makeTenant(app.db);
    [member, stranger] = [new TestBrowser(app), new TestBrowser(app)];
    await member.signIn(await makePerson(app.db, [{ tenant, role: 'member' }]));
    await stranger.signIn(await makePerson(app.db, [{ tenant: other, role: 'admin' }]));
    projectId = await makeProject(app.db, tenant, 'shop');
    const buildId = newId();
    const definitions = {
      agents: [
        {
          namespace: '::shop::orders',
          type_name: 'OrderAgent',
          name: 'Order agent',
          tags: ['vip'],
          description: 'Orders.',
          config_fields: [{ name: 'model', type: 'Str' }],
        },
        { namespace: '::shop::bills', type_name: 'Billing', name: 'Billing', tags: [] },
      ],
      event_handlers: {
        'order:created': [
          {
            fn: '::shop::orders/confirm',
            agent: AGENT,
            meta: { sends: ['order:confirmed'] },
            file: 'a.hot',
            line: 3,
          },
        ],
      },
      scheduled_functions: { '@daily': [{ fn: '::shop::orders/report', meta: { agent: AGENT } }] },
      functions: [],
    };
    await app.db.execute(
      `INSERT INTO hot.build (build_id, project_id, hash, content_sha256, size, deployed, runtime_status, definitions,
                              created_by_user_id, storage_path, storage_backend)
       VALUES ($1, $2, 'h', 'c', 10, true, 'ready', $3, $1, 'gone', 'local')`,
      [buildId, projectId, JSON.stringify(definitions)],
    );
    await app.db.execute(`UPDATE hot.project SET serving_build_id = $2 WHERE project_id = $1`, [
      projectId,
      buildId,
    ]);
  });
  afterAll(() => app.app.close());

  const url = (rest = '', tenantOf = tenant): string => `${tenantOf.base}/agents${rest}`;
  const one = (rest = '', tenantOf = tenant): string =>
    url(`/${encodeURIComponent('::shop::orders')}/OrderAgent${rest}`, tenantOf);
  const list = async (query = ''): Promise<readonly AgentRow[]> =>
    ((await member.get(url(query))).json() as Listing<AgentRow>).data;

  async function ranAs(agent: string | null, status: 'succeeded' | 'failed'): Promise<string> {
    const run = await makeRun(app.db, tenant, await makeEvent(app.db, tenant), { projectId, status });
    await app.db.execute(`UPDATE hot.run SET agent_type = $2 WHERE run_id = $1`, [run.runId, agent]);
    return run.runId;
  }

  it('are found by name, namespace, tag and project, with how they do', async () => {
    await ranAs(AGENT, 'succeeded');
    await ranAs(AGENT, 'failed');
    await ranAs(null, 'failed');
    const all = await list();
    expect(all.map(({ name, health }) => [name, health])).toEqual([
      ['Billing', 'idle'],
      ['Order agent', 'failing'],
    ]);
    expect(all[1]).toMatchObject({
      handlers: 2,
      triggers: [
        { kind: 'event', count: 1 },
        { kind: 'schedule', count: 1 },
      ],
      runs: { succeeded: 1, failed: 1, sampled: false },
      tags: ['vip'],
      project: 'shop',
    });
    for (const q of ['ORDER', 'shop::orders', 'vip']) {
      expect([q, (await list(`?q=${encodeURIComponent(q)}`)).map(({ name }) => name)]).toEqual([
        q,
        ['Order agent'],
      ]);
    }
    expect(await list('?q=shop')).toHaveLength(2);
  });

  it('show their functions with triggers, fields and the graph around them', async () => {
    const detail = (await member.get(one())).json().data as AgentDetail;
    expect(detail.functions.map((each) => [each.kind, each.trigger, each.function, each.sends])).toEqual([
      ['event', 'order:created', '::shop::orders/confirm', ['order:confirmed']],
      ['schedule', '@daily', '::shop::orders/report', []],
    ]);
    expect(detail.fields).toEqual([{ name: 'model', type: 'Str' }]);
    const graph = (await member.get(`${tenant.base}/graph?agent=${encodeURIComponent(AGENT)}`)).json()
      .data as Graph;
    expect(graph.nodes.map(({ id }) => id)).toContain('fn:shop::orders/confirm');
    expect(graph.agents).toEqual([{ type: AGENT, name: 'Order agent' }]);
    expect((await member.get(`${tenant.base}/graph?agent=nope`)).statusCode).toBe(404);
  });

  it('list their own runs, live and finished, and their streams', async () => {
    const mine = await ranAs(AGENT, 'succeeded');
    await ranAs('::shop::bills/Billing', 'succeeded');
    const event = await makeEvent(app.db, tenant, { state: 'pending' });
    const live = await makeLiveRun(app.db, tenant, event, { projectId });
    const runs = (await member.get(one('/runs'))).json() as Listing<RunRow>;
    expect(runs.data.map(({ run_id }) => run_id).sort()).toEqual([live.runId, mine].sort());
    expect(runs.pagination.total).toBe(2);
    const failed = (await member.get(one('/runs?status=failed'))).json() as Listing<RunRow>;
    expect(failed.data).toEqual([]);
    const streams = (await member.get(one('/streams'))).json() as Listing<StreamRow>;
    expect(streams.data).toHaveLength(1);
  });

  it('of another organization do not exist', async () => {
    expect(((await stranger.get(url('', other))).json() as Listing<AgentRow>).data).toEqual([]);
    for (const rest of ['', '/runs', '/streams']) {
      expect([rest, (await stranger.get(one(rest, other))).statusCode]).toEqual([rest, 404]);
    }
    const { nodes } = (await stranger.get(`${other.base}/graph`)).json().data as Graph;
    expect(nodes).toEqual([]);
  });
});
