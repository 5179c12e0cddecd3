import { dropDatabase, freshDatabase, type TestDatabase } from '@app/testing';
import {
  makePerson,
  makeTenant,
  startAdminApp,
  TestBrowser,
  type AdminTestApp,
  type TestTenant,
} from './testing/admin-app';
import { makeProject } from './testing/history';
import { fillHistory } from './testing/large-history';

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

const HISTORY = /^(run|event|stream|stream_data|trace_segment|access)(_(all|\d+)(_\w+)?)?$/;
/** Rows of history that a page may look at in vain. */
const MOST_IN_VAIN = 2_500;

/** What the statements of the lists do with 200,000 runs and as many events, in a small environment and in a large one. */
describe('plans of the app’s lists over a large history', () => {
  let database: TestDatabase;
  let app: AdminTestApp;
  const browsers = new Map<TestTenant, TestBrowser>();

  beforeAll(async () => {
    database = await freshDatabase();
    app = await startAdminApp({ DATABASE_URL: database.url });
    await app.db.query(
      `SELECT hot.ensure_partitions(-1::smallint, now() - interval '31 days', now() + interval '1 day')`,
    );
    for (const count of [190_000, 10_000]) {
      const tenant = await makeTenant(app.db);
      await fillHistory(app.db, tenant, await makeProject(app.db, tenant, 'shop'), count);
      const browser = new TestBrowser(app);
      await browser.signIn(await makePerson(app.db, [{ tenant, role: 'admin' }]));
      browsers.set(tenant, browser);
    }
    await app.db.query('ANALYZE');
  }, 120_000);
  afterAll(async () => {
    await app.app.close();
    await dropDatabase(database);
  });

  /** Runs the request and gives the plans of the statements that it sent. */
  async function plansOf(tenant: TestTenant, path: string): Promise<readonly { sql: string; plan: Plan }[]> {
    const sent: { sql: string; values: readonly unknown[] }[] = [];
    const { query } = app.db;
    const queryOne = app.db.queryOne;
    const note = (sql: unknown, values: readonly unknown[] = []): void => {
      sent.push({ sql: typeof sql === 'string' ? sql : (sql as { text: string }).text, values });
    };
    app.db.query = ((sql: never, values: never) => (
      note(sql, values),
      query.call(app.db, sql, values)
    )) as never;
    app.db.queryOne = ((sql: never, values: never) => (
      note(sql, values),
      queryOne.call(app.db, sql, values)
    )) as never;
    try {
      const response = await browsers.get(tenant)?.get(`${tenant.base}${path}`);
      expect([path, response?.statusCode]).toEqual([path, 200]);
    } finally {
      app.db.query = query;
      app.db.queryOne = queryOne;
    }
    const plans = [];
    for (const { sql, values } of sent) {
      const [row] = await app.db.query<{ 'QUERY PLAN': readonly { Plan: Plan }[] }>(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
        values,
      );
      const plan = row?.['QUERY PLAN'][0]?.Plan;
      if (plan !== undefined) plans.push({ sql, plan });
    }
    return plans;
  }

  const nodesOf = (plan: Plan): readonly Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

  it.each([
    '/runs',
    '/runs?include=facets&t=7d',
    '/runs?t=all',
    '/runs?t=30d&status=failed',
    '/runs?t=30d&status=failed,cancelled',
    '/runs?t=30d&type=schedule',
    '/runs?t=30d&project=shop&status=failed',
    '/runs?t=30d&offset=5000',
    '/events?t=30d',
    '/events?t=30d&state=unhandled',
    '/events?t=30d&type=user:created',
    '/streams?t=30d',
    '/streams?t=30d&state=failed',
    '/dashboard?t=30d',
    '/nav',
  ])(
    '%s looks at little more than it shows',
    async (path) => {
      for (const tenant of browsers.keys()) {
        for (const { sql, plan } of await plansOf(tenant, path)) {
          // Within the tenant, always: by environment, or by the person who asks.
          expect(sql).toMatch(/env_id|user_id|app_session_id/);
          for (const node of nodesOf(plan)) {
            const { 'Relation Name': relation = '', 'Rows Removed by Filter': removed = 0 } = node;
            if (!HISTORY.test(relation)) continue;
            const loops = node['Actual Loops'];
            const rows = node['Actual Rows'] * loops;
            expect([
              path,
              relation,
              node['Node Type'] === 'Seq Scan' && rows + removed * loops > 100,
            ]).toEqual([path, relation, false]);
            expect([path, relation, removed * loops > MOST_IN_VAIN]).toEqual([path, relation, false]);
          }
        }
      }
    },
    60_000,
  );
});
