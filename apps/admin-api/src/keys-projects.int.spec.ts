import { hash } from 'node:crypto';
import { newId } from '@app/kernel';
import type { BuildChanges, BuildDetail, KeyRow, Listing, ProjectRow } from '@app/contracts';
import {
  makePerson,
  makeTenant,
  startAdminApp,
  TestBrowser,
  type AdminTestApp,
  type TestTenant,
} from './testing/admin-app';
import { makeEvent, makeProject, makeRun } from './testing/history';

describe('keys and projects of the app', () => {
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

  describe('API keys', () => {
    const create = (browser: TestBrowser, permissions: object, description = 'CI') =>
      browser.post(`${tenant.base}/api-keys`, { description, permissions });

    it('show their token once, and keep only a hash of it', async () => {
      const created = await create(admin, { '*:*': ['*'] });
      expect(created.statusCode).toBe(201);
      const { key, token } = created.json().data as { key: KeyRow; token: string };
      expect(token).toMatch(/^hot_[0-9a-f]{32}_[0-9a-f]{64}$/);
      expect(token.startsWith(key.prefix)).toBe(true);
      const secret = token.split('_')[2] ?? '';
      const [row] = await app.db.query<{ key_data: { hash: string }; whole: string }>(
        `SELECT key_data, k::text AS whole FROM hot.api_key k WHERE api_key_id = $1`,
        [key.api_key_id],
      );
      expect(row?.key_data.hash).toBe(hash('sha256', secret, 'base64'));
      expect(row?.whole).not.toContain(secret);
      const shown = await admin.get(`${tenant.base}/api-keys/${key.api_key_id}`);
      expect(shown.body).not.toContain(secret);
      expect(shown.json().data).toMatchObject({ state: 'active', description: 'CI', mine_to_manage: true });
    });

    it.each([
      [{ nocolon: ['read'] }, 'Invalid resource'],
      [{ 'stream:*': [] }, 'Empty action list'],
      [{ 'stream:*': ['fly'] }, 'Invalid action'],
      [{ 'stream:*': ['create'] }, 'Action not valid for resource'],
    ])('refuse permissions that mean nothing: %p', async (permissions, phrase) => {
      const refused = await create(admin, permissions);
      expect([refused.statusCode, refused.json().error.code]).toEqual([400, 'bad_request']);
      expect(refused.json().error.message).toContain(`Invalid permissions: ${phrase}`);
    });

    it('never exceed who makes them', async () => {
      const grantable = (await member.get(`${tenant.base}/api-keys/grantable`)).json().data;
      expect(grantable).not.toHaveProperty('*:*');
      expect((await create(member, { 'event:user:*': ['create'] })).statusCode).toBe(201);
      const refused = await create(member, { 'build:*': ['execute'] });
      expect([refused.statusCode, refused.json().error.code]).toEqual([403, 'permission_escalation']);
      const own = (await member.get(`${tenant.base}/api-keys`)).json() as Listing<KeyRow>;
      const widened = await member.send({
        method: 'PATCH',
        url: `${tenant.base}/api-keys/${own.data[0]?.api_key_id}`,
        payload: { description: 'x', permissions: { '*:*': ['*'] } },
      });
      expect(widened.statusCode).toBe(403);
    });

    it('of others do not exist for members, and all do for admins', async () => {
      const theirs = (await create(admin, {}, 'admin’s')).json().data.key as KeyRow;
      await create(member, {}, 'member’s');
      const names = async (browser: TestBrowser, query = ''): Promise<string[]> =>
        ((await browser.get(`${tenant.base}/api-keys${query}`)).json() as Listing<KeyRow>).data.map(
          ({ description }) => description,
        );
      expect(await names(member)).toEqual(['member’s']);
      expect(await names(admin)).toEqual(['member’s', 'admin’s']);
      expect(await names(admin, '?q=ADMIN')).toEqual(['admin’s']);
      expect(await names(admin, `?q=hot_${theirs.api_key_id.replaceAll('-', '').slice(0, 14)}`)).toContain(
        'admin’s',
      );
      for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
        const response = await member.send({
          method,
          url: `${tenant.base}/api-keys/${theirs.api_key_id}`,
          ...(method === 'PATCH' ? { payload: { description: '', permissions: {} } } : {}),
        });
        expect([method, response.statusCode]).toEqual([method, 404]);
      }
    });

    it('are changed and revoked', async () => {
      const { api_key_id } = (await create(admin, { 'run:*': ['read'] })).json().data.key as KeyRow;
      const url = `${tenant.base}/api-keys/${api_key_id}`;
      const changed = await admin.send({
        method: 'PATCH',
        url,
        payload: { description: 'new', permissions: { 'event:*': ['read'] } },
      });
      expect(changed.json().data).toMatchObject({ description: 'new', permissions: { 'event:*': ['read'] } });
      expect((await admin.send({ method: 'DELETE', url })).statusCode).toBe(204);
      expect((await admin.get(url)).json().data.state).toBe('revoked');
      const active = (await admin.get(`${tenant.base}/api-keys?state=active`)).json() as Listing<KeyRow>;
      expect(active.data).toEqual([]);
    });
  });

  describe('projects', () => {
    async function build(
      projectId: string,
      { deployed = false, status = 'pending', requirements = {} } = {},
    ): Promise<string> {
      const buildId = newId();
      await app.db.execute(
        `INSERT INTO hot.build (build_id, project_id, hash, content_sha256, size, deployed, runtime_status, requirements,
                                created_by_user_id, storage_path, storage_backend)
         VALUES ($1, $2, 'h', 'c', 10, $3, $4, $5, $6, 'gone', 'local')`,
        [buildId, projectId, deployed, status, JSON.stringify(requirements), newId()],
      );
      return buildId;
    }
    const serve = (projectId: string, buildId: string) =>
      app.db.execute(`UPDATE hot.project SET serving_build_id = $2 WHERE project_id = $1`, [
        projectId,
        buildId,
      ]);
    const handler = (buildId: string, type: string, name: string) =>
      app.db.execute(
        `INSERT INTO hot.event_handler (event_handler_id, build_id, event_type, ns, var, meta, file, line, "column")
         VALUES ($1, $2, $3, '::shop', $4, '{"retry":{"attempts":3}}', 'a.hot', 7, 2)`,
        [newId(), buildId, type, name],
      );

    it('say whether they serve, and why not', async () => {
      const names: Record<string, string> = {};
      for (const name of ['empty', 'failed', 'held', 'off', 'running', 'starting', 'stopped', 'updating']) {
        names[name] = await makeProject(app.db, tenant, name);
      }
      const id = (name: string): string => names[name] ?? '';
      await build(id('failed'), { deployed: true, status: 'failed' });
      await build(id('starting'), { deployed: true, status: 'loading' });
      await serve(id('running'), await build(id('running'), { deployed: true, status: 'ready' }));
      await serve(id('updating'), await build(id('updating'), { status: 'ready' }));
      await build(id('updating'), { deployed: true, status: 'failed' });
      await app.db.execute(`UPDATE hot.project SET active = false WHERE project_id = $1`, [id('off')]);
      await build(id('held'), { deployed: true, status: 'ready' });
      await build(id('stopped'), { deployed: true, status: 'ready' });
      await app.db.execute(
        `INSERT INTO hot.app_state (project_id, enabled, stopped_at) VALUES ($1, false, NULL), ($2, true, now())`,
        [id('held'), id('stopped')],
      );
      const event = await makeEvent(app.db, tenant);
      await makeRun(app.db, tenant, event, { projectId: id('running') });
      await makeRun(app.db, tenant, event, { projectId: id('running'), status: 'failed' });
      const page = (await member.get(`${tenant.base}/projects`)).json() as Listing<ProjectRow>;
      expect(page.data.map(({ name, state, update_failed }) => [name, state, update_failed])).toEqual([
        ['empty', 'EMPTY', false],
        ['failed', 'FAILED', false],
        ['held', 'DISABLED', false],
        ['off', 'DISABLED', false],
        ['running', 'RUNNING', false],
        ['starting', 'STARTING', false],
        ['stopped', 'STOPPED', false],
        ['updating', 'RUNNING', true],
      ]);
      await app.db.execute(
        `INSERT INTO hot.app_state (project_id, only_app) VALUES ($1, true)
         ON CONFLICT ON CONSTRAINT app_state_key DO UPDATE SET only_app = true`,
        [id('running')],
      );
      const beside = (await member.get(`${tenant.base}/projects`)).json() as Listing<ProjectRow>;
      expect(beside.data.map(({ state }) => state)).toEqual([
        'EMPTY',
        'BLOCKED',
        'BLOCKED',
        'DISABLED',
        'RUNNING',
        'BLOCKED',
        'BLOCKED',
        'BLOCKED',
      ]);
      const running = page.data[4];
      expect(running?.runs_24h).toMatchObject({ total: 2, failed: 1 });
      expect(running?.runs_24h.spark).toHaveLength(24);
      expect(running?.runs_24h.spark.at(-1)).toEqual({ ok: 1, failed: 1 });
    });

    it('show a build, and what deploying it would change', async () => {
      const projectId = await makeProject(app.db, tenant, 'shop');
      const old = await build(projectId, { deployed: true, status: 'ready' });
      const fresh = await build(projectId, {
        requirements: { context: [{ key: 'API_KEY' }, { key: 'SET' }] },
      });
      await app.db.execute(
        `INSERT INTO hot.context (context_id, env_id, key, value, key_version, created_by_user_id)
         VALUES ($1, $2, 'SET', 'x', '1', $1)`,
        [newId(), tenant.envId],
      );
      await handler(old, 'a', 'both');
      await handler(old, 'a', 'gone');
      await handler(fresh, 'a', 'both');
      await handler(fresh, 'b', 'new');
      const detail = (await member.get(`${tenant.base}/builds/${fresh}`)).json().data as BuildDetail;
      expect(detail.handlers[0]).toEqual({
        event_type: 'a',
        function: '::shop/both',
        doc: null,
        at: { file: 'a.hot', line: 7, column: 2 },
        retries: 3,
      });
      expect(detail.context_keys).toEqual([
        { key: 'API_KEY', required: true, set: false },
        { key: 'SET', required: true, set: true },
      ]);
      expect(detail.can.deploy).toEqual({ ok: false, reason: 'You need "build.deploy"' });
      const changes = (await member.get(`${tenant.base}/builds/${fresh}/changes`)).json()
        .data as BuildChanges;
      expect(changes.added.map((row) => row.function)).toEqual(['::shop/new']);
      expect(changes.removed.map((row) => row.function)).toEqual(['::shop/gone']);
      expect(changes.missing_context_keys).toEqual(['API_KEY']);
      expect(changes.from?.build_id).toBe(old);
      const foreign = await makeTenant(app.db);
      const theirs = await build(await makeProject(app.db, foreign));
      expect((await admin.get(`${tenant.base}/builds/${theirs}`)).statusCode).toBe(404);
    });

    it('are stopped by admins, and say so', async () => {
      const projectId = await makeProject(app.db, tenant, 'my shop');
      await serve(projectId, await build(projectId, { deployed: true, status: 'ready' }));
      const url = `${tenant.base}/projects/${encodeURIComponent('my shop')}`;
      expect((await admin.get(url)).json().data.can.deactivate).toEqual({ ok: true });
      const stopped = await admin.send({ method: 'PATCH', url, payload: { active: false } });
      expect([stopped.statusCode, stopped.json().data?.state]).toEqual([200, 'DISABLED']);
      expect((await admin.get(url)).json().data.can.activate).toEqual({ ok: true });
    });

    it('refuse to deploy what cannot be deployed, and say why', async () => {
      const projectId = await makeProject(app.db, tenant);
      const buildId = await build(projectId);
      const refused = await admin.post(`${tenant.base}/builds/${buildId}/deploy`);
      expect(refused.statusCode).toBe(400);
      expect(refused.json().error.message).toContain('archive is gone');
    });
  });
});
