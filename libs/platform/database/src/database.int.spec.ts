import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigModule } from '@app/platform/config';
import { foundOverlaps, watchForOverlaps } from '@app/testing';
import { Test, type TestingModule } from '@nestjs/testing';
import { Client } from 'pg';
import { AppError } from '@app/kernel';
import {
  DatabaseModule,
  Db,
  DbNotices,
  assertMigrated,
  isUniqueViolation,
  runMigrations,
  statement,
  translateDatabaseError,
} from './index';

const server = process.env['TEST_DATABASE_URL'] ?? '';

async function freshDatabase(): Promise<string> {
  const name = `spec_${randomUUID().slice(0, 8)}`;
  await admin(`CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function admin(sql: string): Promise<void> {
  const client = new Client({ connectionString: server });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

describe('the database', () => {
  let app: TestingModule;
  let db: Db;
  let notices: DbNotices;
  let url: string;

  beforeAll(async () => {
    watchForOverlaps();
    url = await freshDatabase();
    // Two at once: one migrates, the other waits and finds nothing to do.
    const runs = await Promise.all([runMigrations(url), runMigrations(url)]);
    expect(runs.map((names) => names.length > 0).sort()).toEqual([false, true]);
    app = await Test.createTestingModule({
      imports: [ConfigModule.forRoot({ DATABASE_URL: url, HOT_DB_MAX_CONNECTIONS: '5' }), DatabaseModule],
    }).compile();
    await app.init();
    db = app.get(Db);
    notices = app.get(DbNotices);
    await db.query('CREATE TABLE thing (id int PRIMARY KEY, n int NOT NULL)');
  });

  afterAll(async () => {
    await app.close();
    await admin(`DROP DATABASE ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
    expect(foundOverlaps()).toEqual([]);
  });

  beforeEach(() => db.query('TRUNCATE thing'));

  it('is at the version of this code', async () => {
    await expect(assertMigrated((sql) => db.query(sql))).resolves.toBeUndefined();
  });

  it('refuses to go on when a newer version migrated it', async () => {
    await db.query(
      `INSERT INTO schema_migrations (timestamp, name) VALUES (9999999999999, 'FromTheFuture9999999999999')`,
    );
    try {
      await expect(runMigrations(url)).rejects.toThrow(
        'newer version of the platform (FromTheFuture9999999999999)',
      );
      await expect(assertMigrated((sql) => db.query(sql))).rejects.toThrow('newer version');
    } finally {
      await db.query(`DELETE FROM schema_migrations WHERE timestamp = 9999999999999`);
    }
  });

  it('finds its tables without naming the schema, in UTC, with numbers for bigints', async () => {
    expect(
      await db.queryOne(`SELECT current_schema AS s, current_setting('timezone') AS z, 5::bigint AS n`),
    ).toEqual({
      s: 'hot',
      z: 'UTC',
      n: 5,
    });
  });

  it('runs prepared statements', async () => {
    const insert = statement('spec.insert', 'INSERT INTO thing VALUES ($1, $2)');
    expect(await db.execute(insert, [1, 10])).toBe(1);
    expect(await db.execute(insert, [2, 20])).toBe(1);
    expect(await db.query('SELECT n FROM thing ORDER BY id')).toEqual([{ n: 10 }, { n: 20 }]);
    expect(() => statement('spec.insert', 'SELECT 1')).toThrow('declared twice');
  });

  it('undoes a failed transaction, SQL and repositories alike, nested ones with it', async () => {
    await expect(
      db.tx(async () => {
        await db.execute('INSERT INTO thing VALUES (1, 1)');
        await db.tx(() => db.execute('INSERT INTO thing VALUES (2, 2)'));
        await db.manager.query('INSERT INTO thing VALUES (3, 3)');
        expect(await db.queryOne('SELECT count(*) AS n FROM thing')).toEqual({ n: 3 });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await db.query('SELECT * FROM thing')).toEqual([]);
  });

  it('does what waits for the commit after it, and not after a failure', async () => {
    const seen: string[] = [];
    await db.tx(async () => {
      db.afterCommit(async () => {
        seen.push(String((await db.queryOne('SELECT count(*) AS n FROM thing'))?.['n']));
      });
      await db.execute('INSERT INTO thing VALUES (1, 1)');
      expect(seen).toEqual([]);
    });
    await db
      .tx(async () => {
        db.afterCommit(() => void seen.push('never'));
        throw new Error('no');
      })
      .catch(() => undefined);
    await sleep(50);
    expect(seen).toEqual(['1']);
  });

  it('runs a transaction again after a deadlock', async () => {
    await db.query('INSERT INTO thing VALUES (1, 0), (2, 0)');
    const both = async (first: number, second: number): Promise<void> => {
      await db.tx(async () => {
        await db.execute('UPDATE thing SET n = n + 1 WHERE id = $1', [first]);
        await sleep(30);
        await db.execute('UPDATE thing SET n = n + 1 WHERE id = $1', [second]);
      });
    };
    await Promise.all([both(1, 2), both(2, 1)]);
    expect(await db.query('SELECT n FROM thing')).toEqual([{ n: 2 }, { n: 2 }]);
  });

  it('names the constraint that a row ran into', async () => {
    await db.execute('INSERT INTO thing VALUES (1, 1)');
    const error: unknown = await db
      .execute('INSERT INTO thing VALUES (1, 1)')
      .catch((caught: unknown) => caught);
    expect(isUniqueViolation(error, 'thing_pkey')).toBe(true);
    expect(isUniqueViolation(error, 'other')).toBe(false);
  });

  it('survives connections that are cut under it', async () => {
    const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    const failing = db.tx(async () => {
      await sleep(100);
      await db.query('SELECT 1');
    });
    const failed = expect(failing).rejects.toMatchObject({
      code: 'service_unavailable',
      retryAfterSeconds: 1,
    });
    await sleep(20);
    const other = new Client({ connectionString: url });
    await other.connect();
    await other.query(cut);
    await other.end();
    await failed;
    await sleep(50);
    expect(await db.queryOne('SELECT 1 AS n')).toEqual({ n: 1 });
  });

  it('says that it cannot be reached', async () => {
    const gone = new URL(url);
    gone.port = '1';
    const client = new Client({ connectionString: gone.href });
    const error: unknown = await client.connect().catch((caught: unknown) => caught);
    expect(translateDatabaseError(error)).toBeInstanceOf(AppError);
    expect(translateDatabaseError(error)).toMatchObject({ code: 'service_unavailable' });
    const missing = new URL(url);
    missing.pathname = '/not_there';
    const other = new Client({ connectionString: missing.href });
    const refused: unknown = await other.connect().catch((caught: unknown) => caught);
    expect(translateDatabaseError(refused)).toMatchObject({ code: 'service_unavailable' });
  });

  it('listens to many channels on one connection, one after the other', async () => {
    const heard: string[] = [];
    const stops = ['one', 'two', 'three', 'four', 'five'].map((channel) =>
      notices.listen(`many_${channel}`, {
        onNotice: (payload) => heard.push(payload),
        onGap: () => undefined,
      }),
    );
    await until(() => notices.isLive());
    await until(async () => {
      for (const channel of ['one', 'five']) await db.query('SELECT pg_notify($1, $1)', [`many_${channel}`]);
      return heard.includes('many_one') && heard.includes('many_five');
    });
    for (const stop of stops) stop();
  });

  it('delivers notices after commit, and tells of a gap when the connection breaks', async () => {
    const seen: string[] = [];
    const stop = notices.listen('spec', {
      onNotice: (payload) => void seen.push(payload),
      onGap: () => void seen.push('gap'),
    });
    await until(() => notices.isLive());
    await db.tx(async () => {
      await db.query(`SELECT pg_notify('spec', 'one')`);
      await sleep(50);
      expect(seen).not.toContain('one');
    });
    await until(() => seen.includes('one'));
    seen.length = 0;
    await db.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hot-notices' AND datname = current_database()`,
    );
    await until(() => seen.includes('gap'));
    await until(() => notices.isLive());
    await db.query(`SELECT pg_notify('spec', 'two')`);
    await until(() => seen.includes('two'));
    stop();
    await db.query(`SELECT pg_notify('spec', 'three')`);
    await sleep(50);
    expect(seen).not.toContain('three');
  });
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 500; i += 1) {
    if (await condition()) return;
    await sleep(10);
  }
  throw new Error('It did not come about within 5 s');
}
