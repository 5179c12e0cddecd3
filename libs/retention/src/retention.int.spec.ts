import { AsyncLocalStorage } from 'node:async_hooks';
import { Verifier } from '@app/dispatch';
import { Clock, FixedClock, newId, newIdAt } from '@app/kernel';
import { ConfigModule } from '@app/platform/config';
import { DatabaseModule, Db } from '@app/platform/database';
import { useDatabase } from '@app/testing';
import { Test, type TestingModule } from '@nestjs/testing';
import { Retention } from './retention';
import { RetentionModule } from './retention.module';

const at = (text: string): number => Date.parse(text);
const HOURS_OF_FACTS = `
  SELECT env_id, date_trunc('hour', start_time, 'UTC') AS hour, count(*)::int AS n, sum(duration_us)::int AS us
    FROM hot.run GROUP BY 1, 2 ORDER BY 1, 2`;
const HOURS_COUNTED = `
  SELECT env_id, bucket_start AS hour, sum(count)::int AS n, sum(sum_us)::int AS us
    FROM hot.run_bucket WHERE granularity = 2 GROUP BY 1, 2 ORDER BY 1, 2`;

describe('retention', () => {
  const database = useDatabase({ fresh: true });
  const clock = new FixedClock(at('2026-11-20T12:00:00Z'));
  let app: TestingModule;
  let db: Db;
  const orgId = newId();
  // Of one class, of another, and one that changed it at noon.
  const [pure, longer, mixed] = [newId(), newId(), newId()];

  beforeAll(async () => {
    app = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot({ DATABASE_URL: database.url, REDIS_URL: 'redis://unused' }),
        DatabaseModule,
        RetentionModule,
      ],
      providers: [Verifier],
    })
      .overrideProvider(Clock)
      .useValue(clock)
      .compile();
    await app.init();
    db = app.get(Db);
  });
  afterAll(() => app.close());

  const add = async (envId: string, retentionClass: number, idAt: string, startAt = idAt): Promise<void> => {
    const [eventId, runId, streamId] = [newIdAt(at(idAt)), newIdAt(at(idAt)), newIdAt(at(idAt))];
    await db.execute(
      `INSERT INTO hot.event (event_id, retention_class, env_id, stream_id, event_type, event_data, event_time)
       VALUES ($1, $2, $3, $4, 'x', '1', $5)`,
      [eventId, retentionClass, envId, streamId, startAt],
    );
    await db.execute(
      `INSERT INTO hot.run (run_id, retention_class, env_id, stream_id, event_id, run_type, status, start_time, stop_time,
         duration_us) VALUES ($1, $2, $3, $4, $5, 2, 2, $6, $6, 7)`,
      [runId, retentionClass, envId, streamId, eventId, startAt],
    );
    await db.execute(
      `INSERT INTO hot.stream (stream_id, env_id, last_activity_at, total_runs) VALUES ($1, $2, $3, 1)`,
      [streamId, envId, startAt],
    );
  };
  const unhandled = async (
    envId: string,
    retentionClass: number,
    idAt: string,
    seenAt: string,
  ): Promise<void> => {
    const eventId = newIdAt(at(idAt));
    await db.execute(
      `INSERT INTO hot.event (event_id, retention_class, env_id, stream_id, event_type, event_data, event_time)
       VALUES ($1, $2, $3, $1, 'y', '1', $4)`,
      [eventId, retentionClass, envId, idAt],
    );
    await db.execute(
      `INSERT INTO hot.event_unhandled (event_id, retention_class, env_id, event_type, created_at)
       VALUES ($1, $2, $3, 'y', $4)`,
      [eventId, retentionClass, envId, seenAt],
    );
  };
  const count = async (): Promise<void> => {
    for (const [granularity, slot] of [
      [0, 3],
      [2, 0],
    ]) {
      await db.execute(
        `INSERT INTO hot.run_bucket (env_id, granularity, bucket_start, project_id, run_type, status, slot, count, sum_us)
         SELECT env_id, $1::smallint, CASE $1::smallint WHEN 0 THEN to_timestamp(0) ELSE date_trunc('hour', start_time, 'UTC') END AS b,
                '00000000-0000-0000-0000-000000000000'::uuid, run_type, status, $2::smallint, count(*), sum(duration_us)
           FROM hot.run GROUP BY 1, 2, b, 4, 5, 6`,
        [granularity, slot],
      );
      await db.execute(
        `INSERT INTO hot.event_bucket (env_id, granularity, bucket_start, state, slot, count)
         SELECT env_id, $1::smallint, CASE $1::smallint WHEN 0 THEN to_timestamp(0) ELSE date_trunc('hour', t, 'UTC') END AS b,
                state, $2::smallint, count(*)
           FROM (SELECT env_id, event_time AS t, 1::smallint AS state FROM hot.event
                 UNION ALL SELECT env_id, created_at, 3::smallint FROM hot.event_unhandled) x GROUP BY 1, 2, b, 4`,
        [granularity, slot],
      );
    }
  };
  const partitionsOf = async (table: string): Promise<string[]> =>
    (
      await db.query<{ relname: string }>(
        `SELECT relname FROM pg_class WHERE relname LIKE $1 AND relkind = 'r' ORDER BY 1`,
        [`${table}\\_7\\_2%`],
      )
    ).map(({ relname }) => relname);
  const left = async (table: string, envId: string): Promise<number> =>
    (
      await db.queryOne<{ n: number }>(`SELECT count(*)::int AS n FROM hot.${table} WHERE env_id = $1`, [
        envId,
      ])
    )?.n ?? -1;
  const expectExactCounters = async (): Promise<void> => {
    expect((await app.get(Verifier).verify(60)).differences).toEqual([]);
    expect(await db.query(HOURS_COUNTED)).toEqual(await db.query(HOURS_OF_FACTS));
  };

  beforeEach(async () => {
    await db.execute(
      `INSERT INTO hot.org (org_id, name, slug, retention_class) VALUES ($1, 'o', $2, 7)
                      ON CONFLICT DO NOTHING`,
      [orgId, orgId],
    );
    for (const envId of [pure, longer, mixed]) {
      await db.execute(
        `INSERT INTO hot.env (env_id, org_id, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
        [envId, orgId, envId],
      );
    }
    for (const days of [7, 30]) {
      await db.execute(`SELECT hot.ensure_partitions($1::smallint, '2026-11-10', '2026-11-16')`, [days]);
    }
    await db.execute(
      `TRUNCATE hot.event, hot.run, hot.event_unhandled, hot.run_bucket, hot.event_bucket, hot.stream, hot.dispatch`,
    );
  });

  it('drops the days that have expired, oldest first, and forgets exactly what was counted of them [P11]', async () => {
    for (const day of ['10', '11', '12', '13']) {
      for (const hour of ['00', '01', '23']) {
        await add(pure, 7, `2026-11-${day}T${hour}:30:00Z`);
        await add(longer, 30, `2026-11-${day}T${hour}:30:00Z`);
        await add(mixed, hour === '23' ? 30 : 7, `2026-11-${day}T${hour}:30:00Z`);
      }
      // Begun a moment before midnight and counted after it.
      await add(pure, 7, `2026-11-${day}T23:59:59.999Z`, `2026-11-${Number(day) + 1}T00:00:00.004Z`);
      await unhandled(pure, 7, `2026-11-${day}T23:59:59.999Z`, `2026-11-${Number(day) + 1}T00:00:00.004Z`);
    }
    await count();
    await expectExactCounters();

    // The 12th is kept until the end of the 19th.
    expect(await app.get(Retention).dropExpired()).toBe(3);
    expect(await partitionsOf('run')).toEqual(['run_7_20261113', 'run_7_20261114', 'run_7_20261115']);
    expect(await partitionsOf('access')).toEqual([
      'access_7_20261113',
      'access_7_20261114',
      'access_7_20261115',
    ]);
    expect(await left('run', pure)).toBe(4);
    expect(await left('event', pure)).toBe(5);
    expect(await left('event_unhandled', pure)).toBe(1);
    expect(await left('run', longer)).toBe(12);
    expect(await left('run', mixed)).toBe(2 + 4);
    await expectExactCounters();
    expect(await app.get(Retention).dropExpired()).toBe(0);
  });

  it('lets go of the large values of what it drops, and of nothing else', async () => {
    const refer = async (idAt: string, retentionClass: number, kind: string): Promise<string> => {
      const [objectId, sourceId] = [newId(), newIdAt(at(idAt))];
      await db.execute(
        `INSERT INTO hot.blob_object (blob_object_id, org_id, env_id, hash, size, storage_backend, storage_path, status)
         VALUES ($1::uuid, $2, $3, $1::uuid::text, 1, 'local', 'x', 'available')`,
        [objectId, orgId, pure],
      );
      await db.execute(
        `INSERT INTO hot.blob_ref (blob_ref_id, blob_object_id, org_id, env_id, retention_class, source_kind, source_id, form)
         VALUES ($1, $1, $2, $3, $4, $5, $6, 1)`,
        [objectId, orgId, pure, retentionClass, kind, sourceId],
      );
      return objectId;
    };
    await add(pure, 7, '2026-11-10T10:00:00Z');
    await count();
    const gone = [
      await refer('2026-11-10T10:00:00Z', 7, 'event_data'),
      await refer('2026-11-10T11:00:00Z', 7, 'run_result'),
    ];
    const kept = [
      await refer('2026-11-13T10:00:00Z', 7, 'event_data'),
      await refer('2026-11-10T10:00:00Z', 30, 'event_data'),
      // Tasks are no history: their results are kept with them.
      await refer('2026-11-10T10:00:00Z', 7, 'task_result'),
    ];
    await app.get(Retention).dropExpired();
    const ids = async (active: boolean) =>
      (
        await db.query<{ blob_ref_id: string }>('SELECT blob_ref_id FROM hot.blob_ref WHERE active = $1', [
          active,
        ])
      ).map(({ blob_ref_id: id }) => id);
    expect((await ids(false)).sort()).toEqual(gone.sort());
    expect((await ids(true)).sort()).toEqual(kept.sort());
  });

  it('removes streams of which nothing is left', async () => {
    await add(pure, 7, '2026-11-10T10:00:00Z');
    await add(longer, 30, '2026-11-10T10:00:00Z');
    await add(pure, 7, '2026-11-13T10:00:00Z');
    await db.execute(`UPDATE hot.stream SET last_activity_at = now() - interval '9 days'`);
    await count();
    await app.get(Retention).dropExpired();
    expect([await left('stream', pure), await left('stream', longer)]).toEqual([1, 1]);
  });

  it('keeps a day, and what came after it, while work or a dead letter needs an event of it', async () => {
    await add(pure, 7, '2026-11-10T10:00:00Z');
    await add(pure, 7, '2026-11-11T10:00:00Z');
    await count();
    const eventId = newIdAt(at('2026-11-10T11:00:00Z'));
    await db.execute(
      `INSERT INTO hot.dispatch (dispatch_id, kind, state, org_id, env_id, retention_class, event_id, stream_id, event_type)
       VALUES ($1, 1, 4, $1, $2, 7, $3, $1, 'x')`,
      [newId(), pure, eventId],
    );
    expect(await app.get(Retention).dropExpired()).toBe(0);
    expect(await left('run', pure)).toBe(2);
    await db.execute('DELETE FROM hot.dispatch');
    expect(await app.get(Retention).dropExpired()).toBe(3);
    expect(await left('run', pure)).toBe(0);
    await expectExactCounters();
  });

  it('leaves everything as it was when it is broken off before the end', async () => {
    await add(pure, 7, '2026-11-10T10:00:00Z');
    await count();
    // Somebody reads the last table that is to be dropped and does not come to an end.
    const outside = AsyncLocalStorage.snapshot();
    await db.tx(async () => {
      await db.query('SELECT 1 FROM hot.access_7_20261110');
      await outside(() => expect(app.get(Retention).dropExpired()).rejects.toThrow('lock timeout'));
    });
    expect(await left('run', pure)).toBe(1);
    await expectExactCounters();
  });
});
