import { newId } from '@app/kernel';
import { fakeFailure, FakeOutcome } from '@app/runs/testing';
import { isEnded, TaskReads } from '@app/tasks';
import { useDatabase, useRedis } from '@app/testing';
import { callHost, TasksHarness, type TestTenant } from '../testing';

describe('tasks', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  let tasks: TasksHarness;
  let tenant: TestTenant;

  beforeAll(async () => {
    const urls = { databaseUrl: database.url, redisUrl: redis.url };
    tasks = await TasksHarness.create(urls, `tasks-${newId()}`);
    await tasks.start({ sweep: true });
  });
  afterAll(() => tasks.close());
  beforeEach(async () => {
    tenant = await tasks.tenant();
  });

  const ended = (taskId: string) => tasks.until(tenant, taskId, ({ status }) => isEnded(status));
  const usage = () => tasks.worker.app.get(TaskReads).usage(tenant.orgId, '2000-01-01', '2100-01-01');

  it('a task runs the function with its one argument, in the stream and for the user of the run that started it', async () => {
    tasks.job(tenant, ({ run }) => ({ got: JSON.parse(run.argsJson) as unknown }));
    const taskId = await tasks.startTask(tenant, { month: '2024-05', price: 1.5 });
    const task = await ended(taskId);
    expect(task).toMatchObject({ status: 'completed', result: '{"got":[{"month":"2024-05","price":1.5}]}' });
    expect(task.claimedAtMs).toBeGreaterThanOrEqual(task.createdAtMs);
    const [run] = await tasks.db.query(
      `SELECT r.run_type::int, r.status::int, r.stream_id = o.stream_id AS stream, r.by_user_id = o.by_user_id AS own,
              r.origin_run_id = o.run_id AS origin
       FROM hot.run r JOIN hot.run o ON o.run_id = r.origin_run_id WHERE r.run_id = $1`,
      [task.runId],
    );
    expect(run).toEqual({ run_type: 7, status: 2, stream: true, own: true, origin: true });
    expect(await usage()).toMatchObject({ tasks: 1 });
  });

  it('awaiting answers with the result as soon as the task has ended, and with nothing when that takes too long', async () => {
    let finish = (_value: unknown): void => undefined;
    tasks.job(tenant, () => new Promise((resolve) => (finish = resolve)));
    const taskId = await tasks.startTask(tenant);
    expect(await tasks.call(tenant, 'task.wait', { taskId, maxMs: 50 })).toBeNull();
    const waiting = tasks.call(tenant, 'task.wait', { taskId, maxMs: 20_000 });
    await tasks.until(tenant, taskId, ({ status }) => status === 'running');
    const before = Date.now();
    finish({ n: 1 });
    expect(await waiting).toMatchObject({ status: 'completed', type: 'code', result: { n: 1 } });
    // By notice, not by the look of every second.
    expect(Date.now() - before).toBeLessThan(700);
  });

  it('a failure has the type of failures of tasks', async () => {
    tasks.job(tenant, () => {
      throw fakeFailure('no paper');
    });
    const task = await ended(await tasks.startTask(tenant));
    expect(task.status).toBe('failed');
    expect(JSON.parse(task.result ?? '')).toEqual({
      $type: '::hot::task/Failure',
      $val: { msg: 'no paper', err: null },
    });
  });

  it('a task out of time has timed out', async () => {
    tasks.job(tenant, () => {
      throw new FakeOutcome({
        status: 'failed',
        failureKind: 'timeout',
        retryable: null,
        resultJson: 'null',
        callCount: 0,
        traceBytes: 0,
        droppedCalls: 0,
        startedAtMs: Date.now(),
      });
    });
    const taskId = await tasks.startTask(tenant, null, { timeoutMs: 1_234 });
    expect((await ended(taskId)).status).toBe('timed_out');
    expect(tasks.worker.sandbox.starts.at(-1)?.timeoutMs).toBe(1_234);
  });

  it('a failed task with retries is queued again, finds its checkpoint, and keeps its id', async () => {
    tasks.job(tenant, async (program) => {
      const seen = await callHost(program, 'task.restore');
      if (seen === null) {
        await callHost(program, 'task.checkpoint', { data: { at: 7 } });
        throw fakeFailure('once more');
      }
      return seen;
    });
    const taskId = await tasks.startTask(tenant, null, { retry: { attempts: 2, delay: 300 } });
    const waiting = await tasks.until(tenant, taskId, ({ nextRetryAtMs }) => nextRetryAtMs !== null);
    expect(waiting).toMatchObject({ status: 'queued', retryAttempt: 0, result: null });
    expect(await ended(taskId)).toMatchObject({
      status: 'completed',
      retryAttempt: 1,
      infraRetryCount: 0,
      result: '{"at":7}',
    });
    expect(await usage()).toMatchObject({ tasks: 1 });
  });

  it('a queued task that is cancelled never runs; cancelling again changes nothing', async () => {
    const ran: string[] = [];
    tasks.job(tenant, () => ran.push('ran'));
    await tasks.stopTasks();
    const taskId = await tasks.startTask(tenant);
    expect(await tasks.call(tenant, 'task.cancel', { taskId })).toBe(true);
    expect(await tasks.call(tenant, 'task.cancel', { taskId })).toBe(false);
    expect(await tasks.task(tenant, taskId)).toMatchObject({ status: 'cancelled', startTimeMs: null });
    expect(await tasks.db.query('SELECT 1 FROM hot.dispatch WHERE dispatch_id = $1', [taskId])).toEqual([]);
    expect(ran).toEqual([]);
  });
});
