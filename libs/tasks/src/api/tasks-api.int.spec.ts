import { newId } from '@app/kernel';
import type { FakeProgram } from '@app/runs/testing';
import { ExecutionHarness, type ExecutionTenant, type SseClient } from '@app/streams/testing';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { TASK_MODULES } from '../testing';
import { TasksApiModule } from './tasks-api.module';

type TaskData = Readonly<Record<string, unknown>>;
const statuses = (client: SseClient): unknown[] =>
  client.events
    .filter(({ name }) => name === 'task:update')
    .map(({ data }) => (data['task'] as TaskData)['status']);

describe('tasks over the API', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  let hot: ExecutionHarness;
  let tenant: ExecutionTenant;
  /** Ends the task that goes on. */
  let finish: (value: unknown) => void;

  beforeAll(async () => {
    const imports = { api: [TasksApiModule], worker: TASK_MODULES };
    hot = await ExecutionHarness.start(database, redis, {}, imports);
    await hot.worker.start({ sweep: true });
    hot.worker.tasks.start();
  }, 30_000);
  afterAll(async () => {
    await hot.worker.tasks.stop();
    await hot.stop();
  });
  beforeEach(async () => {
    tenant = await hot.tenant();
    const projectId = newId();
    hot.serving.addHandler(tenant.envId, 'go', `::t/go-${tenant.envId}`, { projectId });
    hot.serving.addHandler(tenant.envId, '(task)', `::t/job-${tenant.envId}`, { projectId });
    hot.sandbox.define(`::t/go-${tenant.envId}`, async ({ run, stopped }: FakeProgram) => {
      const order = { function: `::t/job-${tenant.envId}`, args: 1, options: { timeoutMs: 60_000 } };
      return JSON.parse(await run.host.call('task.start', JSON.stringify(order), stopped)) as unknown;
    });
    hot.sandbox.define(`::t/job-${tenant.envId}`, async ({ data }: FakeProgram) => {
      data('progress', { pct: 40 });
      return new Promise((resolve) => (finish = resolve));
    });
  });

  /** Answers the id of a task that is going on. */
  const running = async (): Promise<string> => {
    await hot.call('POST', '/v1/events', {
      token: tenant.token,
      body: { event_type: 'go', event_data: {} },
    });
    return eventually(async () => {
      const [row] = await hot.db.query<{ task_id: string }>(
        'SELECT task_id FROM hot.task WHERE env_id = $1 AND status = 2',
        [tenant.envId],
      );
      return row === undefined ? false : row.task_id;
    });
  };
  const get = (taskId: string, token = tenant.token) => hot.call('GET', `/v1/tasks/${taskId}`, { token });
  const follow = (path: string, token = tenant.token) => hot.subscribe(path, { token });
  const streamOf = async (taskId: string) =>
    (await get(taskId)).body.data?.['stream_id'] as unknown as string;

  it('a task is shown with everything that clients are promised [api-15.63]', async () => {
    const taskId = await running();
    expect((await get(taskId)).body.data).toMatchObject({
      status: 'running',
      stop_time: null,
      result: null,
    });
    finish({ rebuilt: 14, price: 1.5 });
    await eventually(async () =>
      expect((await get(taskId)).body.data).toMatchObject({ status: 'completed' }),
    );
    const { status, text, body } = await get(taskId);
    expect(status).toBe(200);
    expect(Object.keys(body.data ?? {}).sort()).toEqual(
      (
        'build_id created_at duration_ms env_id function_name next_retry_at origin_run_id result retry_attempt ' +
        'run_id start_time status stop_time stream_id task_id task_type timeout_ms'
      ).split(' '),
    );
    expect(body.data).toMatchObject({
      task_id: taskId,
      task_type: 'code',
      timeout_ms: 60_000,
      retry_attempt: 0,
    });
    expect(text).toContain('"result":{"rebuilt":14,"price":1.5}');
  });

  it('a subscriber of a task is told its state at once, its end, and then goodbye [api-15.63]', async () => {
    const taskId = await running();
    const client = await follow(`/v1/tasks/${taskId}/subscribe`);
    expect(client.status).toBe(200);
    await eventually(() => expect(statuses(client)).toEqual(['running']));
    finish('done');
    await eventually(() => expect(statuses(client)).toEqual(['running', 'completed']));
    expect(client.events.at(-1)?.data).toMatchObject({ type: 'task:update', task: { result: 'done' } });
    await eventually(() => expect(client.ended).toBe(true));
  });

  it('a task that has ended is told once', async () => {
    const taskId = await running();
    finish(1);
    await eventually(async () =>
      expect((await get(taskId)).body.data).toMatchObject({ status: 'completed' }),
    );
    const client = await follow(`/v1/tasks/${taskId}/subscribe`);
    await eventually(() => expect(client.ended).toBe(true));
    expect(statuses(client)).toEqual(['completed']);
  });

  it('a stream tells of its tasks as tasks, never as runs, with their data', async () => {
    const taskId = await running();
    const client = await follow(`/v1/streams/${await streamOf(taskId)}/subscribe`);
    await eventually(() => expect(statuses(client)).toEqual(['running']));
    finish('done');
    await eventually(() => expect(statuses(client)).toEqual(['running', 'completed']));
    const { run_id: runId } = (await get(taskId)).body.data as unknown as TaskData;
    const runs = client.events.map(({ data }) => (data['run'] as TaskData | undefined)?.['run_id']);
    expect(runs).not.toContain(runId);
    client.close();
  });

  it('is found by whoever may read its stream, and by nobody else', async () => {
    const taskId = await running();
    const streamId = await streamOf(taskId);
    const stranger = await hot.tenant();
    const may = await hot.key(tenant, { [`stream:${streamId}`]: ['read'] });
    const mayNot = await hot.key(tenant, { [`stream:${newId()}`]: ['read'], 'run:*': ['read'] });
    expect((await get(taskId, may)).status).toBe(200);
    for (const path of [`/v1/tasks/${taskId}`, `/v1/tasks/${taskId}/subscribe`]) {
      const statusOf = async (token: string): Promise<number> =>
        (await hot.call('GET', path, { token })).status;
      expect(await statusOf(mayNot)).toBe(403);
      expect(await statusOf(stranger.token)).toBe(404);
    }
    const unknown = await get(newId());
    expect([unknown.status, unknown.body.error?.message]).toEqual([404, 'Task not found']);
    expect((await get('no-uuid')).status).toBe(400);
    finish(null);
  });
});
