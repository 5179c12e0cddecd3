import type { Listing, RunDetail, RunRow, Single, TaskDetail, TaskRow, ValueText } from '@app/contracts';
import { idTimeMs, newIdAt } from '@app/kernel';
import {
  makePerson,
  makeTenant,
  startAdminApp,
  TestBrowser,
  type AdminTestApp,
  type TestTenant,
} from './testing/admin-app';
import { makeEvent, makeProject, makeRun } from './testing/history';

interface TestTask {
  readonly status?: number;
  readonly functionName?: string;
  readonly projectId?: string;
  readonly atMs?: number;
  readonly result?: string;
}

describe('tasks of the app', () => {
  let app: AdminTestApp;
  let tenant: TestTenant;
  let browser: TestBrowser;

  beforeAll(async () => {
    app = await startAdminApp();
  });
  beforeEach(async () => {
    tenant = await makeTenant(app.db);
    browser = new TestBrowser(app);
    await browser.signIn(await makePerson(app.db, [{ tenant, role: 'member' }]));
  });
  afterAll(() => app.app.close());

  const get = async <T>(path: string): Promise<T> => {
    const response = await browser.get(`${tenant.base}/tasks${path}`);
    expect([path, response.statusCode]).toEqual([path, 200]);
    return response.json() as T;
  };

  /** Queued at `atMs`, claimed 100 ms later, and what its status says from then on. */
  const makeTask = async (task: TestTask = {}): Promise<string> => {
    const data = '{"fn":"::shop/report","args":{"month":1.50},"options":{}}';
    const event = await makeEvent(app.db, tenant, {
      type: 'hot:task',
      data,
      source: 2,
      ...(task.atMs === undefined ? {} : { atMs: task.atMs }),
    });
    const status = task.status ?? 3;
    const createdMs = idTimeMs(event.eventId) ?? 0;
    const at = (ms: number | null) => (ms === null ? null : new Date(createdMs + ms));
    const began = status === 1 ? null : 100;
    await app.db.execute(
      `INSERT INTO hot.task (task_id, org_id, env_id, retention_class, stream_id, project_id, function_name, status,
         timeout_ms, retry, claimed_at, start_time, stop_time, duration_ms, result, failure_kind, created_at)
       VALUES ($1, $2, $3, -1, $4, $5, $6, $7, 60000, '{"attempts":2}', $8, $9, $10, 400, $11, $12, $13)`,
      [
        event.eventId,
        tenant.orgId,
        tenant.envId,
        event.streamId,
        task.projectId ?? null,
        task.functionName ?? '::shop/report',
        status,
        at(began),
        at(began),
        at(status > 2 ? 500 : null),
        task.result ?? null,
        status === 6 ? 'timeout' : status === 4 ? 'failure' : null,
        new Date(createdMs),
      ],
    );
    if (status === 1)
      await app.db.execute(
        `INSERT INTO hot.dispatch (dispatch_id, kind, org_id, env_id, retention_class, event_id, stream_id, event_type,
           handler_key, function_name, run_type, due_at)
         VALUES ($1, 2, $2, $3, -1, $1, $4, 'hot:task', 'x', 'x', 7, now() + interval '1 hour')`,
        [event.eventId, tenant.orgId, tenant.envId, event.streamId],
      );
    return event.eventId;
  };

  it('are listed newest first, with what went wrong, and counted by status and project', async () => {
    const projectId = await makeProject(app.db, tenant, 'shop');
    const now = Date.now();
    const done = await makeTask({ atMs: now - 3_000, projectId, result: '1' });
    const failed = await makeTask({
      atMs: now - 2_000,
      status: 4,
      result: '{"$type":"::hot::run/Failure","$val":{"msg":"no paper\\nleft","err":null}}',
    });
    const queued = await makeTask({ atMs: now - 1_000, status: 1, functionName: '::shop/print' });
    const page = await get<Listing<TaskRow>>('?include=facets');
    expect(page.data.map(({ task_id, status }) => [task_id, status])).toEqual([
      [queued, 'queued'],
      [failed, 'failed'],
      [done, 'completed'],
    ]);
    expect(page.data[1]).toMatchObject({
      error_preview: 'no paper',
      duration_us: 400_000,
      queue_us: 100_000,
    });
    expect(page.data[0]).toMatchObject({ duration_us: null, queue_us: null, started_at: null });
    expect(page.facets).toEqual({
      status: [
        { value: 'queued', count: 1 },
        { value: 'completed', count: 1 },
        { value: 'failed', count: 1 },
      ],
      project: [{ value: 'shop', count: 1 }],
    });
    const ids = async (query: string) =>
      (await get<Listing<TaskRow>>(query)).data.map(({ task_id }) => task_id);
    expect(await ids('?status=failed,queued')).toEqual([queued, failed]);
    expect(await ids('?project=shop')).toEqual([done]);
    expect(await ids('?q=PRINT')).toEqual([queued]);
    expect(await ids(`?q=${failed}`)).toEqual([failed]);
    expect((await browser.get(`${tenant.base}/tasks?status=lost`)).statusCode).toBe(400);
  });

  it('show a container as it was ordered and ended, and a function without one', async () => {
    const taskId = await makeTask({ status: 4, functionName: 'tools:1' });
    const order = {
      image: 'tools:1',
      entrypoint: ['sh', '-c'],
      command: ['report'],
      script: null,
      env: ['KEY'],
      mounts: [{ resource: 'data', dest: '/in', readonly: true }],
      writable: false,
      network: 'none',
      memory_mb: 1_024,
      cpu_pct: 75,
      tmp_mb: 500,
      disk_mb: 10_240,
      timeout_secs: 600,
      multiplier: 4,
      capped: [],
    };
    const info = {
      image: 'tools:1',
      size: 'large',
      multiplier: 4,
      backend: 'docker',
      capped: [],
      timing: { execution_ms: 1_250, image_pull_ms: 300 },
      container_id: 'c'.repeat(64),
      exit_code: 7,
    };
    const record = (container: object, ended: object | null) =>
      app.db.execute(
        `UPDATE hot.task SET task_type = 2, size = 'large', exit_code = 7, compute_units = 5, container = $2,
           container_info = $3 WHERE task_id = $1`,
        [taskId, JSON.stringify(container), ended === null ? null : JSON.stringify(ended)],
      );
    const shown = async (id: string) => (await get<Single<TaskDetail>>(`/${id}`)).data;
    const { writable: _writable, capped: _capped, ...expected } = order;
    await record(order, null);
    expect((await shown(taskId)).container).toEqual({ ...expected, ended: null });
    await record(order, info);
    expect(await shown(taskId)).toMatchObject({
      type: 'container',
      size: 'large',
      exit_code: 7,
      compute_units: 5,
    });
    expect((await shown(taskId)).container?.ended).toEqual({
      container_id: 'c'.repeat(64),
      digest: null,
      backend: 'docker',
      out_of_memory: false,
      memory_peak_bytes: null,
      timing: [
        { phase: 'image_pull', us: 300_000 },
        { phase: 'execution', us: 1_250_000 },
      ],
    });
    await record({ ...order, memory_mb: '<secret>' }, info);
    expect(await shown(taskId)).toMatchObject({ exit_code: 7, container: null });
    expect(await shown(await makeTask())).toMatchObject({ type: 'code', size: null, container: null });
  });

  it('are paged by cursor in both directions', async () => {
    const now = Date.now();
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) made.unshift(await makeTask({ atMs: now - 10_000 + n * 1_000 }));
    const first = await get<Listing<TaskRow>>('?limit=2');
    const second = await get<Listing<TaskRow>>(`?limit=2&cursor=${first.pagination.next_cursor}`);
    const back = await get<Listing<TaskRow>>(`?limit=2&cursor=${second.pagination.prev_cursor}`);
    const ids = ({ data }: Listing<TaskRow>) => data.map(({ task_id }) => task_id);
    expect([ids(first), ids(second), ids(back)]).toEqual([
      made.slice(0, 2),
      made.slice(2, 4),
      made.slice(0, 2),
    ]);
    expect(first.pagination.total).toBe(5);
  });

  it('show where the time went, what they were given and what came of it, to the letter', async () => {
    const taskId = await makeTask({ result: '{"price":1.50}' });
    const { data } = await get<Single<TaskDetail>>(`/${taskId}`);
    expect(data).toMatchObject({ status: 'completed', timeout_ms: 60_000, max_attempts: 3, failure: null });
    expect(data.phases.map(({ name, us }) => [name, us])).toEqual([
      ['queued', 100_000],
      ['running', 400_000],
    ]);
    expect(data.can.cancel).toEqual({ ok: false, reason: 'The task has ended' });
    expect((await get<Single<ValueText>>(`/${taskId}/input`)).data.json).toBe('{"month":1.50}');
    expect((await get<Single<ValueText>>(`/${taskId}/result`)).data.json).toBe('{"price":1.50}');
    const timedOut = await makeTask({ status: 6, result: 'null' });
    expect((await get<Single<TaskDetail>>(`/${timedOut}`)).data.failure?.kind).toBe('timeout');
  });

  it('show their attempts', async () => {
    const taskId = await makeTask();
    const [row] = await app.db.query<{ stream_id: string }>(
      'SELECT stream_id FROM hot.task WHERE task_id = $1',
      [taskId],
    );
    const run = await makeRun(app.db, tenant, {
      eventId: taskId,
      streamId: row?.stream_id ?? '',
      type: 'hot:task',
    });
    const { data } = await get<Listing<RunRow>>(`/${taskId}/runs`);
    expect(data.map(({ run_id }) => run_id)).toEqual([run.runId]);
  });

  it('are repeated by nobody but themselves: their runs are neither retried nor run again', async () => {
    const taskId = await makeTask({ status: 4 });
    const run = await makeRun(
      app.db,
      tenant,
      { eventId: taskId, streamId: taskId, type: 'hot:task' },
      { status: 'failed' },
    );
    await app.db.execute('UPDATE hot.run SET run_type = 7 WHERE run_id = $1', [run.runId]);
    const address = `${tenant.base}/runs/${run.runId}`;
    const { data } = (await browser.get(address)).json<Single<RunDetail>>();
    expect([data.type, data.can.retry.ok, data.can.rerun.ok]).toEqual(['task', false, false]);
    for (const [what, message] of [
      ['retry', 'A task is repeated by its own options'],
      ['rerun', 'A task is started by a program; run that one again'],
    ] as const) {
      const answer = await browser.post(`${address}/${what}`, {});
      expect([answer.statusCode, answer.json<{ error: { message: string } }>().error.message]).toEqual([
        409,
        message,
      ]);
    }
  });

  it('are cancelled once', async () => {
    const taskId = await makeTask({ status: 1 });
    const cancel = () => browser.post(`${tenant.base}/tasks/${taskId}/cancel`, {});
    expect((await cancel()).statusCode).toBe(202);
    expect((await get<Single<TaskDetail>>(`/${taskId}`)).data.status).toBe('cancelled');
    expect((await cancel()).statusCode).toBe(409);
  });

  it('of other environments are as if they did not exist', async () => {
    const taskId = await makeTask({ status: 1 });
    const theirs = await makeTenant(app.db);
    const stranger = new TestBrowser(app);
    await stranger.signIn(await makePerson(app.db, [{ tenant: theirs, role: 'admin' }]));
    for (const part of ['', '/input', '/result', '/checkpoint', '/runs'])
      expect((await stranger.get(`${theirs.base}/tasks/${taskId}${part}`)).statusCode).toBe(404);
    expect((await stranger.post(`${theirs.base}/tasks/${taskId}/cancel`, {})).statusCode).toBe(404);
    expect((await stranger.get(`${theirs.base}/tasks/${newIdAt(0)}`)).statusCode).toBe(404);
    expect((await get<Single<TaskDetail>>(`/${taskId}`)).data.status).toBe('queued');
  });
});
