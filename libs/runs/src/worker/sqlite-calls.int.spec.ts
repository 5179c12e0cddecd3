import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FilesWorkerModule } from '@app/files/worker';
import { newId } from '@app/kernel';
import { childrenSettings, SqliteChildren } from '@app/platform/sqlite';
import { eventually, useBundle, useDatabase, useRedis } from '@app/testing';
import { Global, Module } from '@nestjs/common';
import { WorkerHarness } from '../testing';
import { RunExecutor } from './run-executor';

@Global()
@Module({ imports: [FilesWorkerModule], exports: [FilesWorkerModule] })
class Files {}

/** A host call, as a program makes it; `{id: N}` is what the Nth call before it answered. */
type Call = readonly [name: string, args: Readonly<Record<string, unknown>>];

const ENDLESS = 'with recursive t(x) as (select 1 union all select x + 1 from t) select count(*) from t';

describe('databases of running programs', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  const folder = mkdtempSync(join(tmpdir(), 'hot-sqlite-'));
  const children = new SqliteChildren(
    childrenSettings({ childPath: useBundle('libs/platform/sqlite/src/child/main.ts'), statementMs: 3_000 }),
  );
  let worker: WorkerHarness;
  type Tenant = ReturnType<WorkerHarness['tenant']>;
  let tenant: Tenant;

  beforeAll(async () => {
    worker = await WorkerHarness.create({
      databaseUrl: database.url,
      redisUrl: redis.url,
      prefix: redis.prefix,
      environment: { HOT_FILE_STORAGE_PATH: folder, HOT_FILE_PROGRAM_MAX_BYTES: '50000' },
      imports: [Files],
      overrides: [[SqliteChildren, children]],
    });
    await worker.start();
  });
  afterAll(async () => {
    await worker.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    tenant = await makeTenant();
  });

  async function makeTenant(): Promise<Tenant> {
    const made = worker.tenant();
    await worker.db.execute('INSERT INTO hot.org (org_id, name, slug) VALUES ($1, $2, $3)', [
      made.orgId,
      'Test',
      made.orgId,
    ]);
    await worker.db.execute('INSERT INTO hot.env (env_id, org_id, name) VALUES ($1, $2, $3)', [
      made.envId,
      made.orgId,
      'test',
    ]);
    return made;
  }

  /** Runs a program that makes these calls one after the other. */
  const start = async (calls: readonly Call[], of: Tenant = tenant) => {
    const name = `::t/${newId()}`;
    worker.serving.addHandler(of.envId, name, name);
    worker.sandbox.define(name, async ({ run, stopped }) => {
      // The real one aborts when the run is over, for whatever reason.
      const over = new AbortController();
      stopped.addEventListener('abort', () => over.abort());
      try {
        const answers: unknown[] = [];
        for (const [call, args] of calls) {
          const id = typeof args['id'] === 'number' ? (answers[args['id']] as { id: string }).id : undefined;
          const json = JSON.stringify({ ...args, id });
          const answer = await run.host.call(call, json, over.signal).catch((error: unknown) => {
            if (stopped.aborted) throw error;
            const { code, message } = error as { readonly code?: string; readonly message: string };
            return JSON.stringify({ refused: code, message });
          });
          answers.push(JSON.parse(answer));
        }
        return answers;
      } finally {
        over.abort();
      }
    });
    return worker.publish(of, name, {});
  };
  const ended = (eventId: string) =>
    eventually(async () => {
      const sql = 'SELECT status, result FROM hot.run WHERE event_id = $1';
      const [row] = await worker.db.query<{ status: number; result: string }>(sql, [eventId]);
      expect(row).toBeDefined();
      return row;
    });
  /** What the calls answered. */
  const program = async (calls: readonly Call[], of: Tenant = tenant): Promise<readonly unknown[]> => {
    const { eventId } = await start(calls, of);
    return JSON.parse((await ended(eventId))?.result ?? 'null') as unknown[];
  };
  const open = (path = 'a.db', readOnly = false): Call => ['sqlite.open', { path, readOnly }];
  const execute = (id: number, sql: string, ...params: unknown[]): Call => [
    'sqlite.execute',
    { id, sql, params },
  ];
  const query = (id: number, sql: string): Call => ['sqlite.query', { id, sql, params: [] }];
  const sync = (id: number): Call => ['sqlite.sync', { id }];
  const close = (id: number): Call => ['sqlite.close', { id }];
  const refused = (code: string, message: string) => ({ refused: code, message });

  it('are files of the environment, once they are written back', async () => {
    const answers = await program([
      open(),
      execute(0, 'create table t (x)'),
      execute(0, 'insert into t values (?), (?)', 7, 'é'),
      ['file.stat', { path: 'a.db' }],
      sync(0),
      ['file.stat', { path: 'a.db' }],
      close(0),
      query(0, 'select 1'),
    ]);
    expect(answers.slice(2)).toEqual([
      { 'rows-affected': 2, 'last-insert-id': 2 },
      null,
      true,
      expect.objectContaining({ size: 8192, 'content-type': 'application/vnd.sqlite3' }),
      true,
      refused('invalid', 'the database is closed'),
    ]);
    expect(await program([open('a.db', true), query(0, 'select x from t')])).toEqual([
      { id: '1' },
      [{ x: 7 }, { x: 'é' }],
    ]);
  });

  it('are not written over what another run has written meanwhile', async () => {
    await program([open(), execute(0, 'create table t (x)'), close(0)]);
    const answers = await program([
      open(),
      open(),
      execute(0, 'insert into t values (1)'),
      execute(1, 'insert into t values (2)'),
      close(0),
      close(1),
    ]);
    expect(answers.slice(4)).toEqual([true, expect.objectContaining({ refused: 'conflict' })]);
    expect((await program([open(), query(0, 'select x from t')]))[1]).toEqual([{ x: 1 }]);
  });

  it('are those of their own environment only', async () => {
    await program([open(), execute(0, 'create table t (x)'), close(0)]);
    const other = await makeTenant();
    expect(await program([open('a.db', true)], other)).toEqual([
      refused('not_found', "'a.db' does not exist"),
    ]);
    const theirs = [open(), execute(0, 'create table u (x)'), close(0)];
    expect((await program(theirs, other)).at(-1)).toBe(true);
    const names = query(0, 'select name from sqlite_schema');
    expect((await program([open(), names]))[1]).toEqual([{ name: 't' }]);
  });

  it('grow no larger than what can be opened again', async () => {
    const answers = await program([
      open(),
      execute(0, 'create table t (x)'),
      execute(0, 'insert into t values (zeroblob(60000))'),
      close(0),
      execute(0, 'delete from t'),
      ['file.stat', { path: 'a.db' }],
    ]);
    expect(answers[3]).toEqual(
      refused('quota', "'a.db' would have 65536 bytes; a program opens at most 50000"),
    );
    expect(answers[4]).toEqual({ 'rows-affected': 1, 'last-insert-id': 1 });
    expect(answers[5]).toBeNull();
  });

  it('are a few at a time', async () => {
    const answers = await program([...Array.from({ length: 9 }, () => open()), close(0), open('b.db')]);
    expect(answers[8]).toEqual(refused('quota', 'more than 8 databases are open'));
    expect(answers[10]).toEqual({ id: '9' });
  });

  it('are lost with a statement that does not end; the run and its worker go on', async () => {
    const [, answer, after, , again] = await program([
      open(),
      query(0, ENDLESS),
      query(0, 'select 1'),
      open('b.db'),
      query(3, 'select 1 as a'),
    ]);
    const tooLong = 'a statement took longer than 3 s; the databases of the run were closed';
    expect([answer, after]).toEqual([refused('timeout', tooLong), refused('timeout', tooLong)]);
    expect(again).toEqual([{ a: 1 }]);
  });

  it('end with their run, and no process of theirs is left', async () => {
    const { eventId } = await start([open(), query(0, ENDLESS)]);
    await eventually(() => expect(children.pids).toHaveLength(1));
    const sql = 'SELECT run_id FROM hot.dispatch WHERE event_id = $1';
    const [live] = await worker.db.query<{ run_id: string }>(sql, [eventId]);
    worker.app.get(RunExecutor).cancel([live?.run_id ?? '']);
    await ended(eventId);
    await eventually(() => expect(children.pids).toEqual([]));
    await program([open(), execute(0, 'create table t (x)')]);
    await eventually(() => expect(children.pids).toEqual([]));
    expect(await program([['file.stat', { path: 'a.db' }]])).toEqual([null]);
  });
});
