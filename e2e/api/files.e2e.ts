/** Stored files from outside: over raw connections, in parts, and shared with running code. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { call, SseReader, type Run } from '../support/api';
import { startPlatform, type Platform } from '../support/platform';

const FIXTURE = join(__dirname, '../fixtures/files');
const MIB = 1024 ** 2;

interface StoredFile {
  readonly file_id: string;
  readonly path: string;
  readonly size: number;
  readonly etag: string;
  readonly created_by_run_id: string | null;
  readonly updated_by_run_id: string | null;
}
interface Body {
  readonly data: StoredFile &
    readonly StoredFile[] & { readonly upload_id: string; readonly part_size: number };
  readonly error: { readonly code: string; readonly message: string };
}

describe('files', () => {
  let platform: Platform;
  let api: string;
  let key: string;

  beforeAll(async () => {
    platform = await startPlatform();
    ({ api, key } = platform);
    await platform.hot(['deploy'], FIXTURE);
  }, 120_000);
  afterAll(() => platform.stop());

  const send = (method: string, path: string, body?: unknown, headers = {}) =>
    call<Body>(api, path, { method, key, headers, ...(body === undefined ? {} : { body }) });
  const put = (path: string, text: string, headers = {}) =>
    send('PUT', `/v1/files/upload/${path}`, text, headers);
  const bytesOf = async (id: string): Promise<Buffer> => {
    const answer = await fetch(`${api}/v1/files/${id}/download`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(answer.status).toBe(200);
    return Buffer.from(await answer.arrayBuffer());
  };
  const run = async (event_type: string, event_data: unknown): Promise<Run | undefined> => {
    const sse = await SseReader.open(api, '/v1/streams/subscribe-with-event', key, {
      event_type,
      event_data,
    });
    const end = await sse.until((message) => message.type === 'run:stop' || message.type === 'run:fail');
    sse.close();
    return end.run;
  };
  const stored = (): readonly string[] =>
    readdirSync(join(platform.folder, 'files'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  /** One request as it is written here, without a client that tidies it up. */
  const raw = (head: string, body: string | Buffer = '', endAfterMs = 0): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(api);
      let received = '';
      const socket = connect(Number(port), hostname, () => {
        socket.write(`${head}\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\n`);
        socket.write(body);
        if (endAfterMs > 0) setTimeout(() => socket.destroy(), endAfterMs);
      });
      socket.on('data', (chunk) => (received += chunk.toString()));
      socket.on('close', () => resolve(received));
      socket.on('error', reject);
    });
  const putRaw = (path: string): Promise<string> =>
    raw(`PUT ${path} HTTP/1.1`, 'Content-Length: 1\r\nConnection: close\r\n\r\nx');

  it('are stored, replaced, listed, downloaded and deleted', async () => {
    const json = '{"a":1,  "a":2}';
    const first = await put('reports/a.json', json);
    expect(first.status).toBe(200);
    expect(first.body.data).toMatchObject({ path: 'reports/a.json', created_by_run_id: null });
    const { file_id: id } = first.body.data;
    expect((await bytesOf(id)).toString()).toBe(json);
    expect((await put('reports/a.json', 'other')).body.data.file_id).toBe(id);
    expect((await send('GET', '/v1/files?prefix=reports/')).body.data.map((each) => each.path)).toEqual([
      'reports/a.json',
    ]);
    const head = await send('HEAD', `/v1/files/${id}/download`);
    const headers = ['content-type', 'content-length'].map((name) => head.headers.get(name));
    expect([head.status, head.text, ...headers]).toEqual([200, '', 'application/json', '5']);
    expect((await send('DELETE', `/v1/files/${id}`)).status).toBe(204);
    expect((await send('GET', `/v1/files/${id}`)).body.error.message).toBe('File not found');
  });

  it.each(['/../x', '/%2e%2e/x', '/a/../../x', '/..%2f..%2fetc/passwd', '/%00'])(
    'never lead out of the storage, however it is written: %s',
    async (path) => {
      const before = stored();
      const answer = await putRaw(`/v1/files/upload${path}`);
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain('"code":"bad_request"');
      expect(stored()).toEqual(before);
    },
  );

  it('keep what they were when the sender goes away in the middle', async () => {
    const { file_id: id } = (await put('half', 'whole')).body.data;
    const before = stored();
    await raw(
      'PUT /v1/files/upload/half HTTP/1.1',
      `Content-Length: 1000000\r\n\r\n${'x'.repeat(5000)}`,
      200,
    );
    const deadline = Date.now() + 5_000;
    while (stored().length !== before.length && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(stored()).toEqual(before);
    expect((await bytesOf(id)).toString()).toBe('whole');
  });

  it('arrive in parts of the size that the answer names', async () => {
    const begun = await send('POST', '/v1/files/uploads', {
      path: 'video/demo.webm',
      expected_size: 70_000_000,
    });
    expect(begun.body.data).toMatchObject({ part_size: 67_108_864, parts_expected: 2 });
    const { upload_id: upload, part_size: size } = begun.body.data;
    const whole = Buffer.alloc(70_000_000, 'abcdefg');
    const part = (number: number, bytes: Buffer): Promise<Response> =>
      fetch(`${api}/v1/files/uploads/${upload}/${number}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${key}` },
        body: new Uint8Array(bytes),
      });
    const tooSmall = await part(1, whole.subarray(0, MIB));
    expect([tooSmall.status, await tooSmall.json()]).toMatchObject([
      400,
      { error: { code: 'part_too_small' } },
    ]);
    const tooLarge = await part(1, whole.subarray(0, size + 1));
    expect([tooLarge.status, await tooLarge.json()]).toMatchObject([
      413,
      { error: { code: 'part_too_large' } },
    ]);
    expect((await part(2, whole.subarray(size))).status).toBe(200);
    expect((await send('POST', `/v1/files/uploads/${upload}/complete`)).body.error.code).toBe(
      'upload_incomplete',
    );
    expect((await part(1, whole.subarray(0, size))).status).toBe(200);
    const done = await send('POST', `/v1/files/uploads/${upload}/complete`);
    expect(done.body.data).toMatchObject({ path: 'video/demo.webm', size: 70_000_000 });
    const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');
    expect(md5(await bytesOf(done.body.data.file_id))).toBe(md5(whole));
  }, 60_000);

  it('are written and read by running code, which they are then known to come from', async () => {
    const end = await run('files:round-trip', { text: 'grüße 🌊' });
    expect(end).toMatchObject({
      status: 'succeeded',
      result: {
        path: 'runs/note.txt',
        size: 12,
        type: 'text/plain',
        backend: 'local',
        text: 'grüße 🌊',
        there: true,
        same: true,
        listed: 1,
      },
    });
    const [file] = (await send('GET', '/v1/files?prefix=runs/')).body.data;
    expect(file).toMatchObject({
      path: 'runs/note.txt',
      etag: (end?.result as { etag: string }).etag,
      created_by_run_id: end?.run_id,
      updated_by_run_id: null,
    });
    expect((await bytesOf(file?.file_id ?? '')).toString()).toBe('grüße 🌊');
    const again = await run('files:round-trip', { text: 'other' });
    expect((await send('GET', `/v1/files/${file?.file_id}`)).body.data).toMatchObject({
      created_by_run_id: end?.run_id,
      updated_by_run_id: again?.run_id,
    });
  });

  it('that came over the API are read and deleted by running code', async () => {
    await put('for/code.txt', 'from outside');
    expect((await run('files:read', { path: 'for/code.txt' }))?.result).toEqual({
      text: 'from outside',
      bytes: 12,
    });
    expect((await run('files:delete', { path: 'for/code.txt' }))?.result).toEqual([true, false, false]);
    expect((await send('GET', '/v1/files?prefix=for/')).body.data).toEqual([]);
  });

  it('are databases too, which runs write and others read', async () => {
    const first = await run('files:database', { what: 'pears' });
    const refused = '::hot::sqlite/execute: not authorized';
    const type = 'application/vnd.sqlite3';
    expect(first?.result).toEqual({ rows: [{ what: 'pears', n: 1, half: 0.5 }], refused, type });
    await run('files:database', { what: 'pears' });
    const third = await run('files:database', { what: 'apples' });
    expect(third?.result).toMatchObject({
      rows: [
        { what: 'apples', n: 1 },
        { what: 'pears', n: 2 },
      ],
    });
    const { body } = await send('GET', '/v1/files?prefix=counts.db');
    const content = await bytesOf(body.data[0]?.file_id ?? '');
    expect(content.subarray(0, 15).toString()).toBe('SQLite format 3');
  });

  it('that came with the build are read by its runs', async () => {
    expect((await run('files:resources', {}))?.result).toEqual({
      text: 'grüß dich\n',
      bytes: 12,
      all: [['texts/greeting.txt', 12, 64]],
      there: [true, false],
      version: false,
    });
  });

  it.each(['none.txt', '../hot.hot', 'texts', '/etc/passwd', '__proto__'])(
    'that did not come with the build, like %s, fail the run with the reason',
    async (path) => {
      const ended = await run('files:no-resource', { path });
      expect(ended?.status).toBe('failed');
      expect(JSON.stringify(ended)).toContain(`resource not found: '${path}'`);
    },
  );

  it('that are missing, or outside, fail the run with the reason', async () => {
    const missing = await run('files:read', { path: 'nothing' });
    expect(missing?.status).toBe('failed');
    expect(JSON.stringify(missing?.result)).toContain('Failed to read file: no file at nothing');
    const outside = await run('files:escape', {});
    expect(outside?.status).toBe('failed');
    expect(JSON.stringify(outside?.result)).toContain('Path escapes storage root');
  });
});
