import { newId } from '@app/kernel';
import { fakeFailure, FakeOutcome } from '@app/runs/testing';
import { isEnded, TaskCommands, TaskReads } from '@app/tasks';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { Client } from 'pg';
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

  it('awaiting answers with the result as soon as the task has ended, and with nothing when that takes too long [T6]', async () => {
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

  it('a task out of time has timed out [T8]', async () => {
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

  it('a task that does not read messages is stopped when it is cancelled [T4]', async () => {
    tasks.job(tenant, ({ stopped }) => new Promise((_, reject) => stopped.addEventListener('abort', reject)));
    const taskId = await tasks.startTask(tenant, null, { retry: 3 });
    await tasks.until(tenant, taskId, ({ status }) => status === 'running');
    expect(await tasks.call(tenant, 'task.cancel', { taskId })).toBe(true);
    expect(await ended(taskId)).toMatchObject({ status: 'cancelled', retryAttempt: 0 });
    expect(await tasks.call(tenant, 'task.cancel', { taskId })).toBe(false);
  });

  it('a task that reads messages learns by one that it is cancelled, and has time to deal with it', async () => {
    tasks.job(tenant, async (program) => [
      await callHost(program, 'task.receive'),
      await callHost(program, 'task.receive'),
      await callHost(program, 'task.receive'),
    ]);
    const taskId = await tasks.startTask(tenant);
    await tasks.call(tenant, 'task.send', { taskId, data: 'first' });
    await tasks.until(tenant, taskId, ({ status }) => status === 'running');
    expect(await tasks.call(tenant, 'task.cancel', { taskId })).toBe(true);
    expect(await ended(taskId)).toMatchObject({ status: 'cancelled' });
    expect(await tasks.task(tenant, taskId)).toMatchObject({
      result: expect.stringMatching(/^\[("first",)?\{"\$cancel":true\},null(,null)?\]$/),
    });
  });

  it('a waiting attempt that is cancelled is not repeated, and its run is history', async () => {
    tasks.job(tenant, () => {
      throw fakeFailure('again');
    });
    const taskId = await tasks.startTask(tenant, null, { retry: { attempts: 3, delay: 60_000 } });
    await tasks.until(tenant, taskId, ({ nextRetryAtMs }) => nextRetryAtMs !== null);
    expect(await tasks.call(tenant, 'task.cancel', { taskId })).toBe(true);
    expect(await tasks.task(tenant, taskId)).toMatchObject({ status: 'cancelled', nextRetryAtMs: null });
    expect(await tasks.db.query('SELECT status::int FROM hot.run WHERE event_id = $1', [taskId])).toEqual([
      { status: 4 },
    ]);
  });

  it('messages that were sent before a task starts arrive in order, each once [T5]', async () => {
    const got: unknown[] = [];
    tasks.job(tenant, async (program) => {
      for (let n = 0; n < 6; n += 1) got.push(await callHost(program, 'task.receive'));
    });
    // Its starter sends before the ticket has even been taken.
    const taskId = await tasks.program(tenant, async (program) => {
      const order = { function: `::t/job-${tenant.envId}`, args: null, options: {} };
      const { taskId: id } = (await callHost(program, 'task.start', order)) as { taskId: string };
      for (const data of [1, { two: 2 }, 'three']) await callHost(program, 'task.send', { taskId: id, data });
      return id;
    });
    await eventually(() => expect(got).toHaveLength(3));
    for (const data of [4, 5, null]) await tasks.call(tenant, 'task.send', { taskId, data });
    await ended(taskId);
    expect(got).toEqual([1, { two: 2 }, 'three', 4, 5, null]);
  });

  it('an inbox has room for so many messages, and none for those that are too large', async () => {
    let go = (): void => undefined;
    tasks.job(tenant, () => new Promise<void>((resolve) => (go = resolve)));
    const taskId = await tasks.startTask(tenant);
    await tasks.until(tenant, taskId, ({ status }) => status === 'running');
    const answers = await tasks.program(tenant, async (program) => {
      const all: unknown[] = [
        await callHost(program, 'task.send', { taskId, data: 'x'.repeat(1024 * 1024) }),
      ];
      for (let n = 0; n < 257; n += 1) all.push(await callHost(program, 'task.send', { taskId, data: n }));
      return all;
    });
    expect(answers[0]).toBe('quota: a message has at most 1048576 bytes');
    expect(answers.slice(1, 257)).toEqual(Array.from({ length: 256 }, () => null));
    expect(answers[257]).toBe('quota: inbox full');
    go();
    await ended(taskId);
    expect(await tasks.call(tenant, 'task.send', { taskId, data: 1 })).toBeNull();
  });

  it('nothing of a task can be reached from another environment', async () => {
    tasks.job(tenant, (program) => callHost(program, 'task.receive'));
    const taskId = await tasks.startTask(tenant);
    const stranger = await tasks.tenant();
    for (const name of ['task.get', 'task.cancel', 'task.restore'] as const)
      expect(await tasks.call(stranger, name, { taskId })).toBe('not_found: task not found');
    expect(await tasks.call(stranger, 'task.wait', { taskId, maxMs: 0 })).toBe('not_found: task not found');
    expect(await tasks.call(stranger, 'task.send', { taskId, data: 1 })).toBe('not_found: task not found');
    expect((await tasks.task(tenant, taskId)).status).not.toBe('cancelled');
    await tasks.call(tenant, 'task.send', { taskId, data: 'end' });
    expect(await ended(taskId)).toMatchObject({ result: '"end"' });
  });

  it('what only tasks can do is refused to others, and containers to all', async () => {
    expect(await tasks.call(tenant, 'task.receive', {})).toBe('unavailable: not running inside a task');
    expect(await tasks.call(tenant, 'task.checkpoint', { data: 1 })).toBe(
      'unavailable: not running inside a task',
    );
    expect(await tasks.call(tenant, 'task.restore', {})).toBe('unavailable: not running inside a task');
    expect(await tasks.call(tenant, 'box.policy', {})).toMatchObject({ enabled: false, policy: 'open' });
    expect(
      await tasks.call(tenant, 'task.start', { function: null, args: {}, options: { type: 'container' } }),
    ).toBe('invalid: containers are not enabled on this platform (HOT_CONTAINERS)');
  });

  it('arguments, messages and checkpoints with secrets are kept sealed, and whole for who gets them', async () => {
    const secret = 'the-long-secret';
    tasks.job(tenant, async (program) => {
      const message = await callHost(program, 'task.receive');
      // What came with a message is as secret in what is sent on.
      await callHost(program, 'task.checkpoint', { data: { message, [`k-${secret}`]: 1 } });
      return {
        args: JSON.parse(program.run.argsJson) as unknown,
        message,
        restored: await callHost(program, 'task.restore'),
      };
    });
    const taskId = await tasks.program(tenant, async (program) => {
      program.run.host.post('secret', JSON.stringify(secret));
      const order = { function: `::t/job-${tenant.envId}`, args: secret, options: {} };
      const started = (await callHost(program, 'task.start', order)) as { taskId: string };
      const message = { taskId: started.taskId, data: { key: secret, inside: [`Bearer ${secret}`, 7] } };
      expect(await callHost(program, 'task.send', message)).toBeNull();
      return started.taskId;
    });
    const message = { key: secret, inside: [`Bearer ${secret}`, 7] };
    const kept = { message, [`k-${secret}`]: 1 };
    expect(JSON.parse((await ended(taskId)).result ?? '')).toEqual({
      args: [secret],
      message,
      restored: kept,
    });
    expect(await tasks.call(tenant, 'task.restore', { taskId })).toEqual(kept);
    const rows = await tasks.db.query<{ text: string; sealed: string }>(
      `SELECT event_data AS text, sealed FROM hot.event WHERE event_id = $1
       UNION ALL SELECT checkpoint, checkpoint_sealed FROM hot.task WHERE task_id = $1`,
      [taskId],
    );
    expect(rows).toHaveLength(2);
    for (const { text, sealed } of rows) {
      expect(text).toContain('"<secret>"');
      expect(text + sealed).not.toContain(secret);
      expect(sealed).toMatch(/^[0-9a-f-]{36} hot1:/);
    }
  });

  it('a message with a secret is stored sealed while it waits', async () => {
    let go = (): void => undefined;
    tasks.job(tenant, () => new Promise<void>((resolve) => (go = resolve)));
    const taskId = await tasks.startTask(tenant);
    await tasks.program(tenant, async (program) => {
      program.run.host.post('secret', '"the-long-secret"');
      return callHost(program, 'task.send', { taskId, data: ['the-long-secret'] });
    });
    const messages = await tasks.db.query<{ payload: string; sealed: string }>(
      'SELECT payload, sealed FROM hot.task_message WHERE task_id = $1',
      [taskId],
    );
    expect(messages).toEqual([
      { payload: '["<secret>"]', sealed: expect.stringMatching(/^[0-9a-f-]{36} hot1:/) },
    ]);
    await tasks.until(tenant, taskId, ({ status }) => status === 'running');
    go();
    await ended(taskId);
  });

  it('takes large arguments and gives a large result, whole, though both are kept apart', async () => {
    const text = 'é'.repeat(100_000);
    let seen: unknown;
    tasks.job(tenant, ({ run }) => {
      seen = JSON.parse(run.argsJson);
      return { text };
    });
    const taskId = await tasks.startTask(tenant, [text]);
    await ended(taskId);
    expect(seen).toEqual([[text]]);
    expect(await tasks.call(tenant, 'task.get', { taskId })).toMatchObject({ result: { text } });
    const [row] = await tasks.db.query<{ result: string; event_data: string }>(
      'SELECT t.result, e.event_data FROM hot.task t JOIN hot.event e ON e.event_id = t.task_id WHERE t.task_id = $1',
      [taskId],
    );
    expect([row?.result, row?.event_data].map((stored) => (stored ?? text).length < 2_000)).toEqual([
      true,
      true,
    ]);
    const refs = await tasks.db.query<{ source_kind: string }>(
      'SELECT source_kind FROM hot.blob_ref WHERE env_id = $1 ORDER BY 1',
      [tenant.envId],
    );
    expect(refs.map((ref) => ref.source_kind)).toEqual(['task_args', 'task_result']);
  });

  it('cancelled and completed at the same moment, a task is what its canceller was told', async () => {
    const scope = { orgId: tenant.orgId, envId: tenant.envId };
    const commands = tasks.worker.app.get(TaskCommands);
    tasks.job(tenant, () => new Promise((resolve) => setTimeout(resolve, Math.random() * 12)));
    const outcomes = await Promise.all(
      (await tasks.startMany(tenant, Array.from({ length: 40 }))).map(async (taskId) => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 12));
        const cancelled = await commands.cancel(scope, taskId);
        const { status } = await ended(taskId);
        return `${cancelled} ${status}`;
      }),
    );
    expect(outcomes.filter((one) => one !== 'true cancelled' && one !== 'false completed')).toEqual([]);
    expect(await usage()).toMatchObject({ tasks: 40 });
  });

  it('what is sent while a task ends is either read by it or by nobody, and refuses nothing', async () => {
    tasks.job(tenant, () => new Promise((resolve) => setTimeout(resolve, 15)));
    const taskIds = await tasks.startMany(tenant, Array.from({ length: 20 }));
    const answers = await tasks.program(tenant, async (program) => {
      const all: unknown[] = [];
      for (let n = 0; n < 10; n += 1)
        all.push(
          ...(await Promise.all(
            taskIds.map((taskId) => callHost(program, 'task.send', { taskId, data: n })),
          )),
        );
      return all;
    });
    expect(answers.filter((answer) => answer !== null)).toEqual([]);
    for (const taskId of taskIds) expect((await ended(taskId)).status).toBe('completed');
  });

  it("a message that waits for the row of a task that ends meanwhile is nobody's, not one too many", async () => {
    let go = (): void => undefined;
    tasks.job(tenant, () => new Promise<void>((resolve) => (go = resolve)));
    const taskId = await tasks.startTask(tenant);
    await tasks.until(tenant, taskId, ({ status }) => status === 'running');
    const other = new Client({ connectionString: database.url });
    await other.connect();
    try {
      await other.query('BEGIN');
      await other.query('UPDATE hot.task SET status = 3 WHERE task_id = $1', [taskId]);
      const sent = tasks.call(tenant, 'task.send', { taskId, data: 1 });
      await eventually(async () => {
        const waiting = `SELECT 1 FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%hot.task_message%'`;
        expect(await tasks.db.query(waiting)).toHaveLength(1);
      });
      await other.query('COMMIT');
      expect(await sent).toBeNull();
      await other.query('UPDATE hot.task SET status = 2 WHERE task_id = $1', [taskId]);
    } finally {
      await other.end();
    }
    go();
    await ended(taskId);
  });

  it('waiters that come while the task ends all learn of its end', async () => {
    tasks.job(tenant, () => new Promise((resolve) => setTimeout(resolve, 20)));
    const taskId = await tasks.startTask(tenant);
    const answers = await tasks.program(tenant, (program) =>
      Promise.all(
        Array.from({ length: 30 }, async (_, n) => {
          await new Promise((resolve) => setTimeout(resolve, n));
          return callHost(program, 'task.wait', { taskId, maxMs: 10_000 });
        }),
      ),
    );
    for (const answer of answers) expect(answer).toMatchObject({ status: 'completed' });
  });
});
