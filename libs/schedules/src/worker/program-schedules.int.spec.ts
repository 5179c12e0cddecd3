import { AccessModule } from '@app/access';
import { newId } from '@app/kernel';
import { ProjectsModule } from '@app/projects';
import { Db } from '@app/platform/database';
import { EventSeals } from '@app/runs';
import { WorkerHarness, type FakeProgram } from '@app/runs/testing';
import { Global, Module } from '@nestjs/common';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { FiringModule } from './firing.module';
import { ResealSchedules } from './reseal-schedules';
import { Scheduler } from './scheduler';

interface Kept extends Record<string, unknown> {
  readonly schedule_id: string;
  readonly cron: string;
  readonly args: string;
  readonly active: boolean;
}

/** Running finds what it knows as a port wherever it is provided. */
@Global()
@Module({ imports: [FiringModule], exports: [FiringModule] })
class JoiningModule {}

describe('schedules that programs make', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  let worker: WorkerHarness;
  let tenant: { readonly orgId: string; readonly envId: string };
  let projectId: string;

  beforeAll(async () => {
    worker = await WorkerHarness.create({
      databaseUrl: database.url,
      redisUrl: redis.url,
      prefix: `made-${newId()}`,
      environment: { HOT_SCHEDULE_MAX_ACTIVE: '3' },
      imports: [AccessModule, ProjectsModule, JoiningModule],
    });
    await worker.start({ sweep: true });
  });
  afterAll(() => worker.close());

  beforeEach(async () => {
    tenant = worker.tenant();
    projectId = newId();
    const { orgId, envId } = tenant;
    await worker.db.execute(`INSERT INTO hot.org (org_id, name, slug) VALUES ($1, 'T', $2)`, [orgId, orgId]);
    await worker.db.execute(`INSERT INTO hot.env (env_id, org_id, name) VALUES ($1, $2, 'development')`, [
      envId,
      orgId,
    ]);
    await worker.db.execute(
      `INSERT INTO hot.project (project_id, env_id, name, serving_build_id, created_by_user_id) VALUES ($1, $2, 'p', $1, $1)`,
      [projectId, envId],
    );
    worker.serving.addHandler(envId, 'go', '::t/go', { projectId, orgId });
    worker.serving.addHandler(envId, '(scheduled)', '::t/later', { projectId, orgId });
    worker.sandbox.define('::t/later', ({ run }) => JSON.parse(run.argsJson) as unknown);
  });

  /** Runs a program and gives what it returned. */
  const program = async (does: (program: FakeProgram) => unknown): Promise<unknown> => {
    worker.sandbox.define('::t/go', does);
    const { eventId } = await worker.publish(tenant, 'go', {});
    return eventually(async () => {
      const [run] = await worker.db.query<{ result: string }>(
        'SELECT result FROM hot.run WHERE event_id = $1',
        [eventId],
      );
      return run !== undefined && (JSON.parse(run.result) as unknown);
    });
  };
  const call = (name: string, args: object): Promise<unknown> =>
    program(async ({ run, stopped }) => {
      try {
        return JSON.parse(await run.host.call(name, JSON.stringify(args), stopped)) as unknown;
      } catch (error) {
        return error instanceof Error
          ? `${(error as Error & { code: string }).code}: ${error.message}`
          : error;
      }
    });
  const send = async (
    type: string,
    data: object,
    id = newId(),
  ): Promise<{ status: number; result: string }> => {
    await program((one) => {
      one.send(type, data, id);
      return 1;
    });
    return eventually(async () => {
      const [run] = await worker.db.query<{ status: number; result: string }>(
        'SELECT status, result FROM hot.run WHERE event_id = $1',
        [id],
      );
      return run ?? false;
    });
  };
  const kept = (): Promise<Kept[]> =>
    worker.db.query<Kept>(
      'SELECT schedule_id, cron, args, active FROM hot.schedule WHERE env_id = $1 ORDER BY schedule_id',
      [tenant.envId],
    );
  const create = (expression: object, args: unknown[] = []): Promise<unknown> =>
    call('schedule.create', { ns: '::t', name: 'later', args, expression });

  it.each(['by a call', 'by an event'])(
    'keep secrets of their args sealed, made %s, and call their function with the real ones',
    async (how) => {
      const secret = 'the-long-secret';
      const args = [{ key: secret, [`k-${secret}`]: `Bearer ${secret}` }, 7];
      await program(async (one) => {
        one.run.host.post('secret', JSON.stringify(secret));
        const expression = { at: new Date(Date.now() + 300).toISOString() };
        if (how === 'by a call')
          await one.run.host.call(
            'schedule.create',
            JSON.stringify({ ns: '::t', name: 'later', args, expression }),
            one.stopped,
          );
        else one.send('hot:schedule:new', { fn: '::t/later', args, schedule: 'in 1 second' }, newId());
        return 1;
      });
      const row = await eventually(async () => {
        const [found] = await worker.db.query<{ args: string; sealed: string; last_event_id: string | null }>(
          'SELECT args, sealed, last_event_id FROM hot.schedule WHERE env_id = $1',
          [tenant.envId],
        );
        return found?.last_event_id != null && found;
      });
      expect(row.args).toBe('[{"key":"<secret>","<secret>":"<secret>"},7]');
      expect(row.sealed).not.toContain(secret);
      const result = await eventually(async () => {
        const [run] = await worker.db.query<{ result: string; event_data: string }>(
          'SELECT r.result, e.event_data FROM hot.run r JOIN hot.event e USING (event_id) WHERE event_id = $1',
          [row.last_event_id],
        );
        return run ?? false;
      });
      expect(JSON.parse(result.result)).toEqual(args);
      expect(result.event_data).not.toContain(secret);
    },
  );

  it('may hold secrets in nothing but their args', async () => {
    const secret = 'the-long-secret';
    const answer = await program(async (one) => {
      one.run.host.post('secret', JSON.stringify(secret));
      const wish = { ns: '::t', name: secret, args: [], expression: { text: 'every minute' } };
      return one.run.host
        .call('schedule.create', JSON.stringify(wish), one.stopped)
        .catch((error: Error) => error.message);
    });
    expect(answer).toMatch(/^Only the args of a schedule may hold secrets/);
    const id = newId();
    await program((one) => {
      one.run.host.post('secret', JSON.stringify(secret));
      one.send('hot:schedule:new', { fn: '::t/later', id: secret, schedule: 'every minute' }, id);
      return 1;
    });
    const run = await eventually(async () => {
      const [found] = await worker.db.query<{ result: string }>(
        'SELECT result FROM hot.run WHERE event_id = $1',
        [id],
      );
      return found ?? false;
    });
    expect(run.result).toMatch(/Only the args of a schedule may hold secrets/);
    expect(await kept()).toEqual([]);
  });

  it('are sealed anew after a change of the master key, those that go on [P2]', async () => {
    const secret = 'the-long-secret';
    const made = async (): Promise<string> =>
      (await program(async (one) => {
        one.run.host.post('secret', JSON.stringify(secret));
        const wish = { ns: '::t', name: 'later', args: [secret], expression: { text: 'every day at 3am' } };
        const answer = await one.run.host.call('schedule.create', JSON.stringify(wish), one.stopped);
        return (JSON.parse(answer) as { scheduleId: string }).scheduleId;
      })) as string;
    const id = await made();
    const sealedOf = async (): Promise<string> =>
      (
        await worker.db.query<{ sealed: string }>('SELECT sealed FROM hot.schedule WHERE schedule_id = $1', [
          id,
        ])
      )[0]?.sealed ?? '';
    const before = await sealedOf();
    const seals = worker.app.get(EventSeals, { strict: false });
    const anew = new ResealSchedules(worker.app.get(Db, { strict: false }), seals);
    expect(await anew.all()).toEqual({ resealed: 0, unreadable: 0 });
    const other = new (class extends ResealSchedules {
      protected override currentVersion(): string {
        return 'another';
      }
    })(worker.app.get(Db, { strict: false }), seals);
    expect(await other.all()).toEqual({ resealed: 1, unreadable: 0 });
    const after = await sealedOf();
    expect(after).not.toBe(before);
    expect(seals.openText(tenant, { text: '["<secret>"]', sealed: after })).toEqual({
      text: JSON.stringify([secret]),
      secrets: [JSON.stringify(secret)],
    });
  });

  it('are made by a call, which answers their id, and call their function with its args [S6]', async () => {
    const at = new Date(Date.now() - 1_000).toISOString();
    const made = await create({ at }, [1.5, { a: [] }]);
    expect(await kept()).toEqual([
      {
        schedule_id: (made as { scheduleId: string }).scheduleId,
        cron: `@at:${at}`,
        args: '[1.5,{"a":[]}]',
        active: true,
      },
    ]);
    await worker.app.get(Scheduler).fireDue();
    await eventually(async () => {
      const results = await worker.db.query('SELECT result FROM hot.run WHERE env_id = $1 AND run_type = 3', [
        tenant.envId,
      ]);
      expect(results).toEqual([{ result: '[1.5,{"a":[]}]' }]);
    });
    expect(await kept()).toMatchObject([{ active: false }]);
  });

  it('are refused in words [S9]', async () => {
    expect(await create({ cron: '0 0 31 2 *' })).toBe(
      "invalid: Invalid schedule expression '0 0 31 2 *': it never happens",
    );
    for (let i = 0; i < 3; i += 1) await create({ cron: '0 0 * * *' });
    expect(await create({ cron: '0 0 * * *' })).toBe(
      'denied: There are 3 active schedules, the most that are allowed',
    );
  });

  it('are ended by their id, or all of a function at once', async () => {
    const made = (await create({ cron: '0 0 * * *' })) as { scheduleId: string };
    await create({ cron: '0 1 * * *' });
    await create({ cron: '0 2 * * *' });
    expect(await call('schedule.cancel', { scheduleId: made.scheduleId })).toEqual({ cancelled: 1 });
    expect(await call('schedule.cancel', { scheduleId: made.scheduleId })).toEqual({ cancelled: 0 });
    expect(await call('schedule.cancel', { ns: '::t', name: 'other' })).toEqual({ cancelled: 0 });
    expect(await call('schedule.cancel', { ns: '::t', name: 'later' })).toEqual({ cancelled: 2 });
  });

  it('are made by an event under the id of the event, and ended by what sending it answered', async () => {
    const id = newId();
    const made = await send(
      'hot:schedule:new',
      { fn: '::t/later', args: ['x'], schedule: 'every day at 9am in Europe/Berlin' },
      id,
    );
    expect(made).toEqual({ status: 2, result: JSON.stringify(id) });
    expect(await kept()).toMatchObject([{ schedule_id: id, cron: '0 0 9 */1 * ? *', args: '["x"]' }]);
    const info = {
      $type: '::hot::event/EventInfo',
      $val: {
        event: { $type: '::hot::event/EventDetail', $val: { id: { $type: '::hot::uuid/Uuid', $val: id } } },
      },
    };
    expect(await send('hot:schedule:cancel', { 'schedule-id': info })).toEqual({ status: 2, result: '1' });
    expect(await send('hot:schedule:cancel', { fn: '::t/later' })).toEqual({ status: 2, result: '0' });
  });

  it.each([
    ['by its id', (id: string) => ({ 'schedule-id': id })],
    ['by its name', () => ({ 'schedule-id': 'nightly' })],
    ['by its function', () => ({ fn: '::t/later' })],
  ])(
    'are made before what was sent after them ends them %s, and end none sent later [S6]',
    async (_, choice) => {
      let [first, ending, second] = ['', '', ''];
      const wish = { fn: '::t/later', schedule: '@daily' };
      // Whoever makes a schedule waits for its project's row; whoever ends one does not.
      await worker.db.tx(async () => {
        await worker.db.query('SELECT 1 FROM hot.project WHERE project_id = $1 FOR UPDATE', [projectId]);
        await program((one) => {
          [first, ending] = [newId(), newId()];
          one.send('hot:schedule:new', { ...wish, id: 'nightly' }, first);
          one.send('hot:schedule:cancel', choice(first), ending);
          return 1;
        });
        await new Promise((resolve) => setTimeout(resolve, 300));
      });
      await program((one) => {
        second = newId();
        one.send('hot:schedule:new', wish, second);
        return 1;
      });
      await eventually(async () => {
        const [run] = await worker.db.query('SELECT result FROM hot.run WHERE event_id = $1', [ending]);
        expect(run).toEqual({ result: '1' });
      });
      await eventually(async () =>
        expect((await kept()).map((one) => [one.schedule_id, one.active])).toEqual([
          [first, false],
          [second, true],
        ]),
      );
    },
  );

  it('are replaced by another one of the same name', async () => {
    await send('hot:schedule:new', { fn: '::t/later', schedule: '0 1 * * *', id: 'nightly' });
    await send('hot:schedule:new', { fn: '::t/later', schedule: '0 2 * * *', id: 'nightly' });
    expect((await kept()).map(({ cron, active }) => [cron, active])).toEqual([
      ['0 0 1 * * * *', false],
      ['0 0 2 * * * *', true],
    ]);
    expect(await send('hot:schedule:cancel', { 'schedule-id': 'nightly' })).toMatchObject({ result: '1' });
  });

  it.each([
    [
      { fn: 'later', schedule: '@daily' },
      "Invalid function name format 'later', expected ::namespace/function",
    ],
    [{ fn: '::t/later', schedule: 'whenever' }, "Invalid schedule expression 'whenever': Cannot parse"],
    [{ fn: '::t/later', schedule: '@daily', args: {} }, 'args must be a list'],
    [{ fn: '::t/later', schedule: '@daily', timezone: 'Moon' }, "there is no time zone 'Moon'"],
  ])('fail as a run when the event asks for what can not be: %j', async (data, reason) => {
    const { status, result } = await send('hot:schedule:new', data);
    expect(status).toBe(3);
    expect(result).toContain(JSON.stringify(reason).slice(1, -1));
    expect(await kept()).toEqual([]);
  });

  it('are not made by events from outside [X12]', async () => {
    const { eventId } = await worker.publish(tenant, 'hot:schedule:new', {
      fn: '::t/later',
      schedule: '@daily',
    });
    await eventually(async () =>
      expect(
        await worker.db.query('SELECT 1 FROM hot.event_unhandled WHERE event_id = $1', [eventId]),
      ).toHaveLength(1),
    );
    expect(await kept()).toEqual([]);
  });

  it('belong to their project: another one can not end them', async () => {
    await create({ cron: '0 0 * * *' });
    const [schedule] = await kept();
    worker.serving.removeHandler(
      worker.serving.targets.find(
        ({ target }) => target.functionName === '::t/go' && target.projectId === projectId,
      )?.target as never,
    );
    worker.serving.addHandler(tenant.envId, 'go', '::t/go', { projectId: newId(), orgId: tenant.orgId });
    expect(await call('schedule.cancel', { scheduleId: schedule?.schedule_id })).toEqual({ cancelled: 0 });
    expect(await kept()).toMatchObject([{ active: true }]);
  });
});
