import { newId } from '@app/kernel';
import type { DomainDetail, DomainRow, Listing } from '@app/contracts';
import { eventually } from '@app/testing';
import {
  makePerson,
  makeTenant,
  startAdminApp,
  TestBrowser,
  type AdminTestApp,
  type TestTenant,
} from './testing/admin-app';

describe('custom domains of the app', () => {
  let app: AdminTestApp;
  let tenant: TestTenant;
  let admin: TestBrowser;
  let member: TestBrowser;

  beforeAll(async () => {
    app = await startAdminApp();
  });
  beforeEach(async () => {
    tenant = await makeTenant(app.db);
    admin = new TestBrowser(app);
    member = new TestBrowser(app);
    await admin.signIn(await makePerson(app.db, [{ tenant, role: 'admin' }]));
    await member.signIn(await makePerson(app.db, [{ tenant, role: 'member' }]));
  });
  afterAll(() => app.app.close());

  const add = (domain = `d${newId()}.example.test`) => admin.post(`${tenant.base}/domains`, { domain });

  it('are registered with the record to set, listed newest first and found by part of their name', async () => {
    const first = (await add()).json().data as DomainDetail;
    expect(first).toMatchObject({ status: 'pending_validation', verified_at: null, problem: null });
    expect(first.records).toEqual([
      {
        type: 'CNAME',
        name: expect.stringMatching(/^_/),
        value: expect.any(String),
        purpose: 'certificate_validation',
      },
    ]);
    const second = (await add(`needle-${newId()}.example.test`)).json().data as DomainDetail;
    const all = (await member.get(`${tenant.base}/domains`)).json() as Listing<DomainRow>;
    expect(all.data.map((each) => each.domain_id)).toEqual([second.domain_id, first.domain_id]);
    const found = (await member.get(`${tenant.base}/domains?q=NEEDLE`)).json() as Listing<DomainRow>;
    expect(found.data.map((each) => each.domain_id)).toEqual([second.domain_id]);
    expect((await member.get(`${tenant.base}/domains?q=%25`)).json().pagination.total).toBe(0);
  });

  it('say how much room there is, and why there is none', async () => {
    const room = async () => (await member.get(`${tenant.base}/domains/room`)).json().data as object;
    expect(await room()).toEqual({ used: 0, max: -1 });
    await add();
    await app.db.execute(
      `INSERT INTO hot.org_plan (org_id, plan_uuid, features)
       SELECT $1, plan_uuid, '{"custom_domains":1}' FROM hot.plan WHERE plan_id = 'pro'`,
      [tenant.orgId],
    );
    await eventually(async () => expect(await room()).toEqual({ used: 1, max: 1 }));
  });

  it('are removed by admins only, and shown as being deleted until they are', async () => {
    const { domain_id: id } = (await add()).json().data as DomainDetail;
    expect((await member.send({ method: 'DELETE', url: `${tenant.base}/domains/${id}` })).statusCode).toBe(
      403,
    );
    expect((await admin.send({ method: 'DELETE', url: `${tenant.base}/domains/${id}` })).statusCode).toBe(
      204,
    );
    expect((await admin.get(`${tenant.base}/domains/${id}`)).json().data.status).toBe('deleting');
    expect((await admin.post(`${tenant.base}/domains/${id}/verify`, {})).statusCode).toBe(404);
  });

  it('tell what is wrong with a name in the words that the page shows', async () => {
    const taken = (await add()).json().data as DomainDetail;
    for (const [domain, status, code] of [
      ['no dot', 400, 'bad_request'],
      [taken.domain, 409, 'domain_exists'],
    ] as const) {
      const answer = await add(domain);
      expect([answer.statusCode, answer.json().error.code]).toEqual([status, code]);
    }
  });
});
