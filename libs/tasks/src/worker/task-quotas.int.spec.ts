import { newId } from '@app/kernel';
import { isEnded } from '@app/tasks';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { callHost, engineForTests, TasksHarness, type EngineForTests, type TestTenant } from '../testing';

const NO_LIMIT = {
  'tasks-remaining': -1,
  'minutes-remaining': -1,
  'compute-units-remaining': -1,
  'concurrent-remaining': -1,
  overage: false,
};

describe('what a plan leaves of tasks', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  let engine: EngineForTests;
  let tasks: TasksHarness;
  let tenant: TestTenant;

  const create = (): Promise<TasksHarness> =>
    TasksHarness.create({ databaseUrl: database.url, redisUrl: redis.url }, `quotas-${newId()}`, {
      HOT_CONTAINERS: 'docker',
      HOT_CONTAINER_SOCKET: engine.socketPath,
      HOT_CONTAINER_NETWORK: 'outside',
    });

  beforeAll(async () => {
    engine = await engineForTests();
    tasks = await create();
    await tasks.start({ sweep: true });
  });
  afterAll(async () => {
    await tasks.close();
    await engine.close();
  });
  const another = async (): Promise<void> => {
    tenant = await tasks.tenant();
    tasks.job(tenant, () => Promise.resolve('done'));
  };
  beforeEach(another);

  const plan = (planId: string, features: object = {}) =>
    tasks.db.execute(
      `INSERT INTO hot.org_plan (org_id, plan_uuid, features) SELECT $1, plan_uuid, $3 FROM hot.plan WHERE plan_id = $2`,
      [tenant.orgId, planId, JSON.stringify(features)],
    );
  const used = (metric: string, value: number) =>
    tasks.db.execute(
      `INSERT INTO hot.usage_daily (org_id, env_id, day, metric, slot, value)
       VALUES ($1, $2, (now() AT TIME ZONE 'UTC')::date, $3, 0, $4)`,
      [tenant.orgId, tenant.envId, metric, value],
    );
  const code = (timeoutMs = 60_000) =>
    tasks.call(tenant, 'task.start', {
      function: `::t/job-${tenant.envId}`,
      args: null,
      options: { type: 'code', timeoutMs, retry: null },
    });
  const order = (command: string, conf: object = {}) => ({
    function: null,
    args: { image: engine.image, entrypoint: ['sh', '-c'], cmd: [command], ...conf },
    options: { type: 'container', retry: null },
  });
  const box = (command: string, conf: object = {}) => tasks.call(tenant, 'task.start', order(command, conf));
  /** All by one program. */
  const boxes = (orders: readonly object[]) =>
    tasks.program(tenant, (program) =>
      Promise.all(orders.map((one) => callHost(program, 'task.start', one))),
    );
  const idOf = (answer: unknown): string => {
    if (typeof answer !== 'object' || answer === null) throw new Error(String(answer));
    return (answer as { readonly taskId: string }).taskId;
  };
  const ended = (taskId: string) => tasks.until(tenant, taskId, ({ status }) => isEnded(status), 30_000);
  const quota = () => tasks.call(tenant, 'box.quota', {});
  const rows = async () =>
    (await tasks.db.query(`SELECT 1 FROM hot.task WHERE org_id = $1`, [tenant.orgId])).length;

  it('everything to an organization without a plan, whatever it has used', async () => {
    await used('task_ms', 1e12);
    await used('compute_units', 1e9);
    expect((await ended(idOf(await code(3_600_000)))).timeoutMs).toBe(3_600_000);
    const both = await boxes([order('true', { size: '4xlarge', network: 'internet' }), order('true')]);
    for (const answer of both) expect(await ended(idOf(answer))).toMatchObject({ status: 'completed' });
    expect(await quota()).toMatchObject(NO_LIMIT);
    expect(await tasks.call(tenant, 'box.limits', {})).toEqual({
      'memory-mb': 8_192,
      'cpu-pct': 100,
      'tmp-mb': 10_240,
      'disk-mb': 51_200,
      'timeout-secs': 86_400,
      network: true,
    });
  });

  it('no task of a plan that allows no overage once its minutes are used up, and no trace of it', async () => {
    await plan('free', { task_minutes_per_month: 2 });
    await used('task_ms', 119_999);
    expect(idOf(await code(3_600_000))).toMatch(/^[0-9a-f-]{36}$/);
    expect(await quota()).toMatchObject({ 'minutes-remaining': 0 });
    await another();
    await plan('free', { task_minutes_per_month: 2 });
    await used('task_ms', 120_000);
    expect(await code()).toBe('quota: plan_required: the task minutes of this period are used up');
    expect(await rows()).toBe(0);
  });

  it('tasks beyond the included minutes of a plan that is charged for them, but none where none are included', async () => {
    await plan('pro', { task_minutes_per_month: 2 });
    await used('task_ms', 1_000_000);
    expect((await ended(idOf(await code()))).status).toBe('completed');
    await another();
    await plan('pro', { task_minutes_per_month: 0 });
    expect(await code()).toContain('quota: plan_required');
  });

  it('a time limit to each task', async () => {
    await plan('free');
    expect((await ended(idOf(await code(3_600_000)))).timeoutMs).toBe(300_000);
  });

  it('no container once the compute units are used up, or the budget of the organization', async () => {
    await plan('free');
    await used('compute_units', 5_000);
    const spent = 'quota: plan_required: the compute units of this period are used up';
    expect(await box('true')).toBe(spent);
    expect(await rows()).toBe(0);
    await another();
    await plan('pro');
    await used('compute_units', 600_000);
    expect(await quota()).toMatchObject({ 'compute-units-used': 600_000, overage: true });
    expect((await ended(idOf(await box('true')))).status).toBe('completed');
    await another();
    await plan('pro', { compute_units_budget: 100 });
    await used('compute_units', 100);
    expect(await box('true')).toBe(spent);
  });

  it('nothing of what was queued before that', async () => {
    const busy = tasks;
    tasks = await create();
    await tasks.start({ tasks: false });
    await another();
    await plan('pro');
    const taskId = idOf(await box('true'));
    await tasks.db.execute(
      `UPDATE hot.org_plan SET features = '{"compute_units_budget":0}' WHERE org_id = $1`,
      [tenant.orgId],
    );
    await eventually(async () => expect(await quota()).toMatchObject({ 'compute-units-remaining': 0 }));
    tasks.startTasks();
    expect(await ended(taskId)).toMatchObject({ status: 'failed' });
    expect((await tasks.task(tenant, taskId)).result).toContain('plan_required: the compute units');
    await tasks.close();
    tasks = busy;
  });

  it('so many containers at once, also of those that are started together', async () => {
    await plan('free', { box_concurrent_tasks: 2 });
    const answers = await boxes([1, 2, 3, 4].map(() => order('sleep 20')));
    const started = answers.filter((answer) => typeof answer === 'object').map(idOf);
    expect(started).toHaveLength(2);
    expect(answers.filter((answer) => typeof answer === 'string')).toEqual(
      Array.from({ length: 2 }, () => 'quota: plan_required: at most 2 containers at the same time'),
    );
    expect(await quota()).toMatchObject({ 'concurrent-remaining': 0 });
    for (const taskId of started) await tasks.call(tenant, 'task.cancel', { taskId });
    for (const taskId of started) await ended(taskId);
    expect((await ended(idOf(await box('true')))).status).toBe('completed');
  });

  it('one of so many containers, with large arguments, which are kept apart', async () => {
    await plan('free', { box_concurrent_tasks: 1 });
    const taskId = idOf(await box(`: ${'x'.repeat(80_000)}`));
    expect((await ended(taskId)).status).toBe('completed');
    const rows = await tasks.db.query(
      `SELECT r.source_kind AS kind, length(e.event_data) < 2000 AS short
         FROM hot.event e JOIN hot.blob_ref r ON r.source_id = e.event_id WHERE e.event_id = $1`,
      [taskId],
    );
    expect(rows).toEqual([{ kind: 'task_args', short: true }]);
  });

  it('containers of a size and with a network as the plan has it', async () => {
    await plan('free');
    expect(await tasks.call(tenant, 'box.limits', {})).toMatchObject({ 'memory-mb': 512, network: false });
    expect(await box('true', { network: 'internet' })).toBe(
      'invalid: network "internet" is not available here',
    );
    const taskId = idOf(await box('true', { size: '2xlarge' }));
    await ended(taskId);
    const row = await tasks.db.queryOne<{ container: string }>(
      `SELECT container FROM hot.task WHERE task_id = $1`,
      [taskId],
    );
    expect(JSON.parse(row?.container ?? 'null')).toMatchObject({
      memory_mb: 512,
      cpu_pct: 50,
      timeout_secs: 60,
      network: 'none',
      capped: ['memoryMb', 'cpuPct', 'tmpMb', 'diskMb', 'timeoutSecs'],
    });
  });
});
