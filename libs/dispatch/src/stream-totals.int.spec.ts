import { ConfigModule } from '@app/platform/config';
import { DatabaseModule, Db } from '@app/platform/database';
import { useDatabase } from '@app/testing';
import { Test, type TestingModule } from '@nestjs/testing';
import { randomUUID } from 'node:crypto';
import { dispatchConfig } from './dispatch.config';
import { HotSqlPools } from './hot-sql.pools';
import { StreamTotals } from './stream-totals';

describe('the totals of a stream', () => {
  const database = useDatabase({ fresh: true });
  let app: TestingModule;
  let totals: StreamTotals;
  let db: Db;

  beforeEach(async () => {
    void dispatchConfig;
    app = await Test.createTestingModule({
      imports: [ConfigModule.forRoot({ DATABASE_URL: database.url }), DatabaseModule],
      providers: [HotSqlPools, StreamTotals],
    }).compile();
    await app.init();
    totals = app.get(StreamTotals);
    db = app.get(Db);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await app.close();
  });

  const make = async (): Promise<string> => {
    const id = randomUUID();
    await db.query(
      `INSERT INTO hot.stream (stream_id, env_id, created_at, last_activity_at)
       VALUES ($1, gen_random_uuid(), now() - interval '1 minute', now() - interval '1 minute')`,
      [id],
    );
    return id;
  };
  const read = async (id: string) => {
    const [row] = await db.query<{ total_runs: number; failed_runs: number; total_events: number; at: Date }>(
      'SELECT total_runs, failed_runs, total_events, last_activity_at AS at FROM hot.stream WHERE stream_id = $1',
      [id],
    );
    return row;
  };

  it('add up over all that was told since the last writing', async () => {
    const id = await make();
    totals.add(id, { runs: 1, events: 1 });
    totals.add(id, { runs: 1, failed: 1 });
    await totals.flush();
    totals.add(id, { runs: 1 });
    await totals.flush();
    expect(await read(id)).toMatchObject({ total_runs: 3, failed_runs: 1, total_events: 1 });
  });

  it('say when something last happened, not when that was written', async () => {
    const id = await make();
    const happened = Date.now() - 20_000;
    const clock = jest.spyOn(Date, 'now').mockReturnValue(happened);
    totals.add(id, { runs: 1 });
    clock.mockRestore();
    await totals.flush();
    expect((await read(id))?.at.getTime()).toBe(happened);
  });

  it('never turn the time of the last activity back', async () => {
    const id = await make();
    const before = (await read(id))?.at;
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() - 3_600_000);
    totals.add(id, { runs: 1 });
    clock.mockRestore();
    await totals.flush();
    expect((await read(id))?.at).toEqual(before);
  });
});
