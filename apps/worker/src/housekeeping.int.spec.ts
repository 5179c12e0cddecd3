import { BlobsModule } from '@app/blobs';
import { FilesModule } from '@app/files';
import { newId } from '@app/kernel';
import { ConfigModule } from '@app/platform/config';
import { DatabaseModule, Db } from '@app/platform/database';
import { RetentionModule } from '@app/retention';
import { BucketFolder, StatsModule } from '@app/stats';
import { eventually, useDatabase } from '@app/testing';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test, type TestingModule } from '@nestjs/testing';
import { Housekeeping } from './housekeeping';

describe('housekeeping', () => {
  const database = useDatabase({ fresh: true });
  let app: TestingModule;
  let db: Db;

  beforeAll(async () => {
    app = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot({
          DATABASE_URL: database.url,
          REDIS_URL: 'redis://unused',
          HOT_DATA_DIR: '/nonexistent',
        }),
        DatabaseModule,
        StatsModule,
        BlobsModule,
        FilesModule,
        RetentionModule,
        ScheduleModule.forRoot(),
      ],
      providers: [Housekeeping],
    }).compile();
    await app.init();
    db = app.get(Db);
  });
  afterAll(() => app.close());

  const bucket = (granularity: number, ageHours: number, slot: number, count: number, envId: string) =>
    db.execute(
      `INSERT INTO hot.run_bucket (env_id, granularity, bucket_start, project_id, run_type, status, slot, count, sum_us)
       VALUES ($1, $2::smallint, CASE $2::smallint WHEN 0 THEN to_timestamp(0)
                       ELSE date_trunc('hour', now(), 'UTC') - $3::int * interval '1 hour' + interval '7 minutes' END,
               $1, 2, 2, $4::smallint, $5::bigint, $5::bigint)`,
      [envId, granularity, ageHours, slot, count],
    );

  it('makes the partitions of a new retention class, forgets old keys and turns old minutes into hours', async () => {
    const [orgId, envId] = [newId(), newId()];
    await db.execute(`INSERT INTO hot.org (org_id, name, slug, retention_class) VALUES ($1, 'o', $2, 7)`, [
      orgId,
      orgId,
    ]);
    await db.execute(
      `INSERT INTO hot.idempotency_key (env_id, key, event_id, request_hash, expires_at)
       VALUES ($1, 'old', $1, '', now() - interval '1 minute'), ($1, 'new', $1, '', now() + interval '1 hour')`,
      [envId],
    );
    await db.execute(`SELECT hot.ensure_partitions(7::smallint, '2020-01-01', '2020-01-02')`);
    // Two writers, all time and one minute three days ago.
    for (const slot of [11, 12]) {
      await bucket(0, 0, slot, 5, envId);
      await bucket(1, 72, slot, 5, envId);
    }
    const housekeeping = app.get(Housekeeping);
    housekeeping.start();
    await eventually(async () => {
      const rows = await db.query(
        'SELECT granularity, slot, count::int AS n FROM hot.run_bucket WHERE env_id = $1 ORDER BY granularity',
        [envId],
      );
      expect(rows).toEqual([
        { granularity: 0, slot: 0, n: 10 },
        { granularity: 2, slot: 0, n: 10 },
      ]);
    });
    expect(app.get(SchedulerRegistry).getIntervals()).toEqual(['fold', 'hourly', 'files', 'blobs']);
    housekeeping.stop();
    expect(app.get(SchedulerRegistry).getIntervals()).toEqual([]);
    // Retention has its turn as well: nothing is left of a day that long ago.
    await eventually(async () =>
      expect(await db.queryOne(`SELECT to_regclass('hot.run_7_20200101') AS it`)).toEqual({ it: null }),
    );
    const partitions = await db.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relname LIKE 'run\\_7\\_20%' AND relkind = 'r'`,
    );
    expect(partitions.length).toBeGreaterThanOrEqual(9);
    expect(await db.query('SELECT key FROM hot.idempotency_key WHERE env_id = $1', [envId])).toEqual([
      { key: 'new' },
    ]);
  });

  it('forgets sessions a day after they expired', async () => {
    const [orgId, envId, keyId] = [newId(), newId(), newId()];
    await db.execute(`INSERT INTO hot.org (org_id, name, slug) VALUES ($1, 'o', $2)`, [orgId, orgId]);
    await db.execute(`INSERT INTO hot.env (env_id, org_id, name) VALUES ($1, $2, 'e')`, [envId, orgId]);
    await db.execute(
      `INSERT INTO hot.api_key (api_key_id, env_id, key_data, permissions, created_by_user_id)
       VALUES ($1, $2, '{}', '{}', $1)`,
      [keyId, envId],
    );
    for (const hours of [-1, 23, 25]) {
      await db.execute(
        `INSERT INTO hot.session (session_id, api_key_id, env_id, secret_hash, permissions, expires_at, revoked_at)
         VALUES ($1, $2, $3, '', '{}', now() - $4 * interval '1 hour', now())`,
        [newId(), keyId, envId, hours],
      );
    }
    const housekeeping = app.get(Housekeeping);
    housekeeping.start();
    await eventually(async () => {
      const rows = await db.query('SELECT 1 FROM hot.session WHERE env_id = $1', [envId]);
      expect(rows).toHaveLength(2);
    });
    housekeeping.stop();
  });

  it('keeps every total while it folds', async () => {
    const envId = newId();
    for (const slot of [21, 22, 23]) {
      await bucket(1, 1, slot, 7, envId);
      await bucket(0, 0, slot, 7, envId);
    }
    const total = async (granularity: number) =>
      (await db.queryOne<{ n: number; rows: number }>(
        'SELECT sum(count)::int AS n, count(*)::int AS rows FROM hot.run_bucket WHERE env_id = $1 AND granularity = $2',
        [envId, granularity],
      )) ?? { n: 0, rows: 0 };
    await app.get(BucketFolder).foldSlots();
    expect(await total(1)).toEqual({ n: 21, rows: 1 });
    // The writers of this hour may still be there: their own all-time rows stay theirs until no minute names them.
    expect((await total(0)).n).toBe(21);
    // A run that began in that minute ends late: another small bucket, added by the next round.
    await bucket(1, 1, 24, 1, envId);
    await app.get(BucketFolder).foldSlots();
    expect(await total(1)).toEqual({ n: 22, rows: 1 });
  });
});
