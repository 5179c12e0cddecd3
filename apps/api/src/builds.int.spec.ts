import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { testBundle } from '@app/builds/testing';
import { newId } from '@app/kernel';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { ApiHarness, type TestTenant } from './testing/api-harness';
import { BOUNDARY, filePart, multipart, MULTIPART, type Part } from './testing/multipart';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const MAX_BYTES = 3_000_000;

describe('builds', () => {
  const database = useDatabase();
  const redis = useRedis();
  let api: ApiHarness;
  let tenant: TestTenant;
  beforeAll(async () => {
    api = await ApiHarness.start(database.url, redis, {
      HOT_BUILD_FILE_MAX_BYTES: String(MAX_BYTES),
      HOT_API_BUILD_UPLOAD_CONCURRENCY_LIMIT: '12',
    });
  });
  afterAll(() => api.stop());
  beforeEach(async () => {
    tenant = await api.addTenant();
    await call('POST', '/v1/projects', { name: 'orders' });
  });

  const call = (method: string, url: string, body?: unknown) =>
    api.call(method, url, { token: tenant.token, ...(body === undefined ? {} : { body }) });
  const send = (parts: readonly Part[], url = '/v1/projects/orders/builds') =>
    api.call('POST', url, { token: tenant.token, headers: MULTIPART, payload: multipart(parts) });
  const hashPart = (hash: string): Part => ({ name: 'hash', content: hash });
  const idPart = (id: string): Part => ({ name: 'build_id', content: id });
  const upload = (archive: Buffer, id?: string) =>
    send([hashPart(sha256(archive)), ...(id === undefined ? [] : [idPart(id)]), filePart(archive)]);
  const total = async (): Promise<number> => (await call('GET', '/v1/builds')).json().pagination.total;
  const incoming = (): readonly string[] => readdirSync(join(api.dataDir, 'builds', '.incoming'));

  describe('uploading', () => {
    it('keeps the archive and gives it back byte for byte [api-15.25]', async () => {
      const archive = testBundle('on a ::x/y');
      const answer = await upload(archive);
      expect(answer.statusCode).toBe(201);
      const build = answer.json().data;
      expect(build).toEqual({
        build_id: expect.any(String),
        project_id: expect.any(String),
        hash: sha256(archive),
        size: archive.length,
        storage_path: `${tenant.orgId}/${tenant.envId}/${build.build_id}.hot.zip`,
        storage_backend: 'local',
        created_at: expect.stringMatching(/Z$/),
      });
      const url = `/v1/projects/orders/builds/${build.build_id}/download`;
      const download = await call('GET', url);
      expect(download.statusCode).toBe(200);
      expect(download.rawPayload.equals(archive)).toBe(true);
      expect(download.headers).toMatchObject({
        'content-type': 'application/zip',
        'content-length': String(archive.length),
        'content-disposition': `attachment; filename="${build.build_id.replaceAll('-', '')}.hot.zip"`,
        'x-request-id': expect.any(String),
      });
      const head = await call('HEAD', url);
      expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([
        200,
        '',
        String(archive.length),
      ]);
    });

    it('takes the parts in any order, and drops parts it does not know [api-15.24]', async () => {
      const archive = testBundle('');
      const parts = [hashPart(sha256(archive)), idPart(''), filePart(archive)] as const;
      for (const [a, b, c] of [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
      ] as const) {
        const extra: Part = { name: 'other', content: 'x'.repeat(100_000), filename: 'other.bin' };
        const answer = await send([parts[a], extra, parts[b], parts[c], { name: 'note', content: 'hi' }]);
        expect([[a, b, c], answer.statusCode]).toEqual([[a, b, c], 201]);
      }
      expect(await total()).toBe(6);
    });

    it("takes the bundle's own hash, in any case, as well as that of the bytes [B7]", async () => {
      const archive = testBundle('fn ::a/b', { manifest: { bundle_hash: 'ABCDEF0123' } });
      expect((await send([hashPart('abcdef0123'), filePart(archive)])).statusCode).toBe(201);
      const upper = await send([hashPart(sha256(archive).toUpperCase()), filePart(archive)]);
      expect(upper.json().data.hash).toBe(sha256(archive));
    });

    it('refuses another hash, says what it expected, and keeps nothing [B7, api-15.21]', async () => {
      const archive = testBundle('', { manifest: { bundle_hash: 'f'.repeat(64) } });
      const answer = await send([hashPart('0'.repeat(64)), filePart(archive)]);
      expect([answer.statusCode, answer.json().error.code]).toEqual([400, 'bad_request']);
      expect(answer.json().error.message).toContain(sha256(archive).slice(0, 12));
      expect(answer.json().error.message).toContain('ffffffffffff');
      expect(await total()).toBe(0);
      expect(incoming()).toEqual([]);
    });

    it('keeps an archive that is no bundle, and says why it cannot be deployed', async () => {
      const junk = randomBytes(5_000);
      const answer = await upload(junk);
      expect(answer.statusCode).toBe(201);
      const url = `/v1/projects/orders/builds/${answer.json().data.build_id}`;
      expect((await call('GET', url)).json().data.runtime_warning.message).toContain('not a ZIP');
      const deploy = await call('POST', `${url}/deploy`);
      expect([deploy.statusCode, deploy.json().error.code]).toEqual([400, 'bad_request']);
      expect(deploy.json().error.message).toContain('not a ZIP');
      expect((await call('GET', url)).json().data).toMatchObject({ deployed: false, deployment_sequence: 0 });
    });

    it('answers 200 when the id is known in the project, without looking at the new bytes [B8, api-15.22]', async () => {
      const [archive, id] = [testBundle('fn ::a/a'), newId()];
      expect((await upload(archive, id)).statusCode).toBe(201);
      const again = await send([hashPart('wrong'), idPart(id.toUpperCase()), filePart(randomBytes(100))]);
      expect([again.statusCode, again.headers['x-build-exists']]).toEqual([200, 'true']);
      expect(again.json().data).toMatchObject({ build_id: id, hash: sha256(archive), size: archive.length });
      expect(await total()).toBe(1);
      expect(
        (await call('GET', `/v1/projects/orders/builds/${id}/download`)).rawPayload.equals(archive),
      ).toBe(true);
    });

    it('makes a build each time when no id is given', async () => {
      const archive = testBundle('');
      const ids = await Promise.all([1, 2, 3].map(async () => (await upload(archive)).json().data.build_id));
      expect(new Set(ids).size).toBe(3);
    });

    it('ends with one build when the same id is uploaded ten times at once [api-15.23]', async () => {
      const [archive, id] = [testBundle('fn ::a/a'.repeat(1_000)), newId()];
      const answers = await Promise.all(Array.from({ length: 10 }, () => upload(archive, id)));
      expect(answers.map((answer) => answer.statusCode).sort()).toEqual([...Array(9).fill(200), 201]);
      expect(answers.filter((answer) => answer.headers['x-build-exists'] === 'true')).toHaveLength(9);
      expect(await total()).toBe(1);
      expect(
        (await call('GET', `/v1/projects/orders/builds/${id}/download`)).rawPayload.equals(archive),
      ).toBe(true);
      expect(incoming()).toEqual([]);
    });

    it('keeps the archive of the winner when different bytes race for one id', async () => {
      const id = newId();
      const archives = Array.from({ length: 8 }, (_, index) => testBundle(`fn ::a/b${index}`));
      await Promise.all(archives.map((archive) => upload(archive, id)));
      const build = (await call('GET', `/v1/projects/orders/builds/${id}`)).json().data;
      const bytes = (await call('GET', `/v1/projects/orders/builds/${id}/download`)).rawPayload;
      expect(sha256(bytes)).toBe(build.hash);
    });

    it('restores an archive that storage lost, once the hash is right', async () => {
      const [archive, id] = [testBundle('fn ::a/a'), newId()];
      const path = (await upload(archive, id)).json().data.storage_path;
      rmSync(join(api.dataDir, 'builds', path));
      expect((await call('GET', `/v1/projects/orders/builds/${id}/download`)).statusCode).toBe(404);
      expect((await call('POST', `/v1/projects/orders/builds/${id}/deploy`)).statusCode).toBe(400);
      expect((await send([hashPart('wrong'), idPart(id), filePart(archive)])).statusCode).toBe(400);
      const again = await upload(archive, id);
      expect([again.statusCode, again.headers['x-build-exists']]).toEqual([200, 'true']);
      expect(
        (await call('GET', `/v1/projects/orders/builds/${id}/download`)).rawPayload.equals(archive),
      ).toBe(true);
    });

    it('refuses an id that belongs to another project, of whatever environment [B8]', async () => {
      const [archive, id] = [testBundle(''), newId()];
      await upload(archive, id);
      await call('POST', '/v1/projects', { name: 'other' });
      const parts = [hashPart(sha256(archive)), idPart(id), filePart(archive)];
      expect((await send(parts, '/v1/projects/other/builds')).json().error.code).toBe('conflict');
      const stranger = await api.addTenant();
      await api.call('POST', '/v1/projects', { token: stranger.token, body: { name: 'theirs' } });
      const answer = await api.call('POST', '/v1/projects/theirs/builds', {
        token: stranger.token,
        headers: MULTIPART,
        payload: multipart(parts),
      });
      expect([answer.statusCode, answer.json().error.code]).toEqual([409, 'conflict']);
    });

    it.each<[string, readonly Part[], string]>([
      ['no file', [hashPart('x')], 'Missing required field: file'],
      ['no hash', [filePart(Buffer.from('x'))], 'Missing required field: hash'],
      ['an empty hash', [hashPart(' '), filePart(Buffer.from('x'))], 'Missing required field: hash'],
      ['an odd hash', [hashPart('a b'), filePart(Buffer.from('x'))], 'hash is not a hash'],
      ['a huge hash', [hashPart('a'.repeat(5_000)), filePart(Buffer.from('x'))], 'hash is too long'],
      ['an empty file', [hashPart('x'), filePart(Buffer.alloc(0))], 'file is empty'],
      [
        'a bad build_id',
        [hashPart('x'), idPart('nope'), filePart(Buffer.from('x'))],
        'build_id must be a UUID',
      ],
      [
        'two files',
        [hashPart('x'), filePart(Buffer.from('x')), filePart(Buffer.from('y'))],
        'file must be sent once',
      ],
      [
        'a file sent as text',
        [hashPart('x'), { name: 'file', content: 'x' }],
        'Missing required field: file',
      ],
    ])('refuses %s', async (_, parts, message) => {
      const answer = await send(parts);
      expect([answer.statusCode, answer.json().error.code, answer.json().error.message]).toEqual([
        400,
        'bad_request',
        message,
      ]);
      expect(incoming()).toEqual([]);
    });

    it('refuses what is no multipart body, or a broken one', async () => {
      expect((await call('POST', '/v1/projects/orders/builds', { hash: 'x' })).statusCode).toBe(415);
      expect((await call('POST', '/v1/projects/orders/builds')).statusCode).toBe(415);
      const whole = multipart([hashPart('x'), filePart(Buffer.from('content'))]);
      for (const payload of [whole.subarray(0, whole.length - 30), Buffer.from('rubbish'), Buffer.alloc(0)]) {
        const answer = await api.call('POST', '/v1/projects/orders/builds', {
          token: tenant.token,
          headers: MULTIPART,
          payload,
        });
        expect([answer.statusCode, answer.json().error.code]).toEqual([400, 'bad_request']);
      }
      const noBoundary = await api.call('POST', '/v1/projects/orders/builds', {
        token: tenant.token,
        headers: { 'content-type': 'multipart/form-data' },
        payload: whole,
      });
      expect([noBoundary.statusCode, noBoundary.json().error.code]).toEqual([400, 'bad_request']);
    });

    it('refuses an archive beyond the limit, exactly beyond it [B6]', async () => {
      const largest = randomBytes(MAX_BYTES);
      expect((await upload(largest)).statusCode).toBe(201);
      const answer = await upload(Buffer.concat([largest, Buffer.from('x')]));
      expect([answer.statusCode, answer.json().error.code]).toEqual([413, 'payload_too_large']);
      expect(incoming()).toEqual([]);
    });

    it('needs the project first, then the permission', async () => {
      const archive = testBundle('');
      const missing = await send([hashPart('x'), filePart(archive)], '/v1/projects/nope/builds');
      expect([missing.statusCode, missing.json().error.message]).toEqual([404, 'Project not found']);
      const options = {
        headers: MULTIPART,
        payload: multipart([hashPart(sha256(archive)), filePart(archive)]),
      };
      const token = await api.key({ 'build:orders/*': ['read'] }, tenant);
      expect((await api.call('POST', '/v1/projects/orders/builds', { token, ...options })).statusCode).toBe(
        403,
      );
      const allowed = await api.key({ 'build:orders/*': ['create'] }, tenant);
      expect(
        (await api.call('POST', '/v1/projects/orders/builds', { token: allowed, ...options })).statusCode,
      ).toBe(201);
    });

    it('wakes the project up', async () => {
      await call('POST', '/v1/projects/orders/deactivate');
      await upload(testBundle(''));
      expect((await call('GET', '/v1/projects/orders')).json().data.active).toBe(true);
    });
  });

  describe('over a real connection', () => {
    let port: number;
    beforeAll(async () => {
      await api.http.app.listen({ host: '127.0.0.1', port: 0 });
      const address = api.http.server.server.address();
      port = typeof address === 'object' && address !== null ? address.port : 0;
    });

    const head = (bytes: number): string =>
      `POST /v1/projects/orders/builds HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${tenant.token}\r\n` +
      `Content-Type: multipart/form-data; boundary=${BOUNDARY}\r\nContent-Length: ${bytes}\r\n\r\n`;

    it('leaves nothing of a client that disconnects in the middle', async () => {
      const body = multipart([hashPart('x'), filePart(randomBytes(1_000_000))]);
      const socket = connect(port, '127.0.0.1');
      socket.write(head(body.length));
      socket.write(body.subarray(0, 500_000));
      await eventually(() => incoming().length > 0);
      socket.destroy();
      await eventually(() => expect(incoming()).toEqual([]));
      expect(await total()).toBe(0);
    });

    it('answers a client that sends too much, although it goes on sending, and keeps the connection', async () => {
      const body = multipart([hashPart('x'), filePart(randomBytes(MAX_BYTES * 3))]);
      const socket = connect(port, '127.0.0.1');
      let received = '';
      socket.on('data', (chunk) => (received += chunk.toString()));
      socket.write(head(body.length));
      socket.write(body);
      await eventually(() => expect(received).toContain('payload_too_large'));
      socket.write('GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await eventually(() => expect(received).toContain('hot.dev api server'));
      socket.destroy();
    });

    it('takes only so many uploads at the same time', async () => {
      const body = multipart([hashPart('x'), filePart(randomBytes(200_000))]);
      const sockets = Array.from({ length: 12 }, () => connect(port, '127.0.0.1'));
      for (const socket of sockets) {
        socket.on('error', () => undefined);
        socket.write(head(body.length));
        socket.write(body.subarray(0, 100_000));
      }
      await eventually(() => expect(incoming()).toHaveLength(12));
      const answer = await upload(testBundle(''));
      expect([answer.statusCode, answer.json().error.code]).toEqual([429, 'rate_limit_exceeded']);
      expect([answer.headers['retry-after'], answer.json().error.retry_after]).toEqual(['1', 1]);
      for (const socket of sockets) socket.destroy();
      await eventually(async () => expect((await upload(testBundle(''))).statusCode).toBe(201));
    });
  });

  describe('reading', () => {
    it('finds one, the deployed one, and says which thing is missing [api-15.28]', async () => {
      const message = async (url: string): Promise<string> => {
        const answer = await call('GET', url);
        return `${answer.statusCode} ${answer.json().error?.message}`;
      };
      const base = '/v1/projects/orders/builds';
      expect(await message(`${base}/deployed`)).toBe('404 Deployed build not found');
      expect(await message(`${base}/live`)).toBe('404 Live build not found');
      expect(await message(`${base}/${newId()}`)).toBe('404 Build not found');
      expect(await message(`${base}/${newId()}/download`)).toBe('404 Build not found');
      expect(await message(`${base}/nope`)).toBe('400 build_id must be a UUID');
      expect(await message('/v1/projects/nope/builds')).toBe('404 Project not found');
      const id = (await upload(testBundle(''))).json().data.build_id;
      const build = (await call('GET', `${base}/${id.replaceAll('-', '').toUpperCase()}`)).json().data;
      expect(build).toMatchObject({
        build_id: id,
        project_name: 'orders',
        build_type: 'bundle',
        deployed: false,
        active: true,
        runtime_status: 'pending',
        runtime_error: null,
        deployment_sequence: 0,
        runtime_warning: null,
      });
      expect(Object.keys(build)).toHaveLength(16);
    });

    it('does not find a build below another project', async () => {
      const id = (await upload(testBundle(''))).json().data.build_id;
      await call('POST', '/v1/projects', { name: 'other' });
      for (const [method, rest] of [
        ['GET', ''],
        ['GET', '/download'],
        ['POST', '/deploy'],
      ] as const) {
        const answer = await call(method, `/v1/projects/other/builds/${id}${rest}`);
        expect([answer.statusCode, answer.json().error.message]).toEqual([404, 'Build not found']);
      }
    });

    it('lists the deployed build first, then the newest, over one project or all', async () => {
      const ids: string[] = [];
      for (let i = 0; i < 3; i += 1) ids.push((await upload(testBundle(''))).json().data.build_id);
      await call('POST', `/v1/projects/orders/builds/${ids[0]}/deploy`);
      await call('POST', '/v1/projects', { name: 'other' });
      const archive = testBundle('');
      const other = await send([hashPart(sha256(archive)), filePart(archive)], '/v1/projects/other/builds');
      const list = async (url: string) =>
        (await call('GET', url)).json().data.map((build: { build_id: string }) => build.build_id);
      expect(await list('/v1/projects/orders/builds')).toEqual([ids[0], ids[2], ids[1]]);
      expect(await list('/v1/builds')).toEqual([ids[0], other.json().data.build_id, ids[2], ids[1]]);
      expect(await list('/v1/builds?limit=1&offset=3')).toEqual([ids[1]]);
      const page = (await call('GET', '/v1/builds?limit=2')).json();
      expect(page.pagination).toEqual({ total: 4, limit: 2, offset: 0, has_more: true });
      expect(page.data[1].project_name).toBe('other');
    });

    it.each([
      ['GET', '/v1/builds', 'build:*', 'read'],
      ['GET', '/v1/projects/orders/builds', 'build:orders/*', 'read'],
      ['GET', '/v1/projects/orders/builds/deployed', 'build:orders/*', 'read'],
      ['GET', '/v1/projects/orders/builds/ID', 'build:orders/ID', 'read'],
      ['GET', '/v1/projects/orders/builds/ID/download', 'build:orders/ID', 'read'],
      ['POST', '/v1/projects/orders/builds/ID/deploy', 'build:orders/ID', 'execute'],
    ])('%s %s needs %s %s [api-15.13]', async (method, url, urn, action) => {
      const id = (await upload(testBundle(''))).json().data.build_id;
      await call('POST', `/v1/projects/orders/builds/${id}/deploy`);
      const status = async (set: Record<string, string[]>): Promise<number> =>
        (await api.call(method, url.replace('ID', id), { token: await api.key(set, tenant) })).statusCode;
      expect(await status({ [urn.replace('ID', id)]: [action] })).toBe(200);
      expect(await status({ [urn.replace('ID', id)]: [action === 'read' ? 'execute' : 'read'] })).toBe(403);
      expect(await status({ 'build:other/*': ['*'], 'project:*': ['*'] })).toBe(403);
    });
  });

  describe('deploying', () => {
    const deploy = (id: string) => call('POST', `/v1/projects/orders/builds/${id}/deploy`);
    const uploaded = async (archive = testBundle('')): Promise<string> =>
      (await upload(archive)).json().data.build_id;

    it('marks the build and counts, without waiting for a worker', async () => {
      const id = await uploaded();
      const answer = await deploy(id);
      expect(answer.statusCode).toBe(200);
      expect(answer.json().data).toMatchObject({
        build_id: id,
        deployed: true,
        runtime_status: 'pending',
        deployment_sequence: 1,
      });
      expect((await call('GET', '/v1/projects/orders/builds/deployed')).json().data.build_id).toBe(id);
      expect((await deploy(id)).json().data.deployment_sequence).toBe(2);
    });

    it('lets the later of two deployments stand, also of fifty at once [B4]', async () => {
      const ids = await Promise.all([uploaded(), uploaded(), uploaded()]);
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) => deploy(ids[index % 3] ?? '')),
      );
      expect(answers.every((answer) => answer.statusCode === 200)).toBe(true);
      const builds = (await call('GET', '/v1/projects/orders/builds')).json().data;
      const deployed = builds.filter((build: { deployed: boolean }) => build.deployed);
      expect(deployed).toHaveLength(1);
      expect(deployed[0]).toMatchObject({ runtime_status: 'pending', deployment_sequence: 50 });
      for (const build of builds) if (!build.deployed) expect(build.runtime_status).toBe('superseded');
    });

    it('refuses what was made for a newer platform, and warns of an older one', async () => {
      const newer = await uploaded(testBundle('', { manifest: { engine_version: '2.99.0' } }));
      expect((await deploy(newer)).json().error).toMatchObject({ code: 'bad_request' });
      const other = await uploaded(testBundle('', { manifest: { hot_std_version: '3.0.0' } }));
      expect((await deploy(other)).statusCode).toBe(400);
      const older = await uploaded(testBundle('', { manifest: { engine_version: '2.5.9' } }));
      expect((await deploy(older)).json().data.runtime_warning).toMatchObject({
        build_engine_version: '2.5.9',
        message: expect.stringContaining('2.5.9'),
      });
    });

    it('warns of context variables that are missing, naming who needs them', async () => {
      const id = await uploaded(
        testBundle('', {
          manifest: { ctx_requirements: [{ key: 'stripe.key', 'declared-by': '::pay/charge' }] },
        }),
      );
      const answer = await deploy(id);
      expect(answer.statusCode).toBe(200);
      expect(answer.json().data.runtime_warning.message).toContain('stripe.key (required by ::pay/charge)');
    });

    it('activate deploys the newest build, deactivate stands everything down [api-15.50]', async () => {
      const [first, second] = [await uploaded(), await uploaded()];
      await deploy(first);
      const off = (await call('POST', '/v1/projects/orders/deactivate')).json().data;
      expect(off).toMatchObject({ project: { active: false }, redeployed_build_id: null });
      expect((await call('GET', '/v1/projects/orders/builds/deployed')).statusCode).toBe(404);
      const on = (await call('POST', '/v1/projects/orders/activate')).json().data;
      expect(on).toMatchObject({ project: { active: true }, redeployed_build_id: second });
      expect((await call('GET', '/v1/projects/orders/builds/deployed')).json().data.build_id).toBe(second);
    });

    it('deactivate and activate leave every other project as it was [B11]', async () => {
      await call('POST', '/v1/projects', { name: 'other' });
      const archive = testBundle('');
      const made = await send([hashPart(sha256(archive)), filePart(archive)], '/v1/projects/other/builds');
      await call('POST', `/v1/projects/other/builds/${made.json().data.build_id}/deploy`);
      await deploy(await uploaded());
      const other = async (): Promise<unknown> => [
        (await call('GET', '/v1/projects/other')).json().data,
        (await call('GET', '/v1/projects/other/builds')).json().data,
      ];
      const before = await other();
      await call('POST', '/v1/projects/orders/deactivate');
      expect(await other()).toEqual(before);
      await call('POST', '/v1/projects/orders/activate');
      expect(await other()).toEqual(before);
    });

    it('wakes the project up', async () => {
      const id = await uploaded();
      await call('POST', '/v1/projects/orders/deactivate');
      await deploy(id);
      expect((await call('GET', '/v1/projects/orders')).json().data.active).toBe(true);
    });

    it('is over when the project is deleted, with its builds out of reach', async () => {
      const id = await uploaded();
      await deploy(id);
      expect((await call('DELETE', '/v1/projects/orders')).statusCode).toBe(204);
      expect(await total()).toBe(0);
      const row = await api.db.queryOne(
        'SELECT deployed, runtime_status FROM hot.build WHERE build_id = $1',
        [id],
      );
      expect(row).toEqual({ deployed: false, runtime_status: 'superseded' });
    });
  });
});

describe('builds, where required context is strict', () => {
  const database = useDatabase();
  const redis = useRedis();
  let api: ApiHarness;
  beforeAll(async () => {
    api = await ApiHarness.start(database.url, redis, {
      HOT_DEPLOY_STRICT_CTX: 'true',
      HOT_BUILD_HASH_CHECK: 'off',
    });
  });
  afterAll(() => api.stop());

  it('are not deployed while a variable is missing, and take any hash when the check is off', async () => {
    await api.call('POST', '/v1/projects', { body: { name: 'p' } });
    const archive = testBundle('', { manifest: { ctx_requirements: ['a', 'b'] } });
    const parts = [{ name: 'hash', content: 'whatever' }, filePart(archive)];
    const options = { headers: MULTIPART, payload: multipart(parts) };
    const upload = await api.call('POST', '/v1/projects/p/builds', options);
    expect(upload.statusCode).toBe(201);
    const url = `/v1/projects/p/builds/${upload.json().data.build_id}/deploy`;
    const answer = await api.call('POST', url);
    expect([answer.statusCode, answer.json().error.message]).toEqual([
      400,
      "This build can't be deployed: These context variables are not set: a, b. Set them with hot context set <key>",
    ]);
    const { project_id: projectId } = (await api.call('GET', '/v1/projects/p')).json().data;
    const set = (key: string, owner: 'env_id' | 'project_id', id: string) =>
      api.db.execute(
        `INSERT INTO hot.context (context_id, ${owner}, key, value, key_version, created_by_user_id)
         VALUES ($1, $2, $3, 'x', 'v', $4)`,
        [newId(), id, key, api.tenant.userId],
      );
    await set('a', 'env_id', api.tenant.envId);
    await set('b', 'env_id', (await api.addTenant()).envId);
    expect((await api.call('POST', url)).json().error.message).toContain('are not set: b.');
    await set('b', 'project_id', projectId);
    expect((await api.call('POST', url)).statusCode).toBe(200);
  });
});
