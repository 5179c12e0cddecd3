import { AccessModule } from '@app/access';
import { EventAcceptor } from '@app/dispatch';
import { Sweeper } from '@app/dispatch/worker';
import { newId } from '@app/kernel';
import { ProjectsModule } from '@app/projects';
import { FakeSandbox, FakeServing, WorkerHarness } from '@app/runs/testing';
import { Global, Module } from '@nestjs/common';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { FiringModule } from './firing.module';
import { Scheduler } from './scheduler';

interface Fired extends Record<string, unknown> {
  readonly schedule_id: string;
  readonly at_ms: number;
  readonly event_id: string | null;
  readonly skipped_count: number;
}

/** Running finds what it knows as a port wherever it is provided. */
@Global()
@Module({ imports: [FiringModule], exports: [FiringModule] })
class JoiningModule {}

describe('firing schedules', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  const serving = new FakeServing();
  const sandbox = new FakeSandbox();
  const workers: WorkerHarness[] = [];
  let first: WorkerHarness;
  let tenant: { readonly orgId: string; readonly envId: string };
  let projectId: string;

  const worker = async (): Promise<WorkerHarness> => {
    const made = await WorkerHarness.create({
      databaseUrl: database.url,
      redisUrl: redis.url,
      prefix: `schedules-${newId()}`,
      serving,
      sandbox,
      imports: [AccessModule, ProjectsModule, JoiningModule],
    });
    workers.push(made);
    await made.start();
    return made;
  };

  beforeAll(async () => {
    first = await worker();
  });
  afterAll(() => Promise.all(workers.map((each) => each.close())));
  // The database goes before the workers do: what they have begun must have ended by then.
  afterEach(async () => {
    await first.app.get(Sweeper).stop();
    await first.db.execute('UPDATE hot.schedule SET active = false');
    await eventually(async () => expect(await first.db.query('SELECT 1 FROM hot.dispatch')).toEqual([]));
  });

  beforeEach(async () => {
    await first.db.execute('UPDATE hot.schedule SET active = false');
    tenant = first.tenant();
    projectId = newId();
    const { orgId, envId } = tenant;
    await first.db.execute(`INSERT INTO hot.org (org_id, name, slug) VALUES ($1, 'T', $2)`, [orgId, orgId]);
    await first.db.execute(`INSERT INTO hot.env (env_id, org_id, name) VALUES ($1, $2, 'development')`, [
      envId,
      orgId,
    ]);
    await first.db.execute(
      `INSERT INTO hot.project (project_id, env_id, name, serving_build_id, created_by_user_id) VALUES ($1, $2, 'p', $1, $1)`,
      [projectId, envId],
    );
    serving.addHandler(envId, '(scheduled)', '::t/tick', { projectId, orgId });
    sandbox.define('::t/tick', ({ run }) => JSON.parse(run.argsJson) as unknown);
  });

  const schedule = async (
    cron: string,
    secondsAgo: number,
    more: { readonly meta?: object; readonly timezone?: string } = {},
  ): Promise<string> => {
    const id = newId();
    await first.db.execute(
      `INSERT INTO hot.schedule (schedule_id, env_id, project_id, kind, cron, expression, timezone, ns, var, meta, next_fire_at)
       VALUES ($1, $2, $3, 1, $4::text, $4, 'UTC', '::t', 'tick', $6, date_trunc('second', now()) - $5::int * interval '1 second')
       ON CONFLICT DO NOTHING`,
      [id, tenant.envId, projectId, cron, secondsAgo, JSON.stringify(more.meta ?? {})],
    );
    return id;
  };
  const log = (): Promise<Fired[]> =>
    first.db.query<Fired>(
      `SELECT l.schedule_id, extract(epoch FROM l.scheduled_time)::float8 * 1000 AS at_ms, l.event_id, l.skipped_count
         FROM hot.schedule_log l JOIN hot.schedule s USING (schedule_id) WHERE s.env_id = $1
        ORDER BY 1, 2`,
      [tenant.envId],
    );
  const runs = (): Promise<Record<string, unknown>[]> =>
    first.db.query('SELECT event_id, run_type, status, result FROM hot.run WHERE env_id = $1', [
      tenant.envId,
    ]);
  const fire = (by = first): Promise<number> => by.app.get(Scheduler).fireDue();

  it('makes an event and a run of it, of the type schedule, which is told what it is for', async () => {
    const id = await schedule('0 0 0 1 1 * *', 0);
    expect(await fire()).toBe(1);
    await eventually(async () => {
      const [run] = await runs();
      expect(run).toMatchObject({ run_type: 3, status: 2 });
      expect(JSON.parse(String(run?.['result']))).toEqual([
        {
          type: 'hot:schedule',
          schedule_id: id,
          scheduled_at: new Date((await log())[0]?.at_ms ?? 0).toISOString(),
          is_backfill: false,
        },
      ]);
    });
    expect(await log()).toMatchObject([{ schedule_id: id, skipped_count: 0 }]);
    const [event] = await first.db.query('SELECT event_type, source FROM hot.event WHERE env_id = $1', [
      tenant.envId,
    ]);
    expect(event).toEqual({ event_type: 'hot:schedule', source: 3 });
    expect(await fire()).toBe(0);
  });

  it('makes exactly one run of each of a hundred occurrences, however many schedulers there are [S1]', async () => {
    const second = await worker();
    // One list of seconds each, so that they are ten schedules.
    for (let i = 0; i < 10; i += 1) await schedule(`0-59${',0'.repeat(i)} * * * * * *`, 10);
    const turn = async (by: WorkerHarness): Promise<void> => {
      while ((await log()).length < 100) await fire(by);
    };
    await Promise.all([turn(first), turn(second), turn(first), turn(second)]);
    await first.db.execute('UPDATE hot.schedule SET active = false WHERE env_id = $1', [tenant.envId]);
    const fired = await log();
    const bySchedule = Map.groupBy(fired, (each) => each.schedule_id);
    expect(bySchedule.size).toBe(10);
    for (const times of bySchedule.values()) {
      const [start] = times;
      expect(times.map(({ at_ms }) => at_ms)).toEqual(times.map((_, i) => (start?.at_ms ?? 0) + i * 1_000));
    }
    await eventually(async () => expect((await runs()).length).toBe(fired.length), { timeoutMs: 15_000 });
    const events = (await runs()).map((run) => run['event_id']).sort();
    expect(events).toEqual(fired.map(({ event_id }) => event_id).sort());
    expect(new Set(events).size).toBe(fired.length);
  });

  it('loses nothing and repeats nothing when it dies between taking and committing [S1]', async () => {
    await schedule('0 0 0 1 1 * *', 1);
    const acceptor = first.app.get(EventAcceptor);
    const accept = acceptor.acceptWithin.bind(acceptor);
    for (const when of ['before', 'after'] as const) {
      const killed = jest.spyOn(acceptor, 'acceptWithin').mockImplementationOnce(async (db, events) => {
        if (when === 'after') await accept(db, events);
        await db.query('SELECT pg_terminate_backend(pg_backend_pid())');
      });
      await expect(fire()).rejects.toThrow();
      killed.mockRestore();
      expect([await log(), await runs()]).toEqual([[], []]);
    }
    expect(await fire()).toBe(1);
    expect(await fire()).toBe(0);
    await eventually(async () => expect(await runs()).toHaveLength(1));
    expect(await log()).toHaveLength(1);
  });

  it('counts what was missed, and goes on with what is next', async () => {
    const id = await schedule('0 */5 * * * * *', 7_200);
    await first.db.execute(
      `UPDATE hot.schedule SET next_fire_at = date_trunc('hour', now()) - interval '2 hours' WHERE schedule_id = $1`,
      [id],
    );
    await fire();
    const entries = await log();
    const skipped = entries.find(({ skipped_count }) => skipped_count > 0);
    expect(skipped?.event_id).toBeNull();
    expect(skipped?.skipped_count).toBeGreaterThanOrEqual(22);
    expect(entries.filter(({ event_id }) => event_id !== null)).toHaveLength(1);
    const [row] = await first.db.query(
      'SELECT next_fire_at > now() AS ahead FROM hot.schedule WHERE schedule_id = $1',
      [id],
    );
    expect(row).toEqual({ ahead: true });
  });

  it('does not let occurrences overlap when the schedule says so', async () => {
    let finish: () => void = () => undefined;
    sandbox.define('::t/tick', () => new Promise<void>((resolve) => (finish = resolve)));
    const id = await schedule('* * * * * * *', 3, { meta: { overlap: 'skip' } });
    await fire();
    const fired = async (): Promise<number> =>
      (await log()).filter(({ schedule_id, event_id }) => schedule_id === id && event_id !== null).length;
    expect(await fired()).toBe(1);
    await eventually(async () => expect(await fire()).toBeGreaterThan(0));
    expect(await fired()).toBe(1);
    finish();
    await eventually(async () => expect(await runs()).toHaveLength(1));
    await eventually(async () => {
      await fire();
      expect(await fired()).toBe(2);
    });
    await first.db.execute('UPDATE hot.schedule SET active = false WHERE env_id = $1', [tenant.envId]);
    await eventually(async () => {
      finish();
      expect(await runs()).toHaveLength(2);
    });
  });

  it('is not held up by a schedule that can not be worked out', async () => {
    await schedule('nonsense', 5);
    await schedule('0 0 0 1 1 * *', 1);
    expect(await fire()).toBe(2);
    await eventually(async () => expect(await runs()).toHaveLength(1));
    expect(await fire()).toBe(0);
  });

  it('leaves alone what is paused, and takes it up again', async () => {
    await schedule('0 0 0 1 1 * *', 1);
    await first.db.execute('UPDATE hot.env SET active = false WHERE env_id = $1', [tenant.envId]);
    expect(await fire()).toBe(0);
    await first.db.execute('UPDATE hot.env SET active = true WHERE env_id = $1', [tenant.envId]);
    expect(await fire()).toBe(1);
  });

  it('happens by itself, in the turns of the sweeper', async () => {
    first.app.get(Sweeper).start();
    await schedule('* * * * * * *', 0);
    await eventually(async () => expect((await runs()).length).toBeGreaterThanOrEqual(3), {
      timeoutMs: 10_000,
    });
    const [state] = await first.db.query(
      `SELECT last_successful_sync_time > now() - interval '1 minute' AS fresh FROM hot.scheduler_state`,
    );
    expect(state).toEqual({ fresh: true });
  });
});
