import { newId } from '@app/kernel';
import { FileService } from '@app/files';
import { ServiceKeyMetadata } from '@app/keys';
import type { DerivedKeyDetail, DerivedKeyRow, FileFolders, FileRow, KeyRow, Listing } from '@app/contracts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  makePerson,
  makeTenant,
  startAdminApp,
  TestBrowser,
  type AdminTestApp,
  type TestTenant,
} from './testing/admin-app';

describe('files and derived keys of the app', () => {
  let app: AdminTestApp;
  let folder: string;
  let tenant: TestTenant;
  let other: TestTenant;
  let admin: TestBrowser;
  let member: TestBrowser;
  let stranger: TestBrowser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hot-files-'));
    app = await startAdminApp({ HOT_DATA_DIR: folder });
  });
  beforeEach(async () => {
    tenant = await makeTenant(app.db);
    other = await makeTenant(app.db);
    [admin, member, stranger] = [new TestBrowser(app), new TestBrowser(app), new TestBrowser(app)];
    await admin.signIn(await makePerson(app.db, [{ tenant, role: 'admin' }]));
    await member.signIn(await makePerson(app.db, [{ tenant, role: 'member' }]));
    await stranger.signIn(await makePerson(app.db, [{ tenant: other, role: 'admin' }]));
  });
  afterAll(async () => {
    await app.app.close();
    await rm(folder, { recursive: true, force: true });
  });

  describe('files', () => {
    async function store(path: string, text: string): Promise<string> {
      const actor = {
        kind: 'user' as const,
        credentialId: newId(),
        apiKeyId: null,
        userId: newId(),
        orgId: tenant.orgId,
        envId: tenant.envId,
        permissions: { '*:*': ['*'] },
        retentionClass: -1,
      };
      async function* bytes() {
        yield Buffer.from(text);
      }
      const file = await app.app.get(FileService, { strict: false }).upload(actor, path, null, bytes());
      return file.fileId;
    }
    const url = (rest = '', tenantOf = tenant): string => `${tenantOf.base}/files${rest}`;
    const paths = async (query = ''): Promise<readonly string[]> =>
      ((await member.get(url(query))).json() as Listing<FileRow>).data.map(({ path }) => path);

    it('are walked through by the parts of their paths', async () => {
      for (const path of ['readme.md', 'a/one.txt', 'a/two.txt', 'a/deep/three.txt', 'a_b/x.txt']) {
        await store(path, path);
      }
      const top = (await member.get(url('/folders'))).json().data as FileFolders;
      expect(top.folders).toEqual([
        { name: 'a', prefix: 'a/', files: 3, bytes: 9 + 9 + 16 },
        { name: 'a_b', prefix: 'a_b/', files: 1, bytes: 9 },
      ]);
      expect(top.files).toBe(5);
      expect(await paths()).toEqual(['readme.md']);
      expect(await paths('?prefix=a/')).toEqual(['a/one.txt', 'a/two.txt']);
      expect(await paths('?prefix=a/&sort=-path')).toEqual(['a/two.txt', 'a/one.txt']);
      expect(await paths('?q=T')).toEqual(expect.arrayContaining(['a/one.txt', 'a/deep/three.txt']));
      expect(await paths('?prefix=a/&q=deep')).toEqual(['a/deep/three.txt']);
      expect(await paths('?q=_')).toEqual(['a_b/x.txt']);
      expect((await member.get(url('?sort=nope'))).statusCode).toBe(400);
    });

    it('are downloaded by members and deleted by admins', async () => {
      const id = await store('reports/täglich.csv', 'a,b\n1,2\n');
      const got = await member.get(url(`/${id}/download`));
      expect([got.statusCode, got.body]).toEqual([200, 'a,b\n1,2\n']);
      expect(got.headers['content-disposition']).toContain('attachment');
      expect(got.headers['x-content-type-options']).toBe('nosniff');
      const remove = (browser: TestBrowser) => browser.send({ method: 'DELETE', url: url(`/${id}`) });
      expect((await remove(member)).statusCode).toBe(403);
      expect((await remove(admin)).statusCode).toBe(204);
      expect((await member.get(url(`/${id}`))).statusCode).toBe(404);
    });

    it('of another organization are out of reach', async () => {
      const id = await store('secret.txt', 'x');
      expect(((await stranger.get(url('', other))).json() as Listing<FileRow>).data).toEqual([]);
      for (const [method, rest] of [
        ['GET', ''],
        ['GET', '/download'],
        ['DELETE', ''],
      ] as const) {
        const answer = await stranger.send({ method, url: url(`/${id}${rest}`, other) });
        expect([method, rest, answer.statusCode]).toEqual([method, rest, 404]);
      }
      expect((await member.get(url(`/${id}`))).statusCode).toBe(200);
    });
  });

  describe.each(['service-keys', 'sessions'] as const)('%s', (kind) => {
    const table = kind === 'sessions' ? 'session' : 'service_key';
    const METADATA = '{"customer":"c-17","plan":"gold"}';

    const parentOf = async (browser: TestBrowser): Promise<string> =>
      (
        (await browser.post(`${tenant.base}/api-keys`, { description: 'parent', permissions: {} })).json()
          .data as { key: KeyRow }
      ).key.api_key_id;

    async function derive(
      parent: string,
      { expiresInMs = 3_600_000, metadata = METADATA } = {},
    ): Promise<string> {
      const id = newId();
      const expires = new Date(Date.now() + expiresInMs);
      if (table === 'session') {
        await app.db.execute(
          `INSERT INTO hot.session (session_id, api_key_id, env_id, secret_hash, permissions, metadata, expires_at)
           VALUES ($1, $2, $3, '\\x00', '{"stream:*":["read"]}', $4, $5)`,
          [id, parent, tenant.envId, metadata, expires],
        );
        return id;
      }
      const sealed = app.app.get(ServiceKeyMetadata, { strict: false }).seal(tenant, id, metadata);
      await app.db.execute(
        `INSERT INTO hot.service_key (service_key_id, api_key_id, env_id, secret_hash, permissions, name, metadata,
                                      metadata_key_version, expires_at)
         VALUES ($1, $2, $3, '\\x00', '{"stream:*":["read"]}', 'Acme', $4, $5, $6)`,
        [id, parent, tenant.envId, sealed.envelope, sealed.keyVersion, expires],
      );
      return id;
    }
    const url = (rest = '', tenantOf = tenant): string => `${tenantOf.base}/${kind}${rest}`;
    const list = async (query = '', browser = admin): Promise<Listing<DerivedKeyRow>> =>
      (await browser.get(url(query))).json() as Listing<DerivedKeyRow>;

    it('say whether they work, and whose they are', async () => {
      const [live, dead] = [await parentOf(admin), await parentOf(admin)];
      const active = await derive(live);
      const expired = await derive(live, { expiresInMs: -1000 });
      const orphan = await derive(dead);
      await admin.send({ method: 'DELETE', url: `${tenant.base}/api-keys/${dead}` });
      const page = await list('?include=facets');
      expect(page.data.map(({ id, state }) => [id, state])).toEqual([
        [orphan, 'parent_off'],
        [expired, 'expired'],
        [active, 'active'],
      ]);
      expect(page.facets?.['state']).toContainEqual({ value: 'active', count: 1 });
      expect((await list('?state=active')).data.map(({ id }) => id)).toEqual([active]);
      expect((await list(`?parent=${dead}`)).data.map(({ id }) => id)).toEqual([orphan]);
      expect((await list(`?q=${active.replaceAll('-', '')}`)).data.map(({ id }) => id)).toEqual([active]);
      expect((await list('?limit=1&offset=1')).data.map(({ id }) => id)).toEqual([expired]);
    });

    it('show their metadata to those who may read them', async () => {
      const id = await derive(await parentOf(member));
      const asAdmin = (await admin.get(url(`/${id}`))).json().data as DerivedKeyDetail;
      expect([asAdmin.metadata, asAdmin.metadata_hidden]).toEqual([METADATA, false]);
      const asMember = (await member.get(url(`/${id}`))).json().data as DerivedKeyDetail;
      expect([asMember.metadata, asMember.metadata_hidden]).toEqual(
        kind === 'sessions' ? [METADATA, false] : [null, true],
      );
      expect(JSON.stringify(asAdmin)).not.toContain('secret_hash');
    });

    it('are revoked at once', async () => {
      const id = await derive(await parentOf(admin));
      expect((await admin.send({ method: 'DELETE', url: url(`/${id}`) })).statusCode).toBe(204);
      expect((await list('?state=revoked')).data.map((row) => row.id)).toEqual([id]);
    });

    it('of others do not exist for members, nor for strangers', async () => {
      const id = await derive(await parentOf(admin));
      const own = await derive(await parentOf(member));
      expect((await list('', member)).data.map((row) => row.id)).toEqual([own]);
      expect(((await stranger.get(url('', other))).json() as Listing<DerivedKeyRow>).data).toEqual([]);
      for (const method of ['GET', 'DELETE'] as const) {
        expect((await member.send({ method, url: url(`/${id}`) })).statusCode).toBe(404);
        expect((await stranger.send({ method, url: url(`/${id}`, other) })).statusCode).toBe(404);
      }
      expect((await admin.get(url(`/${id}`))).json().data.state).toBe('active');
    });
  });
});
