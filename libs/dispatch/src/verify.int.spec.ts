import { newId } from '@app/kernel';
import { ConfigModule } from '@app/platform/config';
import { DatabaseModule, Db } from '@app/platform/database';
import { useDatabase } from '@app/testing';
import { Test, type TestingModule } from '@nestjs/testing';
import { AcceptRepository, type AcceptRow } from './accept.repository';
import { ClaimRepository } from './claim.repository';
import { HotSqlPools } from './hot-sql.pools';
import { LeaseRepository } from './lease.repository';
import { SettleRepository } from './settle.repository';
import { Verifier } from './verify';

describe('counting again', () => {
  const database = useDatabase({ fresh: true });
  const incarnation = newId();
  const envId = newId();
  let app: TestingModule;
  let db: Db;
  let accept: AcceptRepository;
  let claims: ClaimRepository;
  let settle: SettleRepository;
  const verify = () => app.get(Verifier).verify(5);

  beforeAll(async () => {
    app = await Test.createTestingModule({
      imports: [ConfigModule.forRoot({ DATABASE_URL: database.url }), DatabaseModule],
      providers: [HotSqlPools, Verifier],
    }).compile();
    await app.init();
    db = app.get(Db);
    const pools = app.get(HotSqlPools);
    accept = new AcceptRepository(pools.durable);
    claims = new ClaimRepository(pools.relaxed);
    settle = new SettleRepository(pools.durable);
    await new LeaseRepository(pools.scanning).take({
      incarnation,
      workerId: 'w',
      roles: ['events'],
      host: 'h',
      pid: 1,
    });
    await accept.insert(Array.from({ length: 6 }, event), 8);
  });
  afterAll(() => app.close());

  function event(): AcceptRow {
    return {
      orgId: newId(),
      envId,
      retentionClass: -1,
      eventId: newId(),
      streamId: newId(),
      streamMode: 'fresh',
      eventType: 'verify:event',
      eventData: '{}',
      eventTimeMs: Date.now(),
      source: 1,
      byUserId: null,
      accessId: null,
      originRunId: null,
      routing: null,
      call: null,
      sealed: null,
      guard: null,
      idempotency: null,
    };
  }

  async function claim(count: number) {
    const rows = await db.query<{ dispatch_id: string }>(
      'SELECT dispatch_id FROM hot.dispatch WHERE state = 1 ORDER BY dispatch_id LIMIT $1',
      [count],
    );
    return claims.claim(
      incarnation,
      rows.map(({ dispatch_id: dispatchId }) => ({ dispatchId, runId: newId(), route: null })),
      Date.now(),
    );
  }

  it('finds every event where it is: handled, unhandled, a dead letter or outstanding', async () => {
    const [done, nobody, dead] = await claim(3);
    if (done === undefined || nobody === undefined || dead === undefined) throw new Error('not claimed');
    const ended = {
      retentionClass: -1,
      stopMs: Date.now(),
      durationUs: 5,
      result: '1',
      info: null,
      failureKind: null,
      agentType: null,
      callCount: 0,
      traceBytes: 0,
      streamDataCount: 0,
      trace: null,
      segments: [],
    };
    const ids = (row: typeof done) => ({ dispatchId: row.dispatch_id, runId: row.run_id });
    await settle.finish(incarnation, [{ ...ended, ...ids(done), status: 2 }], 10);
    await settle.unhandled(incarnation, [ids(nobody)], 12);
    await settle.deadLetter(incarnation, [{ ...ended, ...ids(dead) }], 14);
    expect(await verify()).toMatchObject({
      ok: true,
      events: { accepted: 6, handled: 1, unhandled: 1, deadLettered: 1, outstanding: 3, missing: 0 },
      differences: [],
      limbo: 0,
    });
  });

  it('tells a counter that drifted', async () => {
    await db.execute('UPDATE hot.run_bucket SET count = count + 1 WHERE granularity = 0 AND status = 2');
    await db.execute('UPDATE hot.event_bucket SET count = count + 2 WHERE granularity = 0 AND state = 1');
    const { ok, differences } = await verify();
    expect(ok).toBe(false);
    expect(differences).toEqual(
      expect.arrayContaining([
        { counter: 'runs', envId, counted: 2, facts: 1 },
        { counter: 'events', envId, counted: 8, facts: 6 },
      ]),
    );
    await db.execute('UPDATE hot.run_bucket SET count = count - 1 WHERE granularity = 0 AND status = 2');
    await db.execute('UPDATE hot.event_bucket SET count = count - 2 WHERE granularity = 0 AND state = 1');
  });

  it('tells a task that waits for work which does not exist', async () => {
    const taskId = newId();
    await db.execute(
      `INSERT INTO hot.task (task_id, org_id, env_id, retention_class, stream_id, function_name, timeout_ms)
       VALUES ($1, $1, $2, -1, $1, '::t/job', 1000)`,
      [taskId, envId],
    );
    expect(await verify()).toMatchObject({
      ok: false,
      differences: [{ counter: 'tasks live', envId, counted: 1, facts: 0 }],
    });
    await db.execute('UPDATE hot.task SET status = 3 WHERE task_id = $1', [taskId]);
    expect((await verify()).differences).toEqual([]);
  });

  it('tells work that nobody comes back to', async () => {
    await claim(1);
    await db.execute(`UPDATE hot.dispatch SET due_at = now() - interval '1 minute' WHERE state = 1`);
    expect(await verify()).toMatchObject({ ok: false, limbo: 2 });
    await db.execute(`UPDATE hot.dispatch SET due_at = now() WHERE state = 1`);
    await db.execute(`UPDATE hot.dispatch SET started_at = now() - interval '1 minute' WHERE state = 2`);
    expect(await verify()).toMatchObject({ ok: true, limbo: 0 });
    await db.execute(`UPDATE hot.worker_lease SET expires_at = now() - interval '1 minute'`);
    const { limbo, limboDispatchIds } = await verify();
    expect([limbo, limboDispatchIds.length]).toEqual([1, 1]);
  });

  it('tells an event that was lost, by its id', async () => {
    const [gone] = await db.query<{ event_id: string }>(
      'DELETE FROM hot.dispatch WHERE dispatch_id = (SELECT dispatch_id FROM hot.dispatch WHERE state = 1 LIMIT 1) RETURNING event_id',
    );
    expect(await verify()).toMatchObject({
      ok: false,
      events: { missing: 1 },
      missingEventIds: [gone?.event_id],
    });
  });
});
