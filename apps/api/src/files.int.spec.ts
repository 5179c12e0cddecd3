import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, useDatabase, useRedis } from '@app/testing';
import type { LightMyRequestResponse } from 'fastify';
import { ApiHarness, type CallOptions } from './testing/api-harness';

const MIB = 1024 ** 2;
const QUOTA = 64 * MIB;
const LARGEST = 40 * MIB;
const UNKNOWN = '0198c760-0000-7000-8000-000000000000';

describe('files', () => {
  const database = useDatabase();
  const redis = useRedis();
  let api: ApiHarness;
  beforeAll(async () => {
    api = await ApiHarness.start(database.url, redis, {
      HOT_FILE_STORAGE_BYTES: String(QUOTA),
      HOT_FILE_MAX_BYTES: String(LARGEST),
      HOT_FILE_MULTIPART_MAX_PENDING_UPLOADS: '3',
    });
  });
  afterAll(() => api.stop());

  const put = (path: string, payload: string | Buffer, options: CallOptions = {}) =>
    api.call('PUT', `/v1/files/upload/${path}`, { payload, ...options });
  const download = (id: string, options: CallOptions = {}) =>
    api.call('GET', `/v1/files/${id}/download`, options);
  const error = (answer: LightMyRequestResponse): [number, string] => [
    answer.statusCode,
    answer.json().error?.code,
  ];
  const md5 = (bytes: string | Buffer) => createHash('md5').update(bytes).digest('hex');
  /** Everything in the store, whosever it is. */
  const stored = (): readonly string[] =>
    readdirSync(join(api.dataDir, 'files'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  const leftovers = async (): Promise<number> =>
    (await api.db.query('SELECT 1 FROM hot.file_leftover')).length;

  describe('in one piece', () => {
    it('are stored as they came, whatever the content type says [api-15.61]', async () => {
      const json = '{ "a" : 1.0, "a": 2 }\n';
      const answer = await put('raw/data.json', json, { headers: { 'content-type': 'application/json' } });
      expect(answer.statusCode).toBe(200);
      const file = answer.json().data;
      expect(file).toEqual({
        file_id: expect.any(String),
        path: 'raw/data.json',
        size: json.length,
        etag: md5(json),
        content_type: 'application/json',
        storage_backend: 'local',
        created_by_run_id: null,
        updated_by_run_id: null,
        created_at: expect.stringMatching(/Z$/),
        updated_at: file.created_at,
      });
      const got = await download(file.file_id);
      expect(got.body).toBe(json);
      expect(got.headers).toMatchObject({
        'content-type': 'application/json',
        'content-length': String(json.length),
        'content-disposition': 'attachment; filename="data.json"',
        etag: `"${md5(json)}"`,
      });
      expect((await api.call('GET', `/v1/files/${file.file_id}`)).json().data).toEqual(file);
    });

    it('are replaced under their id, and the former bytes go [api-15.61]', async () => {
      const first = (await put('replaced.txt', 'one')).json().data;
      const before = stored().length;
      const second = (await put('/replaced.txt', 'twice')).json().data;
      expect(second).toMatchObject({ file_id: first.file_id, created_at: first.created_at, size: 5 });
      expect(second.updated_at > first.updated_at).toBe(true);
      expect((await download(first.file_id)).body).toBe('twice');
      await eventually(() => expect(stored()).toHaveLength(before));
      expect(await leftovers()).toBe(0);
    });

    it('may be empty, and take the said type only without an extension', async () => {
      const empty = (await put('empty', '', { headers: { 'content-type': 'text/plain' } })).json().data;
      expect(empty).toMatchObject({ size: 0, etag: md5(''), content_type: 'text/plain' });
      const got = await download(empty.file_id);
      expect([got.statusCode, got.body, got.headers['content-type']]).toEqual([200, '', 'text/plain']);
      expect(
        (await put('a.unheard', 'x', { headers: { 'content-type': 'text/plain' } })).json().data,
      ).toMatchObject({
        content_type: 'application/octet-stream',
      });
      expect((await put('none', Buffer.from('x'))).json().data.content_type).toBeNull();
    });

    it('are deleted once, and begin anew under another id [api-15.61]', async () => {
      const { file_id: id } = (await put('gone.txt', 'x')).json().data;
      const answer = await api.call('DELETE', `/v1/files/${id}`);
      expect([answer.statusCode, answer.body]).toEqual([204, '']);
      for (const call of [
        api.call('DELETE', `/v1/files/${id}`),
        api.call('GET', `/v1/files/${id}`),
        download(id),
      ]) {
        expect((await call).json().error).toMatchObject({ code: 'not_found', message: 'File not found' });
      }
      expect((await put('gone.txt', 'y')).json().data.file_id).not.toBe(id);
    });

    it.each([
      ['a//b/./c', 'a/b/c'],
      ['hot://x/y', 'x/y'],
      ['a/../b', 'b'],
      ['p%2Fq', 'p/q'],
      ['m%C3%A4rz%20%F0%9F%8C%8A', 'märz 🌊'],
      ['%2520', '%20'],
      ['100%25', '100%'],
    ])('at %s are kept at %s', async (given, kept) => {
      expect((await put(given, 'x')).json().data).toMatchObject({ path: kept });
    });

    // Encoded slashes: what clients don't resolve themselves, as they do `..` between plain ones.
    it.each([
      '..%2Fx',
      '%2e%2e%2fx',
      'a%2F..%2F..%2Fetc%2Fpasswd',
      '%00',
      'a%00b',
      'a%2F..',
      'x'.repeat(1025),
      '%ff',
    ])('are refused at %s [api-15.61]', async (path) => {
      const before = stored().length;
      expect(error(await put(path, 'x'))).toEqual([400, 'bad_request']);
      expect(stored()).toHaveLength(before);
    });

    it('are listed with the last changed first, by a prefix that is taken literally [api-15.61]', async () => {
      const { token } = await api.addTenant();
      const list = async (query: string): Promise<readonly string[]> =>
        (await api.call('GET', `/v1/files?${query}`, { token }))
          .json()
          .data.map((file: { path: string }) => file.path);
      for (const path of ['a_b/1', 'axb/1', 'a%b/1', 'a_b/2']) {
        await put(encodeURIComponent(path), 'x', { token });
      }
      await put('axb/1', 'y', { token });
      expect(await list('')).toEqual(['axb/1', 'a_b/2', 'a%b/1', 'a_b/1']);
      expect(await list('prefix=a_')).toEqual(['a_b/2', 'a_b/1']);
      expect(await list('prefix=a%25b')).toEqual(['a%b/1']);
      expect(await list('prefix=A')).toEqual([]);
      const page = await api.call('GET', '/v1/files?limit=1&offset=1&prefix=a', { token });
      expect(page.json()).toMatchObject({
        data: [{ path: 'a_b/2' }],
        pagination: { total: 4, limit: 1, offset: 1, has_more: true },
      });
      expect(error(await api.call('GET', '/v1/files?prefix=%00', { token }))).toEqual([400, 'bad_request']);
    });

    it('need the permission for their path', async () => {
      const { file_id: id } = (await put('team/a.txt', 'x')).json().data;
      const token = await api.key({ 'file:team/*': ['read', 'create'], 'file:team/a.txt': ['delete'] });
      expect(error(await put('other.txt', 'x', { token }))).toEqual([403, 'forbidden']);
      expect((await put('team/b.txt', 'x', { token })).statusCode).toBe(200);
      expect((await download(id, { token })).statusCode).toBe(200);
      expect((await api.call('GET', '/v1/files?prefix=team/', { token })).statusCode).toBe(200);
      const all = await api.call('GET', '/v1/files', { token });
      expect(all.json().error.message).toBe('Credential does not have read permission for file:*');
      expect(error(await api.call('GET', '/v1/files?prefix=tea', { token }))).toEqual([403, 'forbidden']);
      const begin = (path: string) => api.call('POST', '/v1/files/uploads', { token, body: { path } });
      expect(error(await begin('team/../other'))).toEqual([403, 'forbidden']);
      const { upload_id: upload } = (await begin('team/c')).json().data;
      expect((await api.call('DELETE', `/v1/files/uploads/${upload}`, { token })).statusCode).toBe(204);
      expect((await api.call('DELETE', `/v1/files/${id}`, { token })).statusCode).toBe(204);
    });

    it('above the limit are refused, with and without an announced length, and leave nothing', async () => {
      const { token } = await api.addTenant();
      const before = stored().length;
      const large = Buffer.alloc(LARGEST + 1);
      expect(error(await put('large', large, { token }))).toEqual([413, 'payload_too_large']);
      const chunked = await api.http.server.inject({
        method: 'PUT',
        url: '/v1/files/upload/large',
        headers: { authorization: `Bearer ${token}`, 'transfer-encoding': 'chunked' },
        payload: large,
      });
      expect(error(chunked)).toEqual([413, 'payload_too_large']);
      expect(stored()).toHaveLength(before);
    });

    it('must fit into what the organization may store, and replacing counts the difference', async () => {
      const { token, orgId } = await api.addTenant();
      const before = stored().length;
      expect((await put('a', Buffer.alloc(40 * MIB), { token })).statusCode).toBe(200);
      expect(error(await put('b', Buffer.alloc(25 * MIB), { token }))).toEqual([
        413,
        'storage_quota_exceeded',
      ]);
      await eventually(() => expect(stored()).toHaveLength(before + 1));
      expect((await put('a', Buffer.alloc(39 * MIB), { token })).statusCode).toBe(200);
      expect((await put('b', Buffer.alloc(25 * MIB), { token })).statusCode).toBe(200);
      const usage = await api.db.queryOne(
        'SELECT sum(bytes)::bigint AS bytes, sum(files)::bigint AS files FROM hot.file_usage WHERE org_id = $1',
        [orgId],
      );
      expect(usage).toEqual({ bytes: 64 * MIB, files: 2 });
    });

    it('that many write at once under one path are one of them, whole', async () => {
      const { token } = await api.addTenant();
      const contents = Array.from({ length: 12 }, (_, n) => String(n).repeat(50_000));
      const answers = await Promise.all(contents.map((content) => put('race', content, { token })));
      expect(new Set(answers.map((answer) => answer.statusCode))).toEqual(new Set([200]));
      const ids = new Set(answers.map((answer) => answer.json().data.file_id));
      expect(ids.size).toBe(1);
      expect(contents).toContain((await download([...ids][0], { token })).body);
      await eventually(async () => expect(await leftovers()).toBe(0));
    });

    it('that many create, replace and delete at once make no deadlock', async () => {
      const { token, orgId } = await api.addTenant();
      const deadlocks = async (): Promise<number> =>
        (
          await api.db.queryOne<{ n: number }>(
            'SELECT deadlocks AS n FROM pg_stat_database WHERE datname = current_database()',
          )
        )?.n ?? 0;
      const before = await deadlocks();
      for (let round = 0; round < 8; round += 1) {
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, n) => put(`p${n % 2}`, 'x', { token })),
        );
        expect(new Set(answers.map((answer) => answer.statusCode))).toEqual(new Set([200]));
        const ids = new Set(answers.map((answer) => String(answer.json().data.file_id)));
        await Promise.all([...ids].map((id) => api.call('DELETE', `/v1/files/${id}`, { token })));
      }
      expect(await deadlocks()).toBe(before);
      const usage = await api.db.queryOne(
        'SELECT sum(bytes)::bigint AS bytes, sum(files)::bigint AS files FROM hot.file_usage WHERE org_id = $1',
        [orgId],
      );
      expect(usage).toEqual({ bytes: 0, files: 0 });
    });
  });

  describe('in parts', () => {
    const begin = (body: object, options: CallOptions = {}) =>
      api.call('POST', '/v1/files/uploads', { body, ...options });
    const part = (id: string, number: number | string, payload: string | Buffer, options: CallOptions = {}) =>
      api.call('PUT', `/v1/files/uploads/${id}/${number}`, { payload, ...options });
    const complete = (id: string, options: CallOptions = {}) =>
      api.call('POST', `/v1/files/uploads/${id}/complete`, options);
    const abort = (id: string, options: CallOptions = {}) =>
      api.call('DELETE', `/v1/files/uploads/${id}`, options);
    const piece = (fill: string, mib = 5): Buffer => Buffer.alloc(mib * MIB, fill);

    it('are planned from the size', async () => {
      const answer = await begin({ path: '/video//demo.webm', expected_size: 30_000_000 });
      expect(answer.statusCode).toBe(201);
      const { upload_id: id, expires_at: expires, ...rest } = answer.json().data;
      expect(rest).toEqual({ path: 'video/demo.webm', part_size: 67_108_864, parts_expected: 1 });
      expect(Math.abs(Date.parse(expires) - Date.now() - 24 * 3_600_000)).toBeLessThan(60_000);
      await abort(id);
      const open = await begin({ path: 'x', expected_size: null });
      expect(open.json().data.parts_expected).toBeNull();
      await abort(open.json().data.upload_id);
    });

    it('come in any order, may be replaced, and make one file [api-15.62]', async () => {
      const { token, orgId } = await api.addTenant();
      const { upload_id: id } = (await begin({ path: 'whole.bin' }, { token })).json().data;
      expect((await part(id, 3, 'end', { token })).json().data).toEqual({
        part_number: 3,
        size: 3,
        etag: md5('end'),
      });
      expect((await part(id, 1, 'small', { token })).statusCode).toBe(200);
      await Promise.all([part(id, 2, piece('b'), { token }), part(id, 1, piece('a'), { token })]);
      const answer = await complete(id, { token });
      expect(answer.statusCode).toBe(200);
      const file = answer.json().data;
      expect(file).toMatchObject({
        path: 'whole.bin',
        size: 10 * MIB + 3,
        content_type: 'application/octet-stream',
      });
      const got = await download(file.file_id, { token });
      expect(md5(got.rawPayload)).toBe(md5(Buffer.concat([piece('a'), piece('b'), Buffer.from('end')])));
      expect(got.headers['content-length']).toBe(String(10 * MIB + 3));
      expect(error(await complete(id, { token }))).toEqual([409, 'upload_not_pending']);
      expect(error(await part(id, 1, 'x', { token }))).toEqual([409, 'upload_not_pending']);
      expect(error(await abort(id, { token }))).toEqual([409, 'upload_not_pending']);
      const usage = await api.db.queryOne(
        'SELECT sum(bytes)::bigint AS bytes FROM hot.file_usage WHERE org_id = $1',
        [orgId],
      );
      expect(usage).toEqual({ bytes: 10 * MIB + 3 });
      // Replacing it in one piece lets all parts go, an hour later: somebody may be reading them.
      expect((await put('whole.bin', 'x', { token })).json().data.file_id).toBe(file.file_id);
      expect((await download(file.file_id, { token })).body).toBe('x');
    });

    it('can be completed only when none is missing, and stay open until then [api-15.62]', async () => {
      const { token } = await api.addTenant();
      const { upload_id: id } = (await begin({ path: 'x', expected_size: 6 }, { token })).json().data;
      expect(error(await complete(id, { token }))).toEqual([409, 'upload_incomplete']);
      await part(id, 1, 'four', { token });
      expect(error(await complete(id, { token }))).toEqual([409, 'upload_incomplete']);
      expect(error(await part(id, 2, 'x', { token }))).toEqual([400, 'bad_request']);
      await part(id, 1, 'sixsix', { token });
      expect((await complete(id, { token })).json().data.size).toBe(6);
      const open = (await begin({ path: 'y' }, { token })).json().data.upload_id;
      await part(open, 2, 'end', { token });
      expect(error(await complete(open, { token }))).toEqual([409, 'upload_incomplete']);
      await part(open, 1, 'too small', { token });
      expect(error(await complete(open, { token }))).toEqual([400, 'part_too_small']);
    });

    it('are aborted with what has arrived, once or twice [api-15.62]', async () => {
      const before = stored().length;
      const { upload_id: id } = (await begin({ path: 'x' })).json().data;
      await part(id, 1, 'x');
      expect([(await abort(id)).statusCode, (await abort(id)).statusCode]).toEqual([204, 204]);
      await eventually(() => expect(stored()).toHaveLength(before));
      expect(error(await part(id, 1, 'x'))).toEqual([409, 'upload_not_pending']);
      expect(error(await complete(id))).toEqual([409, 'upload_not_pending']);
    });

    it('end with their time', async () => {
      const { upload_id: id } = (await begin({ path: 'x' })).json().data;
      await part(id, 1, 'x');
      await api.db.execute('UPDATE hot.file_upload SET expires_at = now() WHERE upload_id = $1', [id]);
      expect(error(await part(id, 2, 'x'))).toEqual([409, 'upload_not_pending']);
      expect(error(await complete(id))).toEqual([409, 'upload_not_pending']);
      expect((await abort(id)).statusCode).toBe(204);
    });

    it.each([0, 10_001, -1, '1.5', 'a', '%20'])('have no number %s', async (number) => {
      const { upload_id: id } = (await begin({ path: 'x' })).json().data;
      expect(error(await part(id, number, 'x'))).toEqual([400, 'bad_request']);
      await abort(id);
    });

    it('are told from each other by their upload', async () => {
      for (const call of [part(UNKNOWN, 1, 'x'), complete(UNKNOWN), abort(UNKNOWN)]) {
        expect((await call).json().error).toMatchObject({ code: 'not_found', message: 'Upload not found' });
      }
    });

    it.each([
      [{}, 400],
      [{ path: '' }, 400],
      [{ path: '../x' }, 400],
      [{ path: 'x', expected_size: 0 }, 400],
      [{ path: 'x', expected_size: 1.5 }, 400],
      [{ path: 'x', expected_size: '1' }, 400],
      [{ path: 'x', content_type: 'a\r\nb' }, 400],
      [{ path: 'x', expected_size: LARGEST + 1 }, 413],
    ])('do not begin with %j', async (body, status) => {
      expect((await begin(body)).statusCode).toBe(status);
    });

    it('reserve their size, and only so many are open at a time', async () => {
      const { token } = await api.addTenant();
      const start = (size: number) => begin({ path: 'x', expected_size: size }, { token });
      const { upload_id: id } = (await start(LARGEST)).json().data;
      expect(error(await start(QUOTA - LARGEST + 1))).toEqual([429, 'upload_limit_exceeded']);
      expect(error(await put('y', Buffer.alloc(QUOTA - LARGEST + 1), { token }))).toEqual([
        413,
        'storage_quota_exceeded',
      ]);
      await abort(id, { token });
      const many = await Promise.all(Array.from({ length: 6 }, () => start(1)));
      expect(many.filter((answer) => answer.statusCode === 201)).toHaveLength(3);
      expect(error(many.find((answer) => answer.statusCode !== 201) ?? fail())).toEqual([
        429,
        'upload_limit_exceeded',
      ]);
    });

    it('may not be more together than a file may be', async () => {
      const { token } = await api.addTenant();
      const { upload_id: id } = (await begin({ path: 'x' }, { token })).json().data;
      expect((await part(id, 1, piece('a', 30), { token })).statusCode).toBe(200);
      expect(error(await part(id, 2, piece('a', 11), { token }))).toEqual([413, 'payload_too_large']);
      expect((await part(id, 1, piece('a', 35), { token })).statusCode).toBe(200);
    });
  });
});

function fail(): never {
  throw new Error('There is none');
}
