import { randomUUID } from 'node:crypto';
import { makePerson, makeTenant, startAdminApp, TestBrowser, type AdminTestApp } from './testing/admin-app';

describe('signing in to the app', () => {
  let app: AdminTestApp;
  beforeAll(async () => {
    app = await startAdminApp();
  });
  afterAll(() => app.app.close());

  const ME = '/admin/v1/me';

  it('leads to what the person can open, and out again', async () => {
    const tenant = await makeTenant(app.db);
    const person = await makePerson(app.db, [{ tenant, role: 'member' }]);
    const browser = new TestBrowser(app);
    expect((await browser.get(ME)).statusCode).toBe(401);

    const signedIn = await browser.signIn(person);
    expect(signedIn.statusCode).toBe(200);
    const cookie = String(signedIn.headers['set-cookie']);
    expect(cookie).toMatch(/^__Host-hot_session=[0-9a-f]{32}_[0-9a-f]{64};/);
    for (const part of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) expect(cookie).toContain(part);

    const me = (await browser.get(ME)).json().data;
    expect(me.user).toEqual({ user_id: person.userId, email: person.email, name: 'Test' });
    expect(me.orgs).toEqual([
      expect.objectContaining({
        slug: tenant.slug,
        role: 'member',
        envs: [expect.objectContaining({ name: 'production' })],
      }),
    ]);

    expect((await browser.post('/admin/v1/logout')).statusCode).toBe(204);
    expect((await browser.get(ME)).statusCode).toBe(401);
  });

  it('keeps only a hash of the session', async () => {
    const person = await makePerson(app.db);
    const signedIn = await new TestBrowser(app).signIn(person);
    const secret = /_([0-9a-f]{64});/.exec(String(signedIn.headers['set-cookie']))?.[1] ?? '';
    const rows = await app.db.query(`SELECT s::text AS row FROM hot.app_session s WHERE user_id = $1`, [
      person.userId,
    ]);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  it('answers a wrong password and an unknown address with the same words', async () => {
    const person = await makePerson(app.db);
    const wrong = await new TestBrowser(app).signIn({ ...person, password: 'nope' });
    const unknown = await new TestBrowser(app).signIn({ ...person, email: `${randomUUID()}@example.com` });
    expect([wrong.statusCode, unknown.statusCode]).toEqual([401, 401]);
    expect(wrong.json().error.message).toBe(unknown.json().error.message);
    expect(wrong.headers['set-cookie']).toBeUndefined();
  });

  it('does not take the password from the address', async () => {
    const person = await makePerson(app.db);
    const response = await new TestBrowser(app).send({
      method: 'POST',
      url: `/admin/v1/login?email=${person.email}&password=${person.password}`,
      payload: {},
    });
    expect(response.statusCode).toBe(400);
  });

  it('refuses to sign in, or to write anything, for a page of another site', async () => {
    const person = await makePerson(app.db);
    const browser = new TestBrowser(app);
    const foreign = { origin: 'https://evil.example' };
    const login = await browser.send({
      method: 'POST',
      url: '/admin/v1/login',
      payload: { email: person.email, password: person.password },
      headers: foreign,
    });
    expect(login.statusCode).toBe(403);
    await browser.signIn(person);
    const logout = await browser.send({ method: 'POST', url: '/admin/v1/logout', headers: foreign });
    expect(logout.statusCode).toBe(403);
    expect((await browser.get(ME)).statusCode).toBe(200);
  });

  it('refuses to write without the CSRF token or with another session’s', async () => {
    const person = await makePerson(app.db);
    const one = new TestBrowser(app);
    const two = new TestBrowser(app);
    await one.signIn(person);
    await two.signIn(person);
    const other = two.csrfToken;
    for (const token of [undefined, '', 'x', other]) {
      one.csrfToken = token;
      expect((await one.post('/admin/v1/logout')).statusCode).toBe(403);
    }
    expect((await two.get(ME)).statusCode).toBe(200);
  });

  it('ends all sessions of a person at once', async () => {
    const person = await makePerson(app.db);
    const [one, two] = [new TestBrowser(app), new TestBrowser(app)];
    await one.signIn(person);
    await two.signIn(person);
    expect((await one.get('/admin/v1/me/sessions')).json().data).toHaveLength(2);
    expect((await one.post('/admin/v1/logout/everywhere')).statusCode).toBe(204);
    expect((await one.get(ME)).statusCode).toBe(401);
    expect((await two.get(ME)).statusCode).toBe(401);
  });

  it('ends one session of one’s own, and nobody else’s', async () => {
    const person = await makePerson(app.db);
    const stranger = await makePerson(app.db);
    const [one, two, other] = [new TestBrowser(app), new TestBrowser(app), new TestBrowser(app)];
    await one.signIn(person);
    await two.signIn(person);
    await other.signIn(stranger);
    const sessions: { session_id: string; current: boolean }[] = (
      await one.get('/admin/v1/me/sessions')
    ).json().data;
    const second = sessions.find(({ current }) => !current)?.session_id ?? '';
    const url = `/admin/v1/me/sessions/${second}`;
    expect((await other.send({ method: 'DELETE', url })).statusCode).toBe(404);
    expect((await one.send({ method: 'DELETE', url })).statusCode).toBe(204);
    expect((await two.get(ME)).statusCode).toBe(401);
    expect((await one.get(ME)).statusCode).toBe(200);
  });

  it('is over when the session expired or the account was switched off', async () => {
    const person = await makePerson(app.db);
    const browser = new TestBrowser(app);
    await browser.signIn(person);
    await app.db.execute(`UPDATE hot."user" SET active = false WHERE user_id = $1`, [person.userId]);
    expect((await browser.get(ME)).statusCode).toBe(401);
    await app.db.execute(`UPDATE hot."user" SET active = true WHERE user_id = $1`, [person.userId]);
    expect((await browser.get(ME)).statusCode).toBe(200);
    await app.db.execute(
      `UPDATE hot.app_session SET expires_at = now() - interval '1 s' WHERE user_id = $1`,
      [person.userId],
    );
    expect((await browser.get(ME)).statusCode).toBe(401);
  });

  it('is prolonged by use, once in a while, and the browser is told', async () => {
    const person = await makePerson(app.db);
    const browser = new TestBrowser(app);
    await browser.signIn(person);
    expect((await browser.get(ME)).headers['set-cookie']).toBeUndefined();
    await app.db.execute(
      `UPDATE hot.app_session SET last_seen_at = now() - interval '10 min', expires_at = now() + interval '1 h'
        WHERE user_id = $1`,
      [person.userId],
    );
    expect(String((await browser.get(ME)).headers['set-cookie'])).toContain('Max-Age=2592000');
    expect((await browser.get(ME)).headers['set-cookie']).toBeUndefined();
    const [row] = await app.db.query<{ days: number }>(
      `SELECT extract(epoch FROM expires_at - now()) / 86400 AS days FROM hot.app_session WHERE user_id = $1`,
      [person.userId],
    );
    expect(Number(row?.days)).toBeGreaterThan(29);
  });

  it('is refused after too many wrong attempts from one address, for right ones too', async () => {
    const own = await startAdminApp();
    try {
      const person = await makePerson(own.db);
      const browser = new TestBrowser(own);
      for (let i = 0; i < 10; i++) {
        expect((await browser.signIn({ ...person, password: 'wrong' })).statusCode).toBe(401);
      }
      const refused = await browser.signIn(person);
      expect(refused.statusCode).toBe(429);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    } finally {
      await own.app.close();
    }
  });

  it('refuses large bodies of strangers', async () => {
    const response = await app.server.inject({
      method: 'POST',
      url: '/admin/v1/login',
      headers: { host: 'localhost:4680' },
      payload: { email: 'x', password: 'x'.repeat(20_000) },
    });
    expect(response.statusCode).toBe(413);
  });
});

describe('the local account', () => {
  const LOCAL = '/admin/v1/login/local';

  async function withLocalAccount(
    environment: Record<string, string>,
    work: (app: AdminTestApp) => Promise<void>,
  ) {
    const app = await startAdminApp(environment);
    try {
      await app.db.execute(
        `INSERT INTO hot."user" (user_id, email, name) VALUES (gen_random_uuid(), 'local@hot.dev', 'Local developer')
         ON CONFLICT DO NOTHING`,
      );
      await work(app);
    } finally {
      await app.app.close();
    }
  }

  it('is one click away in development, on this machine', () =>
    withLocalAccount({}, async (app) => {
      const browser = new TestBrowser(app);
      expect((await browser.get('/admin/v1/auth/config')).json().data.local_sign_in).toBe(true);
      const response = await browser.post(LOCAL);
      expect(response.statusCode).toBe(200);
      expect(response.json().data.user.email).toBe('local@hot.dev');
    }));

  it('is not offered to other machines, rebound names or what a proxy passes on', () =>
    withLocalAccount({}, async (app) => {
      const browser = new TestBrowser(app);
      const tries = [
        { remoteAddress: '192.168.1.9' },
        { headers: { host: 'evil.example:4680', origin: 'http://evil.example:4680' } },
        { headers: { 'x-forwarded-for': '1.2.3.4' } },
      ];
      for (const options of tries) {
        expect((await browser.send({ method: 'POST', url: LOCAL, ...options })).statusCode).toBe(404);
      }
    }));

  it('does not exist in production', () =>
    withLocalAccount({ HOT_MODE: 'production' }, async (app) => {
      const browser = new TestBrowser(app);
      expect((await browser.get('/admin/v1/auth/config')).json().data.local_sign_in).toBe(false);
      expect((await browser.post(LOCAL)).statusCode).toBe(404);
    }));
});
