import { eventTickets, TicketSender, type Sweep, type Ticket } from '@app/dispatch';
import { Sweeper, WorkerLease } from '@app/dispatch/worker';
import { newId } from '@app/kernel';
import { workQueueToken, type WorkQueue } from '@app/platform/queue';
import { RedisConnections } from '@app/platform/redis';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { RunCommands, RunsModule } from '../index';
import { fakeFailure, fakeLoss, FakeSandbox, FakeServing, WorkerHarness } from '../testing';
import { EventConsumer } from './event-consumer';

interface RunRow {
  readonly run_id: string;
  readonly status: number;
  readonly delivery: number;
  readonly failure_kind: string | null;
  readonly handler_key: string;
  readonly retry_of_run_id: string | null;
  readonly result: string;
  readonly info: string | null;
}

const reasonsOf = (restarts: string | null | undefined): readonly string[] =>
  (JSON.parse(restarts ?? '[]') as { reason: string }[]).map(({ reason }) => reason);
const restartsIn = (run: RunRow | undefined): readonly string[] =>
  reasonsOf(JSON.stringify((JSON.parse(run?.info ?? '{}') as { restarts?: unknown[] }).restarts ?? []));

/** A promise that the test settles. */
function gate(): { readonly opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('workers that die, stall, race and drain', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  const harnesses: WorkerHarness[] = [];
  let serving: FakeServing;
  let prefix: string;

  beforeEach(() => {
    serving = new FakeServing();
    prefix = `${redis.prefix}${newId()}`;
  });
  afterEach(async () => {
    for (const harness of harnesses.splice(0)) await harness.close();
  });

  async function worker(sandbox = new FakeSandbox()): Promise<WorkerHarness> {
    const harness = await WorkerHarness.create({
      databaseUrl: database.url,
      redisUrl: redis.url,
      prefix,
      serving,
      sandbox,
      environment: { HOT_WORKER_SHUTDOWN_TIMEOUT: '300ms' },
      imports: [RunsModule],
    });
    harnesses.push(harness);
    return harness;
  }

  const runsOf = (harness: WorkerHarness, eventId: string) =>
    harness.db.query<RunRow>('SELECT * FROM hot.run WHERE event_id = $1 ORDER BY run_id', [eventId]);
  const live = (harness: WorkerHarness, eventId: string) =>
    harness.db.query<{ state: number; kind: number; run_id: string | null; restarts: string | null }>(
      'SELECT * FROM hot.dispatch WHERE event_id = $1',
      [eventId],
    );
  /** As if the process had been killed or stopped: the lease runs out while nobody renews it. */
  const expire = (harness: WorkerHarness) =>
    harness.db.execute('UPDATE hot.worker_lease SET expires_at = now() WHERE incarnation = $1', [
      harness.app.get(WorkerLease).incarnation(),
    ]);

  it('repeats only the handler that a dead worker was running, and ignores what the dead one says later [X1]', async () => {
    const tenant = { orgId: newId(), envId: newId() };
    serving.addEnv(tenant.orgId, tenant.envId);
    for (const name of ['::t/one', '::t/two', '::t/slow']) serving.addHandler(tenant.envId, 'three', name);
    const stuck = gate();
    const [first, second] = [await worker(), await worker()];
    for (const { sandbox } of [first, second]) {
      sandbox.define('::t/one', () => 1);
      sandbox.define('::t/two', () => 2);
    }
    first.sandbox.define('::t/slow', () => stuck.opened.then(() => 'from the dead'));
    second.sandbox.define('::t/slow', () => 'alive');
    await first.start();
    const event = await first.publish(tenant, 'three', {});
    await eventually(async () => expect(await runsOf(first, event.eventId)).toHaveLength(2));

    // Not merely an ended lease: a first worker that still took tickets would swallow some of the second one's.
    await first.die();
    await second.start({ sweep: true });
    await eventually(async () => expect(await live(second, event.eventId)).toHaveLength(0));
    stuck.open();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const runs = await runsOf(second, event.eventId);
    expect(runs.map((run) => [run.handler_key, run.status, run.delivery]).sort()).toEqual([
      ['::t/one', 2, 1],
      ['::t/slow', 2, 2],
      ['::t/slow', 3, 1],
      ['::t/two', 2, 1],
    ]);
    const [lost, again] = runs.filter((run) => run.handler_key === '::t/slow');
    expect(lost).toMatchObject({ failure_kind: 'worker-lost', status: 3 });
    expect(again).toMatchObject({ result: '"alive"', retry_of_run_id: lost?.run_id });
  });

  it('writes no event of a run that was taken from it', async () => {
    const tenant = { orgId: newId(), envId: newId() };
    serving.addEnv(tenant.orgId, tenant.envId);
    serving.addHandler(tenant.envId, 'send', '::t/send');
    const stuck = gate();
    const begun = gate();
    const first = await worker();
    const sent = newId();
    first.sandbox.define('::t/send', async ({ send }) => {
      begun.open();
      await stuck.opened;
      send('child', {}, sent);
      return null;
    });
    await first.start();
    const event = await first.publish(tenant, 'send', {});
    await begun.opened;
    await expire(first);
    stuck.open();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await first.db.query('SELECT 1 FROM hot.event WHERE event_id = $1', [sent])).toHaveLength(0);
    expect(await runsOf(first, event.eventId)).toHaveLength(0);
    expect(await live(first, event.eventId)).toMatchObject([{ state: 2 }]);
  });

  it('buries a run after its third worker died under it [X4]', async () => {
    const tenant = { orgId: newId(), envId: newId() };
    serving.addEnv(tenant.orgId, tenant.envId);
    serving.addHandler(tenant.envId, 'deadly', '::t/deadly');
    const quarantined: boolean[] = [];
    let eventId = '';
    for (let round = 1; round <= 3; round += 1) {
      const harness = await worker();
      harness.sandbox.define('::t/deadly', ({ run }) => {
        quarantined.push(run.quarantine);
        return new Promise(() => undefined);
      });
      await harness.start({ sweep: true });
      if (round === 1) eventId = (await harness.publish(tenant, 'deadly', {})).eventId;
      await eventually(() => expect(quarantined).toHaveLength(round), { timeoutMs: 20_000 });
      await harness.die();
    }
    const last = await worker();
    await last.start({ sweep: true });
    await eventually(
      async () => expect(await live(last, eventId)).toMatchObject([{ state: 4, run_id: null }]),
      {
        timeoutMs: 8_000,
      },
    );
    const runs = await runsOf(last, eventId);
    expect(runs.map((run) => [run.status, run.delivery, run.failure_kind])).toEqual([
      [3, 1, 'worker-lost'],
      [3, 2, 'worker-lost'],
      [3, 3, 'worker-lost'],
    ]);
    expect(quarantined).toEqual([false, false, true]);
  }, 90_000);

  it('keeps the record of a repeat with the attempt that its worker died of, and none with the next', async () => {
    const tenant = { orgId: newId(), envId: newId() };
    serving.addEnv(tenant.orgId, tenant.envId);
    serving.addHandler(tenant.envId, 'twice', '::t/twice');
    const [first, second] = [await worker(), await worker()];
    let starts = 0;
    first.sandbox.define('::t/twice', () => {
      starts += 1;
      if (starts === 1) throw fakeLoss(false);
      return new Promise(() => undefined);
    });
    second.sandbox.define('::t/twice', () => 'done');
    await first.start();
    const event = await first.publish(tenant, 'twice', {});
    await eventually(() => expect(starts).toBe(2));
    await first.die();
    await second.start({ sweep: true });
    const runs = await eventually(
      async () => {
        const rows = await runsOf(second, event.eventId);
        expect(rows).toHaveLength(2);
        return rows;
      },
      { timeoutMs: 10_000 },
    );
    expect(runs).toMatchObject([
      { status: 3, delivery: 1, failure_kind: 'worker-lost' },
      { status: 2, delivery: 2 },
    ]);
    expect(runs.map(restartsIn)).toEqual([['the isolate died'], []]);
  }, 20_000);

  it('takes a new incarnation when it finds its lease gone, and goes on', async () => {
    const tenant = { orgId: newId(), envId: newId() };
    serving.addEnv(tenant.orgId, tenant.envId);
    serving.addHandler(tenant.envId, 'ping', '::t/ping');
    const harness = await worker();
    harness.sandbox.define('::t/ping', () => 'pong');
    await harness.start({ sweep: true });
    const lease = harness.app.get(WorkerLease);
    const before = lease.incarnation();
    await expire(harness);
    await eventually(
      () => {
        const now = lease.incarnation();
        return now !== null && now !== before;
      },
      { timeoutMs: 10_000 },
    );
    const event = await harness.publish(tenant, 'ping', {});
    await eventually(async () =>
      expect(await runsOf(harness, event.eventId)).toMatchObject([{ status: 2, delivery: 1 }]),
    );
  }, 20_000);

  it('runs at once what a ticket names that came between the end of its lease and the next renewal', async () => {
    const tenant = { orgId: newId(), envId: newId() };
    serving.addEnv(tenant.orgId, tenant.envId);
    serving.addHandler(tenant.envId, 'prompt', '::t/prompt');
    const harness = await worker();
    harness.sandbox.define('::t/prompt', () => 'in time');
    // No sweep: a swallowed ticket stays swallowed.
    await harness.start();
    const lease = harness.app.get(WorkerLease);
    const before = lease.incarnation();
    await expire(harness);
    const events = await Promise.all(Array.from({ length: 20 }, () => harness.publish(tenant, 'prompt', {})));
    await eventually(
      async () => {
        for (const event of events)
          expect(await runsOf(harness, event.eventId)).toMatchObject([{ status: 2, delivery: 1 }]);
      },
      { timeoutMs: 3_000 },
    );
    expect(lease.incarnation()).not.toBe(before);
    const lives = await harness.db.query<{ incarnation: string }>(
      'SELECT incarnation FROM hot.worker_lease WHERE incarnation = ANY($1) OR expires_at > now()',
      [[lease.incarnation()]],
    );
    expect(lives).toEqual([{ incarnation: lease.incarnation() }]);
  });

  it('runs a thousand events once each with two workers and every ticket given out twice [D1]', async () => {
    const tenant = { orgId: newId(), envId: newId() };
    serving.addEnv(tenant.orgId, tenant.envId);
    serving.addHandler(tenant.envId, 'count', '::t/count');
    const seen = new Map<unknown, number>();
    const [first, second] = [await worker(), await worker()];
    for (const { sandbox } of [first, second]) {
      sandbox.define('::t/count', ({ event }) => {
        seen.set(event.data, (seen.get(event.data) ?? 0) + 1);
        return null;
      });
    }
    await first.start();
    await second.start();
    const events = await Promise.all(
      Array.from({ length: 1_000 }, (_, n) => first.publish(tenant, 'count', n)),
    );
    const rows = events.map((event) => ({ dispatchId: event.eventId, hint: null, isRetry: false }));
    for (let at = 0; at < rows.length; at += 64) {
      void first.app.get(EventConsumer).consume(rows.slice(at, at + 64));
      void second.app.get(EventConsumer).consume(rows.slice(at, at + 64));
    }
    await eventually(
      async () => {
        const [done] = await first.db.query<{ n: number }>(
          'SELECT count(*)::int AS n FROM hot.run WHERE env_id = $1',
          [tenant.envId],
        );
        expect(done?.n).toBe(1_000);
      },
      { timeoutMs: 20_000 },
    );
    expect([...seen.values()].every((times) => times === 1)).toBe(true);
    expect(seen.size).toBe(1_000);
    const [left] = await first.db.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM hot.dispatch WHERE env_id = $1',
      [tenant.envId],
    );
    expect(left?.n).toBe(0);
  }, 40_000);

  it('gives out a backlog of due retries ever more seldom while nobody can take it', async () => {
    const tenant = { orgId: newId(), envId: newId() };
    serving.addEnv(tenant.orgId, tenant.envId);
    serving.addHandler(tenant.envId, 'behind', '::t/behind', { retry: { attempts: 1, delay: 100 } });
    const harness = await worker();
    let fail = true;
    harness.sandbox.define('::t/behind', () => {
      if (fail) throw fakeFailure('once');
      return 'then not';
    });
    const event = await harness.publish(tenant, 'behind', {});
    await harness.start();
    await eventually(async () => expect(await live(harness, event.eventId)).toMatchObject([{ state: 3 }]));
    await harness.stop();
    fail = false;
    const tickets = async () =>
      (
        await harness.db.query<{ tickets: number; waits: number }>(
          `SELECT tickets::int AS tickets, extract(epoch FROM due_at - now())::float8 AS waits FROM hot.dispatch WHERE event_id = $1`,
          [event.eventId],
        )
      )[0];
    const other = await worker();
    other.app.get(Sweeper).start();
    await eventually(async () => expect((await tickets())?.tickets).toBe(1));
    expect((await tickets())?.waits).toBeGreaterThan(1);
    // Due later by now, but its ticket is out: whoever has room takes it.
    other.sandbox.define('::t/behind', () => 'then not');
    await other.start();
    await eventually(async () => expect(await runsOf(other, event.eventId)).toHaveLength(2));
  }, 20_000);

  it('loses nothing when Redis is wiped with work in it [D4]', async () => {
    const tenant = { orgId: newId(), envId: newId() };
    serving.addEnv(tenant.orgId, tenant.envId);
    serving.addHandler(tenant.envId, 'kept', '::t/kept');
    const harness = await worker();
    harness.sandbox.define('::t/kept', () => null);
    await Promise.all(Array.from({ length: 200 }, () => harness.publish(tenant, 'kept', {})));
    const queue = harness.app.get<WorkQueue<Ticket>>(workQueueToken(eventTickets.name));
    await eventually(async () => expect((await queue.counts()).waiting).toBeGreaterThan(0));
    await harness.app.get(RedisConnections).commands().flushdb();
    expect((await queue.counts()).waiting).toBe(0);
    await harness.start({ sweep: true });
    await eventually(
      async () => {
        const [done] = await harness.db.query<{ n: number }>(
          'SELECT count(*)::int AS n FROM hot.run WHERE env_id = $1 AND status = 2',
          [tenant.envId],
        );
        expect(done?.n).toBe(200);
      },
      { timeoutMs: 15_000 },
    );
  }, 30_000);

  it('leaves a backlog to the tickets that it has, and makes good what is missing when they are gone [D3]', async () => {
    const tenant = { orgId: newId(), envId: newId() };
    serving.addEnv(tenant.orgId, tenant.envId);
    serving.addHandler(tenant.envId, 'behind', '::t/behind');
    const harness = await worker();
    // Nobody consumes; each of these has a ticket of its own.
    for (let n = 0; n < 12; n += 1) {
      await harness.publish(tenant, 'behind', { n });
      await harness.app.get(TicketSender).flushed();
    }
    const late = (seconds: number) =>
      harness.db.execute(
        `UPDATE hot.dispatch SET due_at = now() - $2 * interval '1 second' WHERE env_id = $1`,
        [tenant.envId, seconds],
      );
    const given = async () =>
      (
        await harness.db.query<{ n: number }>(
          `SELECT count(*)::int AS n FROM hot.dispatch WHERE env_id = $1 AND tickets > 0`,
          [tenant.envId],
        )
      )[0]?.n;
    const sweeps: Sweep[] = [];
    const sweeper = harness.app.get(Sweeper);
    sweeper.listen((sweep) => void sweeps.push(sweep));
    await late(5);
    sweeper.start();
    await eventually(() => expect(sweeps.length).toBeGreaterThan(0));
    expect(await given()).toBe(0);
    await harness.app.get(RedisConnections).commands().flushdb();
    await eventually(async () => expect(await given()).toBe(12), { timeoutMs: 5_000 });
    await sweeper.stop();
  }, 20_000);

  it('works from the database alone while Redis is away [D6]', async () => {
    const tenant = { orgId: newId(), envId: newId() };
    serving.addEnv(tenant.orgId, tenant.envId);
    serving.addHandler(tenant.envId, 'alone', '::t/alone');
    const harness = await WorkerHarness.create({
      databaseUrl: database.url,
      // Nobody listens there.
      redisUrl: 'redis://127.0.0.1:1',
      prefix,
      serving,
      imports: [RunsModule],
    });
    harnesses.push(harness);
    harness.sandbox.define('::t/alone', () => 'done');
    await harness.start({ sweep: true });
    const before = performance.now();
    const event = await harness.publish(tenant, 'alone', {});
    expect(performance.now() - before).toBeLessThan(1_000);
    await eventually(
      async () =>
        expect(await runsOf(harness, event.eventId)).toMatchObject([{ status: 2, result: '"done"' }]),
      { timeoutMs: 8_000 },
    );
  }, 30_000);

  it('cancels a run that goes on, one that waits for its retry, and none that has ended', async () => {
    const tenant = { orgId: newId(), envId: newId() };
    serving.addEnv(tenant.orgId, tenant.envId);
    serving.addHandler(tenant.envId, 'long', '::t/long');
    serving.addHandler(tenant.envId, 'waits', '::t/waits', { retry: { attempts: 1, delay: 60_000 } });
    const harness = await worker();
    harness.sandbox.define(
      '::t/long',
      ({ stopped }) =>
        new Promise((_, reject) => {
          stopped.addEventListener('abort', () => reject(new Error('stopped')));
        }),
    );
    harness.sandbox.define('::t/waits', () => {
      throw fakeFailure('later');
    });
    await harness.start({ sweep: true });
    const commands = harness.app.get(RunCommands);
    const long = await harness.publish(tenant, 'long', {});
    const [running] = await eventually(async () => {
      const rows = await live(harness, long.eventId);
      expect(rows).toMatchObject([{ state: 2, kind: 2 }]);
      return rows;
    });
    await commands.cancel(tenant, running?.run_id ?? '');
    const [cancelled] = await eventually(async () => {
      const rows = await runsOf(harness, long.eventId);
      expect(rows).toHaveLength(1);
      return rows;
    });
    expect(cancelled).toMatchObject({ status: 4, run_id: running?.run_id });
    await expect(commands.cancel(tenant, cancelled?.run_id ?? '')).rejects.toThrow('has ended already');
    const waits = await harness.publish(tenant, 'waits', {});
    const [waiting] = await eventually(async () => {
      const rows = await live(harness, waits.eventId);
      expect(rows).toMatchObject([{ state: 3 }]);
      return rows;
    });
    await commands.cancel(tenant, waiting?.run_id ?? '');
    expect(await live(harness, waits.eventId)).toHaveLength(0);
    expect(await runsOf(harness, waits.eventId)).toMatchObject([{ status: 4, run_id: waiting?.run_id }]);
    await expect(commands.cancel({ ...tenant, envId: newId() }, cancelled?.run_id ?? '')).rejects.toThrow(
      'Run not found',
    );
  });

  it('retries a failed run once by hand, at the handler that failed', async () => {
    const tenant = { orgId: newId(), envId: newId() };
    serving.addEnv(tenant.orgId, tenant.envId);
    serving.addHandler(tenant.envId, 'hand', '::t/ok');
    serving.addHandler(tenant.envId, 'hand', '::t/bad');
    const harness = await worker();
    let good = 0;
    let fixed = false;
    harness.sandbox.define('::t/ok', () => (good += 1));
    harness.sandbox.define('::t/bad', () => {
      if (!fixed) throw fakeFailure('bad');
      return 'fixed';
    });
    await harness.start({ sweep: true });
    const event = await harness.publish(tenant, 'hand', {});
    const runs = await eventually(async () => {
      const rows = await runsOf(harness, event.eventId);
      expect(rows).toHaveLength(2);
      return rows;
    });
    const failed = runs.find((run) => run.status === 3);
    fixed = true;
    const commands = harness.app.get(RunCommands);
    await commands.retry(tenant, failed?.run_id ?? '', newId());
    await expect(commands.retry(tenant, failed?.run_id ?? '', newId())).rejects.toThrow('retried already');
    await eventually(async () => {
      const rows = await runsOf(harness, event.eventId);
      expect(rows).toHaveLength(3);
      expect(rows.find((run) => run.retry_of_run_id === failed?.run_id)).toMatchObject({
        status: 2,
        result: '"fixed"',
      });
    });
    await expect(commands.retry(tenant, failed?.run_id ?? '', newId())).rejects.toThrow('retried already');
    expect(good).toBe(1);
  });

  it('lets short runs finish when it is told to end, and gives long ones back uncounted [X8]', async () => {
    const tenant = { orgId: newId(), envId: newId() };
    serving.addEnv(tenant.orgId, tenant.envId);
    serving.addHandler(tenant.envId, 'short', '::t/short');
    serving.addHandler(tenant.envId, 'endless', '::t/endless');
    const [first, second] = [await worker(), await worker()];
    first.sandbox.define(
      '::t/short',
      () => new Promise((resolve) => setTimeout(() => resolve('short'), 100)),
    );
    first.sandbox.define('::t/endless', () => new Promise(() => undefined));
    second.sandbox.define('::t/endless', () => 'finished elsewhere');
    await first.start();
    const short = await first.publish(tenant, 'short', {});
    const endless = await first.publish(tenant, 'endless', {});
    await eventually(async () => expect(await live(first, endless.eventId)).toMatchObject([{ state: 2 }]));
    await eventually(async () => expect(await live(first, short.eventId)).toMatchObject([{ state: 2 }]));
    await first.stop();
    expect(await runsOf(first, short.eventId)).toMatchObject([{ status: 2, result: '"short"' }]);
    expect(await live(first, endless.eventId)).toMatchObject([{ state: 1, run_id: null }]);
    expect(reasonsOf((await live(first, endless.eventId))[0]?.restarts)).toEqual([
      'its worker was told to end',
    ]);
    await second.start({ sweep: true });
    await eventually(
      async () =>
        expect(await runsOf(second, endless.eventId)).toMatchObject([
          { status: 2, delivery: 1, result: '"finished elsewhere"' },
        ]),
      { timeoutMs: 10_000 },
    );
    const [run] = await runsOf(second, endless.eventId);
    expect(restartsIn(run)).toEqual(['its worker was told to end']);
  }, 20_000);

  it('goes on when what serves can not be read for a while', async () => {
    const tenant = { orgId: newId(), envId: newId() };
    serving.addEnv(tenant.orgId, tenant.envId);
    serving.addHandler(tenant.envId, 'x', '::t/x');
    const harness = await worker();
    harness.sandbox.define('::t/x', () => 1);
    const unheard: unknown[] = [];
    const hear = (reason: unknown): void => void unheard.push(reason);
    process.on('unhandledRejection', hear);
    try {
      const read = { handlers: serving.handlersOf, env: serving.env, context: serving.contextOf };
      const away = (): never => Promise.reject(new Error('The database is away')) as never;
      Object.assign(serving, { handlersOf: away, env: away, contextOf: away });
      await harness.start({ sweep: true });
      const { eventId } = await harness.publish(tenant, 'x', {});
      await new Promise((resolve) => setTimeout(resolve, 300));
      Object.assign(serving, { handlersOf: read.handlers });
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      Object.assign(serving, { env: read.env, contextOf: read.context });
      await eventually(async () => expect(await runsOf(harness, eventId)).toHaveLength(1));
      expect(unheard).toEqual([]);
    } finally {
      process.off('unhandledRejection', hear);
    }
  });
});
