import { newId, newIdAt } from '@app/kernel';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { RunsModule } from '../index';
import { fakeFailure, FakeSandbox, FakeServing, WorkerHarness } from '../testing';
import { EventConsumer } from './event-consumer';

interface RunRow {
  readonly event_id: string;
  readonly handler_key: string;
  readonly status: number;
  readonly retry_attempt: number;
}

const TWO_DAYS_MS = 48 * 3_600_000;

describe('what is due', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  const harnesses: WorkerHarness[] = [];
  const tenant = { orgId: newId(), envId: newId() };
  let serving: FakeServing;
  let sandbox: FakeSandbox;
  let prefix: string;

  beforeEach(() => {
    serving = new FakeServing();
    serving.addEnv(tenant.orgId, tenant.envId);
    sandbox = new FakeSandbox();
    prefix = `${redis.prefix}${newId()}`;
  });
  afterEach(async () => {
    for (const harness of harnesses.splice(0)) await harness.close();
  });

  async function worker(): Promise<WorkerHarness> {
    const options = { databaseUrl: database.url, redisUrl: redis.url, prefix, serving, sandbox };
    const harness = await WorkerHarness.create({ ...options, imports: [RunsModule] });
    harnesses.push(harness);
    return harness;
  }

  const runsOf = (harness: WorkerHarness, events: readonly string[]) =>
    harness.db.query<RunRow>(
      `SELECT event_id, handler_key, status::int AS status, retry_attempt::int AS retry_attempt
         FROM hot.run WHERE event_id = ANY($1) ORDER BY handler_key, retry_attempt`,
      [events],
    );
  const outstanding = async (harness: WorkerHarness): Promise<number> =>
    (await harness.db.query('SELECT 1 FROM hot.dispatch WHERE env_id = $1', [tenant.envId])).length;

  it('runs what has waited for two days, when workers come back [D5]', async () => {
    serving.addHandler(tenant.envId, 'old', '::t/old');
    sandbox.define('::t/old', ({ event }) => event.data);
    const harness = await worker();
    const eventId = newIdAt(Date.now() - TWO_DAYS_MS);
    await harness.publish(tenant, 'old', { n: 1 }, { eventId });
    const aged = await harness.db.query(
      `UPDATE hot.dispatch SET due_at = due_at - interval '48 hours' WHERE event_id = $1 RETURNING 1`,
      [eventId],
    );
    expect(aged).not.toEqual([]);
    await harness.start({ sweep: true });
    await eventually(async () => expect(await runsOf(harness, [eventId])).toMatchObject([{ status: 2 }]));
    expect(await outstanding(harness)).toBe(0);
  });

  it('is decided by the handler that failed, not by others of the event [R2]', async () => {
    const retries = { '::t/never': undefined, '::t/once': 1, '::t/thrice': { attempts: 3, delay: 100 } };
    for (const [name, retry] of Object.entries(retries)) {
      const policy = typeof retry === 'number' ? { attempts: retry, delay: 100 } : retry;
      serving.addHandler(tenant.envId, 'both', name, policy === undefined ? {} : { retry: policy });
      sandbox.define(name, () => {
        throw fakeFailure('always');
      });
    }
    const harness = await worker();
    await harness.start({ sweep: true });
    const { eventId } = await harness.publish(tenant, 'both', {});
    await eventually(async () => expect(await outstanding(harness)).toBe(0), { timeoutMs: 10_000 });
    const runs = await runsOf(harness, [eventId]);
    expect(runs.map((run) => `${run.handler_key} ${run.retry_attempt}`)).toEqual([
      '::t/never 0',
      '::t/once 0',
      '::t/once 1',
      '::t/thrice 0',
      '::t/thrice 1',
      '::t/thrice 2',
      '::t/thrice 3',
    ]);
    expect(runs.every((run) => run.status === 3)).toBe(true);
  }, 20_000);

  it('is tried again once, however many look for it [R3]', async () => {
    serving.addHandler(tenant.envId, 'flaky', '::t/flaky', { retry: { attempts: 1, delay: 400 } });
    const failed = new Set<unknown>();
    sandbox.define('::t/flaky', ({ event }) => {
      if (failed.has(event.data)) return 'then it went well';
      failed.add(event.data);
      throw fakeFailure('the first time');
    });
    const all = await Promise.all(Array.from({ length: 4 }, () => worker()));
    for (const each of all) await each.start({ sweep: true });
    const [first] = all as [WorkerHarness];
    const events = await Promise.all(
      Array.from({ length: 40 }, async (_, n) => (await first.publish(tenant, 'flaky', n)).eventId),
    );
    const waiting = await eventually(async () => {
      const rows = await first.db.query<{ dispatch_id: string }>(
        'SELECT dispatch_id FROM hot.dispatch WHERE env_id = $1 AND state = 3',
        [tenant.envId],
      );
      expect(rows.length).toBeGreaterThan(0);
      return rows;
    });
    // Everybody is told of everything that is due, not only who has swept it up.
    const tickets = waiting.map((row) => ({ dispatchId: row.dispatch_id, hint: null, isRetry: true }));
    await new Promise((resolve) => setTimeout(resolve, 400));
    for (const each of all) void each.app.get(EventConsumer).consume(tickets);
    await eventually(async () => expect(await outstanding(first)).toBe(0), { timeoutMs: 10_000 });
    const runs = await runsOf(first, events);
    expect(runs).toHaveLength(80);
    expect(runs.filter((run) => run.status === 2 && run.retry_attempt === 1)).toHaveLength(40);
  }, 30_000);
});
