import { ConfigModule } from '@app/platform/config';
import { DatabaseModule, Db } from '@app/platform/database';
import { eventually, useDatabase } from '@app/testing';
import { Test, type TestingModule } from '@nestjs/testing';
import { dispatchConfig } from './dispatch.config';
import { HotSqlPools } from './hot-sql.pools';
import { WorkerLease } from './worker-lease';

describe('the lease of a worker', () => {
  const database = useDatabase({ fresh: true });
  let app: TestingModule;
  let lease: WorkerLease;
  let lost: string[];
  let taken: string[];

  beforeEach(async () => {
    void dispatchConfig;
    app = await Test.createTestingModule({
      imports: [ConfigModule.forRoot({ DATABASE_URL: database.url }), DatabaseModule],
      providers: [HotSqlPools, WorkerLease],
    }).compile();
    await app.init();
    lease = app.get(WorkerLease);
    lost = [];
    taken = [];
    lease.listen({
      onLost: (incarnation) => lost.push(incarnation),
      onTaken: (incarnation) => taken.push(incarnation),
      onCancelled: () => undefined,
    });
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await lease.stop();
    await app.close();
  });

  const live = () =>
    app
      .get(Db)
      .query<{ incarnation: string }>('SELECT incarnation FROM hot.worker_lease WHERE expires_at > now()');

  it('is over for a process that was stopped for a minute, before it asks anyone', async () => {
    await lease.start(['events']);
    const incarnation = lease.incarnation();
    expect(taken).toEqual([incarnation]);
    // As after SIGSTOP and SIGCONT: no timer ran, the clock did.
    const now = performance.now();
    const clock = jest.spyOn(performance, 'now').mockReturnValue(now + 60_000);
    expect(lease.incarnation()).toBeNull();
    expect(lost).toEqual([incarnation]);
    clock.mockRestore();
    await eventually(() => expect(taken).toHaveLength(2), { timeoutMs: 10_000 });
    expect(lease.incarnation()).toBe(taken[1]);
  }, 15_000);

  it('is given up at once when the worker ends', async () => {
    await lease.start(['events']);
    const incarnation = lease.incarnation();
    expect((await live()).map((row) => row.incarnation)).toContain(incarnation);
    await lease.stop();
    expect((await live()).map((row) => row.incarnation)).not.toContain(incarnation);
    expect(lease.incarnation()).toBeNull();
  });
});
