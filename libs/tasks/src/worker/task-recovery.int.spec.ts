import { newId } from '@app/kernel';
import { fakeLoss, type FakeProgram } from '@app/runs/testing';
import { isEnded } from '@app/tasks';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { callHost, TasksHarness, type TestTenant } from '../testing';
import { TaskSlots } from './task-slots';

describe('tasks and what becomes of their workers', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  const open: TasksHarness[] = [];
  let prefix: string;
  let tenant: TestTenant;

  beforeEach(() => {
    prefix = `recovery-${newId()}`;
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });

  const worker = async (
    environment: Readonly<Record<string, string>> = {},
    shared?: TasksHarness,
  ): Promise<TasksHarness> => {
    const urls = { databaseUrl: database.url, redisUrl: redis.url };
    const one = await TasksHarness.create(urls, prefix, environment, shared);
    open.push(one);
    if (shared === undefined) tenant = await one.tenant();
    return one;
  };

  it('a queued task that is cancelled never runs; cancelling again changes nothing [T4]', async () => {
    const tasks = await worker();
    await tasks.start({ tasks: false });
    const ran: string[] = [];
    tasks.job(tenant, () => ran.push('ran'));
    const taskId = await tasks.startTask(tenant);
    expect(await tasks.call(tenant, 'task.cancel', { taskId })).toBe(true);
    expect(await tasks.call(tenant, 'task.cancel', { taskId })).toBe(false);
    tasks.startTasks();
    expect(await tasks.task(tenant, taskId)).toMatchObject({ status: 'cancelled', startTimeMs: null });
    expect(await tasks.db.query('SELECT 1 FROM hot.dispatch WHERE dispatch_id = $1', [taskId])).toEqual([]);
    const after = await tasks.startTask(tenant);
    await tasks.until(tenant, after, ({ status }) => isEnded(status));
    expect(ran).toEqual(['ran']);
  });

  it('each of many tasks is run once by two workers that take what there is [T1]', async () => {
    const first = await worker();
    const second = await worker({}, first);
    const ran: string[] = [];
    first.job(tenant, ({ run }) => ran.push((JSON.parse(run.argsJson) as string[])[0] ?? ''));
    await first.start({ tasks: false });
    const names = Array.from({ length: 200 }, (_, n) => `task-${n}`);
    await first.startMany(tenant, names);
    await second.start({ sweep: true });
    first.startTasks();
    await eventually(() => expect(ran.length).toBeGreaterThanOrEqual(200), { timeoutMs: 15_000 });
    expect(ran.toSorted()).toEqual(names.toSorted());
    const counted = await eventually(async () => {
      const [row] = await first.db.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM hot.task WHERE env_id = $1 AND status = 3',
        [tenant.envId],
      );
      return row?.n === 200 && row.n;
    });
    expect(counted).toBe(200);
  });

  it('the task of a worker that died begins again elsewhere, from its checkpoint and the messages after it [T2]', async () => {
    const first = await worker();
    const second = await worker({}, first);
    const seen: unknown[] = [];
    first.job(tenant, async (program: FakeProgram) => {
      const from = await callHost(program, 'task.restore');
      seen.push({ from });
      if (from === null) {
        seen.push(await callHost(program, 'task.receive'));
        await callHost(program, 'task.checkpoint', { data: { done: 1 } });
        seen.push(await callHost(program, 'task.receive'));
        return new Promise(() => undefined);
      }
      seen.push(await callHost(program, 'task.receive'), await callHost(program, 'task.receive'));
      return 'resumed';
    });
    await first.start({ sweep: false });
    const taskId = await first.startTask(tenant);
    for (const data of ['a', 'b', 'c']) await first.call(tenant, 'task.send', { taskId, data });
    await eventually(() => expect(seen).toEqual([{ from: null }, 'a', 'b']));
    const { runId: lost } = await first.task(tenant, taskId);
    await first.worker.die();
    await second.start({ sweep: true });
    const task = await second.until(tenant, taskId, ({ status }) => isEnded(status), 20_000);
    expect(task).toMatchObject({
      status: 'completed',
      result: '"resumed"',
      retryAttempt: 0,
      infraRetryCount: 1,
    });
    // What was taken after the checkpoint comes once more, what was before it does not.
    expect(seen.slice(3)).toEqual([{ from: { done: 1 } }, 'b', 'c']);
    const runs = await second.db.query(
      'SELECT run_id, status::int, failure_kind, retry_of_run_id FROM hot.run WHERE event_id = $1 ORDER BY run_id',
      [taskId],
    );
    expect(runs).toEqual([
      { run_id: lost, status: 3, failure_kind: 'worker-lost', retry_of_run_id: null },
      { run_id: task.runId, status: 2, failure_kind: null, retry_of_run_id: lost },
    ]);
  }, 40_000);

  it('a task that kills what runs it is repeated three times and no more [T2]', async () => {
    const tasks = await worker();
    let starts = 0;
    tasks.job(tenant, () => {
      starts += 1;
      throw fakeLoss(true);
    });
    await tasks.start({ sweep: true });
    const taskId = await tasks.startTask(tenant, null, { retry: 5 });
    const task = await tasks.until(tenant, taskId, ({ status }) => isEnded(status), 20_000);
    expect(task).toMatchObject({ status: 'failed', failureKind: 'worker-lost', infraRetryCount: 3 });
    expect(starts).toBe(4);
    expect(await tasks.db.query('SELECT 1 FROM hot.dispatch WHERE event_id = $1', [taskId])).toEqual([]);
  }, 30_000);

  it('a worker whose lease ended writes nothing for its tasks [T3]', async () => {
    const tasks = await worker();
    const went = Promise.withResolvers<FakeProgram>();
    tasks.job(tenant, (program) => {
      went.resolve(program);
      return new Promise(() => undefined);
    });
    await tasks.start({ sweep: false });
    const taskId = await tasks.startTask(tenant);
    const { run } = await went.promise;
    await tasks.worker.die();
    const call = (name: string, args: object) =>
      run.host.call(name, JSON.stringify(args), new AbortController().signal);
    for (const [name, args] of [
      ['task.checkpoint', { data: 1 }],
      ['task.send', { taskId, data: 1 }],
      ['task.receive', {}],
      ['task.start', { function: '::t/x', args: null, options: {} }],
    ] as const)
      await expect(call(name, args)).rejects.toMatchObject({ code: 'cancelled' });
    expect(
      await tasks.db.query('SELECT count(*)::int AS n FROM hot.task WHERE env_id = $1', [tenant.envId]),
    ).toEqual([{ n: 1 }]);
    expect(await tasks.db.query('SELECT checkpoint FROM hot.task WHERE task_id = $1', [taskId])).toEqual([
      { checkpoint: null },
    ]);
  });

  it('a worker that is told to end gives its tasks back, which does not count, and waiting ones at once', async () => {
    const first = await worker();
    const second = await worker({}, first);
    let starts = 0;
    first.job(tenant, async (program) => {
      starts += 1;
      return callHost(program, 'task.receive');
    });
    await first.start({ sweep: false });
    const taskId = await first.startTask(tenant);
    await first.until(tenant, taskId, ({ status }) => status === 'running');
    await first.stopTasks();
    expect(await first.task(tenant, taskId)).toMatchObject({
      status: 'queued',
      runId: null,
      infraRetryCount: 0,
    });
    await second.start({ sweep: true });
    await second.until(tenant, taskId, ({ status }) => status === 'running');
    await second.call(tenant, 'task.send', { taskId, data: 'go' });
    const task = await second.until(tenant, taskId, ({ status }) => isEnded(status));
    expect(task).toMatchObject({ status: 'completed', result: '"go"', infraRetryCount: 0, retryAttempt: 0 });
    expect(starts).toBe(2);
  }, 20_000);

  it('what waits for long gives its slot to others, and takes one again to go on', async () => {
    const tasks = await worker({ HOT_TASK_CODE_MAX_CONCURRENT: '1', HOT_TASK_PARK_AFTER: '1s' });
    const slots = tasks.worker.app.get(TaskSlots);
    tasks.job(tenant, async (program) => {
      const [kind] = JSON.parse(program.run.argsJson) as [string];
      if (kind === 'receive') return callHost(program, 'task.receive');
      if (kind === 'sleep') return callHost(program, 'time.sleep', { ms: 5_500 });
      return 'quick';
    });
    await tasks.start({ sweep: true });
    const receiving = await tasks.startTask(tenant, 'receive');
    await tasks.until(tenant, receiving, ({ status }) => status === 'running');
    const sleeping = await tasks.startTask(tenant, 'sleep');
    const quick = await tasks.startTask(tenant, 'quick');
    expect((await tasks.task(tenant, quick)).status).toBe('queued');
    expect(await tasks.until(tenant, quick, ({ status }) => isEnded(status))).toMatchObject({
      result: '"quick"',
    });
    // The slot is given back a moment after the task has ended for everybody.
    await eventually(() => expect([slots.inUse, slots.parked]).toEqual([0, 2]));
    await tasks.call(tenant, 'task.send', { taskId: receiving, data: 'hello' });
    expect(await tasks.until(tenant, receiving, ({ status }) => isEnded(status))).toMatchObject({
      result: '"hello"',
    });
    expect(await tasks.until(tenant, sleeping, ({ status }) => isEnded(status))).toMatchObject({
      status: 'completed',
    });
    await eventually(() => expect([slots.inUse, slots.parked]).toEqual([0, 0]));
  }, 30_000);
});
