import { newId } from '@app/kernel';
import { capabilitiesOf } from '@app/identity';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import {
  makePerson,
  makeTenant,
  startAdminApp,
  TestBrowser,
  type AdminTestApp,
  type TestTenant,
} from './testing/admin-app';

/** Every route of the app, asked by whoever should not get an answer. New routes are covered on arrival. */
describe('every route of the app', () => {
  let app: AdminTestApp;
  let ours: TestTenant;
  let theirs: TestTenant;
  let admin: TestBrowser;
  let member: TestBrowser;

  beforeAll(async () => {
    app = await startAdminApp();
    ours = await makeTenant(app.db);
    theirs = await makeTenant(app.db);
    admin = new TestBrowser(app);
    member = new TestBrowser(app);
    await admin.signIn(await makePerson(app.db, [{ tenant: ours, role: 'admin' }]));
    await member.signIn(await makePerson(app.db, [{ tenant: ours, role: 'member' }]));
  });
  afterAll(() => app.app.close());

  type HttpMethod = NonNullable<InjectOptions['method']>;

  interface Route {
    readonly method: HttpMethod;
    readonly path: string;
    readonly open: boolean;
  }

  const routes = (): readonly Route[] =>
    app.routes
      .routes()
      .filter(
        ({ path, method }) => path.startsWith('/admin/v1/') && method !== 'HEAD' && method !== 'OPTIONS',
      )
      .map(({ method, path, access }) => ({
        method: method as HttpMethod,
        path,
        open: access?.kind === 'public',
      }));
  const scoped = (): readonly Route[] => routes().filter(({ path }) => path.includes('/:org/'));
  const writes = ({ method }: Route): boolean => method !== 'GET';

  const address = (route: Route, tenant: { readonly slug: string; readonly envName: string }): string =>
    route.path
      .replace(':org', tenant.slug)
      .replace(':env', tenant.envName)
      .replace(/:\w+/g, () => newId());

  const ask = (
    browser: TestBrowser,
    route: Route,
    url: string,
    headers: Record<string, string> = {},
  ): Promise<LightMyRequestResponse> =>
    browser.send({ method: route.method, url, headers, ...(writes(route) ? { payload: {} } : {}) });

  const words = (response: LightMyRequestResponse): unknown => {
    const { error } = response.json() as { error: { code: string; message: string } };
    return { status: response.statusCode, code: error.code, message: error.message };
  };

  it('exists in some number', () => {
    expect(scoped().length).toBeGreaterThan(30);
    expect(
      routes()
        .filter(({ open }) => open)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['/admin/v1/auth/config', '/admin/v1/login', '/admin/v1/login/local']);
  });

  it('is closed without a session, whatever the body', async () => {
    for (const route of routes().filter(({ open }) => !open)) {
      const url = address(route, ours);
      expect([route.path, (await ask(new TestBrowser(app), route, url)).statusCode]).toEqual([
        route.path,
        401,
      ]);
      if (!writes(route)) continue;
      const broken = await app.server.inject({
        method: route.method,
        url,
        payload: '{',
        headers: { host: 'localhost' },
      });
      expect([route.path, broken.statusCode]).toEqual([route.path, 401]);
    }
  });

  it('does not exist in an organization that one does not belong to: the same words as for one that nobody has', async () => {
    for (const route of scoped()) {
      const foreign = await ask(admin, route, address(route, theirs));
      const nowhere = await ask(admin, route, address(route, { slug: 'no-such-org', envName: 'production' }));
      const byId = await ask(admin, route, address(route, { slug: theirs.orgId, envName: theirs.envId }));
      expect([route.path, words(foreign)]).toEqual([
        route.path,
        { status: 404, code: 'not_found', message: 'Organization not found' },
      ]);
      expect(words(foreign)).toEqual(words(nowhere));
      expect(words(foreign)).toEqual(words(byId));
      expect(foreign.headers['content-length']).toBe(nowhere.headers['content-length']);
    }
  });

  it('does not exist in an environment of another organization, by whatever name [P4]', async () => {
    for (const route of scoped().filter(({ path }) => path.includes('/:env/'))) {
      const crossed = await ask(admin, route, address(route, { slug: ours.slug, envName: theirs.envId }));
      expect([route.path, words(crossed)]).toEqual([
        route.path,
        { status: 404, code: 'not_found', message: 'Environment not found' },
      ]);
    }
  });

  it('writes nothing without the CSRF token', async () => {
    for (const route of routes().filter((each) => writes(each) && !each.open)) {
      const response = await ask(admin, route, address(route, ours), { 'x-csrf-token': 'wrong' });
      expect([route.path, response.statusCode]).toEqual([route.path, 403]);
    }
  });

  it('writes nothing for a page of another site', async () => {
    for (const route of routes().filter(writes)) {
      const response = await ask(admin, route, address(route, ours), { origin: 'https://evil.example' });
      expect([route.path, response.statusCode]).toEqual([route.path, 403]);
    }
  });

  it('says what it demands', async () => {
    for (const route of scoped()) {
      // The subscription stays open; it is tried elsewhere.
      if (route.path.endsWith('/live')) continue;
      const { statusCode, body } = await ask(admin, route, address(route, ours));
      expect([route.path, body]).not.toEqual([route.path, expect.stringContaining('Route not found')]);
      expect([route.path, [200, 400, 404].includes(statusCode)]).toEqual([route.path, true]);
    }
  });

  it('tells members which capability they lack, and lets them do what their role may', async () => {
    const refused: string[] = [];
    for (const route of scoped()) {
      if (route.path.endsWith('/live')) continue;
      const response = await ask(member, route, address(route, ours));
      if (response.statusCode !== 403) continue;
      const capability = /You need "([a-z.]+)"/.exec(response.body)?.[1] ?? '';
      expect(capabilitiesOf('member')).not.toContain(capability);
      refused.push(`${route.method} ${route.path.replace('/admin/v1/orgs/:org/envs/:env', '')}`);
    }
    expect(refused.sort()).toEqual([
      'DELETE /context/:key',
      'DELETE /domains/:domain_id',
      'DELETE /files/:file_id',
      'GET /builds/:build_id/download',
      'PATCH /context/:key',
      'PATCH /projects/:name',
      'POST /builds/:build_id/deploy',
      'POST /context',
      'POST /domains',
      'POST /domains/:domain_id/verify',
      'POST /webhooks/:endpoint_id/rotate',
    ]);
  });
});
