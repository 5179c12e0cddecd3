import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileService, FileSweep, UploadService } from '@app/files';
import { newId, type Principal } from '@app/kernel';
import { ConfigModule } from '@app/platform/config';
import { DatabaseModule, Db } from '@app/platform/database';
import { RunFiles, type FileCall, type FileUser } from '@app/runs';
import { useDatabase } from '@app/testing';
import { Test, type TestingModule } from '@nestjs/testing';
import { FilesWorkerModule } from './index';

interface Meta {
  readonly 'file-id': string;
  readonly path: string;
  readonly size: number;
  readonly etag: string;
  readonly 'created-at': number;
}

interface TestRun extends FileUser {
  call<T>(name: FileCall, args: Readonly<Record<string, unknown>>): Promise<T>;
}

const bytes = (text: string | Buffer) => ({
  $type: '::hot::type/Bytes',
  $val: Buffer.from(text).toString('base64'),
});
const principalOf = ({ orgId, envId }: FileUser): Principal => ({
  orgId,
  envId,
  userId: newId(),
  kind: 'api-key',
  credentialId: newId(),
  apiKeyId: null,
  permissions: { '*:*': ['*'] },
  retentionClass: -1,
});
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

describe('files of running programs', () => {
  const database = useDatabase({ fresh: true });
  const folder = mkdtempSync(join(tmpdir(), 'hot-files-'));
  let app: TestingModule;
  let db: Db;
  let run: TestRun;

  beforeAll(async () => {
    app = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot({
          DATABASE_URL: database.url,
          // Nothing here connects to it; its slice of the configuration is declared all the same.
          REDIS_URL: 'redis://127.0.0.1:1',
          HOT_FILE_STORAGE_PATH: folder,
          HOT_FILE_MAX_BYTES: '2000',
          HOT_FILE_PROGRAM_MAX_BYTES: '1000',
          HOT_FILE_STORAGE_BYTES: '5000',
        }),
        DatabaseModule,
        FilesWorkerModule,
      ],
    }).compile();
    app.useLogger(false);
    await app.init();
    db = app.get(Db);
  });
  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    run = await makeRun(await makeEnv());
  });
  afterEach(() => jest.restoreAllMocks());

  async function makeEnv(): Promise<{ readonly orgId: string; readonly envId: string }> {
    const [orgId, envId] = [newId(), newId()];
    await db.execute('INSERT INTO hot.org (org_id, name, slug) VALUES ($1, $2, $3)', [orgId, 'Test', orgId]);
    await db.execute('INSERT INTO hot.env (env_id, org_id, name) VALUES ($1, $2, $3)', [
      envId,
      orgId,
      'test',
    ]);
    return { orgId, envId };
  }

  /** A run that is going on, in a worker whose lease is good. */
  async function makeRun(env: { readonly orgId: string; readonly envId: string }): Promise<TestRun> {
    const user: FileUser = {
      ...env,
      runId: newId(),
      dispatchId: newId(),
      incarnation: newId(),
      byUserId: newId(),
    };
    await db.execute(
      `INSERT INTO hot.worker_lease (incarnation, worker_id, roles, host, pid, expires_at)
       VALUES ($1, 'test', '{}', 'test', 1, now() + interval '1 hour')`,
      [user.incarnation],
    );
    await db.execute(
      `INSERT INTO hot.dispatch (dispatch_id, kind, state, org_id, env_id, retention_class, event_id, stream_id,
         event_type, run_id, incarnation, started_at)
       VALUES ($1, 2, 2, $2, $3, -1, $4, $4, 'test', $5, $6, now())`,
      [user.dispatchId, user.orgId, user.envId, newId(), user.runId, user.incarnation],
    );
    const files = app.get(RunFiles);
    return {
      ...user,
      call: async <T>(name: FileCall, args: object) =>
        JSON.parse(await files.call(user, name, JSON.stringify(args))) as T,
    };
  }

  const write = (path: string, text: string, more: object = {}, as = run): Promise<Meta> =>
    as.call('file.write', { path, bytes: bytes(text), contentType: null, ...more });
  const read = async (path: string, as = run): Promise<string> =>
    Buffer.from((await as.call<{ $val: string }>('file.read', { path })).$val, 'base64').toString();
  const stored = (): readonly string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  const sweep = async (): Promise<void> => app.get(FileSweep).sweep();
  const passTime = (): Promise<unknown> => db.execute(`UPDATE hot.file_leftover SET remove_at = now()`);

  it('are written, read, looked at, listed and deleted by path', async () => {
    const meta = await write('hot://notes/./a.txt', 'grüße');
    expect(meta).toEqual({
      'file-id': expect.any(String),
      path: 'notes/a.txt',
      size: 7,
      etag: md5('grüße'),
      'content-type': 'text/plain',
      'storage-backend': 'local',
      'created-at': expect.any(Number),
      'updated-at': meta['created-at'],
    });
    expect(Math.abs(meta['created-at'] - Date.now() / 1000)).toBeLessThan(60);
    expect(await read('/notes/a.txt')).toBe('grüße');
    expect(await run.call('file.stat', { path: 'notes/a.txt' })).toEqual(meta);
    await write('notes/b/c.docx', 'x', { contentType: 'application/vnd.x' });
    await write('other', 'x');
    const list = (prefix: string) => run.call<Meta[]>('file.list', { prefix });
    const pathsOf = async (prefix: string) => (await list(prefix)).map((each) => each.path);
    expect(await list('notes/')).toMatchObject([
      meta,
      { path: 'notes/b/c.docx', 'content-type': 'application/vnd.x' },
    ]);
    expect(await pathsOf('')).toEqual(['notes/a.txt', 'notes/b/c.docx', 'other']);
    expect(await pathsOf('/')).toEqual(['notes/a.txt', 'notes/b/c.docx', 'other']);
    expect(await pathsOf('not')).toEqual(['notes/a.txt', 'notes/b/c.docx']);
    expect(await pathsOf('nothing')).toEqual([]);
    expect(await run.call('file.delete', { path: 'notes/a.txt' })).toBe(true);
    expect(await run.call('file.delete', { path: 'notes/a.txt' })).toBe(false);
    expect(await run.call('file.stat', { path: 'notes/a.txt' })).toBeNull();
    await expect(read('notes/a.txt')).rejects.toMatchObject({
      code: 'not_found',
      message: 'no file at notes/a.txt',
    });
  });

  it('remember the runs that created and replaced them', async () => {
    const meta = await write('a', 'one');
    const later = await makeRun(run);
    expect((await write('a', 'two', {}, later))['file-id']).toBe(meta['file-id']);
    const row = await db.queryOne('SELECT * FROM hot.file WHERE file_id = $1', [meta['file-id']]);
    expect(row).toMatchObject({
      created_by_run_id: run.runId,
      updated_by_run_id: later.runId,
      created_by_user_id: run.byUserId,
      updated_by_user_id: later.byUserId,
    });
  });

  it('are those of their own environment only [P4]', async () => {
    await write('a', 'mine');
    const other = await makeRun(await makeEnv());
    await expect(read('a', other)).rejects.toMatchObject({ code: 'not_found' });
    expect(await other.call('file.list', { prefix: '' })).toEqual([]);
    expect(await other.call('file.delete', { path: 'a' })).toBe(false);
    await write('a', 'theirs', {}, other);
    expect(await read('a')).toBe('mine');
  });

  it.each([
    ['../a', 'invalid', 'Path escapes storage root'],
    ['', 'invalid', 'Empty path not allowed'],
    ['a\0', 'invalid', 'Path must not contain NUL'],
  ])('refuse the path %j', async (path, code, message) => {
    for (const name of ['file.read', 'file.delete', 'file.stat'] as const) {
      await expect(run.call(name, { path })).rejects.toMatchObject({ code, message });
    }
    await expect(write(path, 'x')).rejects.toMatchObject({ code, message });
    expect(stored()).toEqual(expect.not.arrayContaining([expect.stringContaining(run.envId)]));
  });

  it('have limits of their own, of reading at once and of the organization', async () => {
    await expect(write('a', 'x'.repeat(2_001))).rejects.toMatchObject({ code: 'quota' });
    await write('a', 'x'.repeat(2_000));
    await expect(read('a')).rejects.toMatchObject({
      code: 'quota',
      message: 'a has 2000 bytes; a program reads at most 1000 at once',
    });
    await write('b', 'x'.repeat(2_000));
    await expect(write('c', 'x'.repeat(1_001))).rejects.toMatchObject({ code: 'quota' });
    await write('a', 'x');
    expect((await write('c', 'x'.repeat(2_000))).size).toBe(2_000);
  });

  it('are written only if they are what the program believes', async () => {
    const { etag } = await write('a', 'one', { ifEtag: '' });
    await expect(write('a', 'two', { ifEtag: '' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(write('a', 'two', { ifEtag: md5('other') })).rejects.toMatchObject({ code: 'conflict' });
    const before = stored().length;
    const answers = await Promise.allSettled(
      Array.from({ length: 6 }, (_, n) => write('a', `${n}`, { ifEtag: etag })),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(stored().length).toBeLessThanOrEqual(before + 1);
    expect(await read('a')).toMatch(/^[0-5]$/);
  });

  describe("when the run is no longer its worker's", () => {
    it.each([
      ['was given to another worker', 'UPDATE hot.dispatch SET incarnation = $2 WHERE dispatch_id = $1'],
      ['has ended', 'DELETE FROM hot.dispatch WHERE dispatch_id = $1 AND $2::uuid IS NOT NULL'],
      ['began again under another id', 'UPDATE hot.dispatch SET run_id = $2 WHERE dispatch_id = $1'],
    ])('because it %s, change nothing', async (_, sql) => {
      await write('a', 'before');
      const before = stored();
      await db.execute(sql, [run.dispatchId, newId()]);
      await expect(write('a', 'late')).rejects.toMatchObject({ code: 'cancelled' });
      await expect(run.call('file.delete', { path: 'a' })).rejects.toMatchObject({ code: 'cancelled' });
      expect(await read('a')).toBe('before');
      expect(stored()).toEqual(before);
    });

    it('because its lease ran out, change nothing', async () => {
      await db.execute('UPDATE hot.worker_lease SET expires_at = now() WHERE incarnation = $1', [
        run.incarnation,
      ]);
      await expect(write('a', 'late')).rejects.toMatchObject({ code: 'cancelled' });
    });
  });

  describe('after a kill', () => {
    const die = (): Promise<never> => Promise.reject(new Error('killed'));

    it('between the bytes and the row, are as before, and the bytes go in time', async () => {
      await write('a', 'old');
      const before = stored();
      // Neither the transaction nor what cleans up after it happens.
      const tx = jest.spyOn(db, 'tx').mockImplementation(die);
      await expect(write('a', 'new')).rejects.toMatchObject({
        code: 'io',
        message: 'the file storage failed',
      });
      tx.mockRestore();
      expect(stored()).toHaveLength(before.length + 1);
      await sweep();
      expect(stored()).toHaveLength(before.length + 1); // it may still be on its way to its row
      await passTime();
      await sweep();
      expect(stored()).toEqual(before);
      expect(await read('a')).toBe('old');
    });

    it('between the commit and the removal of the former bytes, are new, and the old bytes go in time', async () => {
      await write('a', 'old');
      const before = stored().length;
      const late = jest.spyOn(db, 'afterCommit').mockImplementation(() => undefined);
      await write('a', 'new');
      late.mockRestore();
      expect(stored()).toHaveLength(before + 1);
      await passTime();
      await sweep();
      expect(stored()).toHaveLength(before);
      expect(await read('a')).toBe('new');
    });

    it('between the removal of bytes and that of their row, the sweep just does it again', async () => {
      await write('a', 'old');
      const late = jest.spyOn(db, 'afterCommit').mockImplementation(() => undefined);
      await write('a', 'new');
      late.mockRestore();
      await passTime();
      for (const path of await db.query<{ storage_path: string }>(
        'SELECT storage_path FROM hot.file_leftover',
      )) {
        rmSync(join(folder, path.storage_path));
      }
      await sweep();
      expect(await db.query('SELECT 1 FROM hot.file_leftover')).toEqual([]);
      expect(await read('a')).toBe('new');
    });

    it('are not taken away from a writer that is about to refer to them', async () => {
      await Promise.all([
        ...Array.from({ length: 10 }, (_, n) => write(`f${n}`, 'x')),
        ...Array.from({ length: 5 }, () => passTime().then(sweep)),
      ]).catch(() => undefined);
      for (const { path } of await run.call<Meta[]>('file.list', { prefix: '' }))
        expect(await read(path)).toBe('x');
    });
  });

  it('that were deleted keep their bytes for a day [P11]', async () => {
    await write('a', 'x');
    const before = stored();
    await run.call('file.delete', { path: 'a' });
    await sweep();
    expect(stored()).toEqual(before);
    await db.execute(`UPDATE hot.file SET deleted_at = now() - interval '25 hours' WHERE env_id = $1`, [
      run.envId,
    ]);
    await sweep();
    expect(stored()).toHaveLength(before.length - 1);
    expect(await db.query('SELECT 1 FROM hot.file WHERE env_id = $1', [run.envId])).toEqual([]);
  });

  it('in parts that nobody completes go when their upload expires', async () => {
    const principal = principalOf(run);
    const before = stored();
    const uploads = app.get(UploadService);
    const { uploadId } = await uploads.begin(principal, { path: 'a', expectedSize: 10, contentType: null });
    const source = async function* (): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.from('0123456789'));
    };
    await uploads.putPart(principal, uploadId, 1, source());
    await uploads.putPart(principal, uploadId, 1, source());
    await sweep();
    expect(stored()).toHaveLength(before.length + 1); // the replaced one is gone
    await db.execute('UPDATE hot.file_upload SET expires_at = now() WHERE upload_id = $1', [uploadId]);
    await sweep();
    expect(stored()).toEqual(before);
    expect(await db.queryOne('SELECT status FROM hot.file_upload WHERE upload_id = $1', [uploadId])).toEqual({
      status: 'aborted',
    });
  });

  it('that break off on their way leave nothing, and what a killed process was receiving goes after a day', async () => {
    await write('a', 'x');
    const before = stored();
    const source = async function* (): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.from('0123456789'));
      throw new Error('gone');
    };
    await expect(app.get(FileService).upload(principalOf(run), 'a', null, source())).rejects.toThrow('gone');
    expect(stored()).toEqual(before);
    const [young, old] = ['young', 'old'].map((name) => join(folder, '.incoming', name)) as [string, string];
    for (const path of [young, old]) writeFileSync(path, 'x');
    utimesSync(old, new Date(), new Date(Date.now() - 25 * 3_600_000));
    await sweep();
    expect(stored().filter((path) => path.includes('.incoming'))).toEqual([young]);
    rmSync(young);
  });
});
