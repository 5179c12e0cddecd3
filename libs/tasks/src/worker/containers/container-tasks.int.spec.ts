import { newId } from '@app/kernel';
import { ContainerDriver, DockerDriver, EngineClient } from '@app/platform/containers';
import { isEnded, TaskReads, type TaskView } from '@app/tasks';
import { eventually, useDatabase, useRedis } from '@app/testing';
import { callHost, engineForTests, TasksHarness, type EngineForTests, type TestTenant } from '../../testing';
import { ContainerLeftovers, LABELS } from './container-leftovers';

interface Result {
  readonly status: string;
  readonly type: string;
  readonly result: Readonly<Record<string, unknown>> | null;
}

/** The same with an engine made for tests and, when its socket and an image are named, with a real one. */
describe('tasks that are containers', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  let engine: EngineForTests;
  let tasks: TasksHarness;
  let tenant: TestTenant;
  let driver: DockerDriver;

  const create = (environment: Readonly<Record<string, string>> = {}): Promise<TasksHarness> =>
    TasksHarness.create({ databaseUrl: database.url, redisUrl: redis.url }, `boxes-${newId()}`, {
      HOT_CONTAINERS: 'docker',
      HOT_CONTAINER_SOCKET: engine.socketPath,
      HOT_TASK_CONTAINER_OUTPUT_BYTES: '4096',
      ...environment,
    });

  beforeAll(async () => {
    engine = await engineForTests();
    driver = new DockerDriver(new EngineClient(engine.socketPath));
    tasks = await create();
    await tasks.start({ sweep: true });
  });
  afterAll(async () => {
    await tasks.close();
    await engine.close();
  });
  beforeEach(async () => {
    tenant = await tasks.tenant();
  });

  const box = (conf: object) => ({
    function: null,
    args: { image: engine.image, timeout: 20, ...conf },
    options: { type: 'container', retry: null },
  });
  const sh = (command: string, conf: object = {}) =>
    box({ entrypoint: ['sh', '-c'], cmd: [command], ...conf });
  const start = async (order: object): Promise<string> => {
    const answer = await tasks.call(tenant, 'task.start', order);
    if (typeof answer !== 'object' || answer === null) throw new Error(String(answer));
    return (answer as { readonly taskId: string }).taskId;
  };
  const ended = (taskId: string): Promise<TaskView> =>
    tasks.until(tenant, taskId, ({ status }) => isEnded(status), 30_000);
  const got = (taskId: string) => tasks.call(tenant, 'task.get', { taskId }) as Promise<Result>;
  const left = async (): Promise<readonly unknown[]> =>
    driver.list(LABELS.installation, await tasks.worker.app.get(ContainerLeftovers).installation());
  const usage = () => tasks.worker.app.get(TaskReads).usage(tenant.orgId, '2000-01-01', '2100-01-01');
  const recorded = async (taskId: string): Promise<Readonly<Record<string, unknown>>> =>
    (await tasks.db.queryOne(
      `SELECT function_name, task_type::int, size, exit_code, compute_units::float8, container, container_info
       FROM hot.task WHERE task_id = $1`,
      [taskId],
    )) ?? {};

  it('runs a command: streams, exit code, size and charge are in its result, and nothing is left', async () => {
    const taskId = await start(
      sh('echo "out $A"; echo err >&2; sleep 0.3', { size: 'nano', env: { A: 'b' } }),
    );
    const task = await ended(taskId);
    expect(task).toMatchObject({ status: 'completed', taskType: 'container', functionName: engine.image });
    const { result, type } = await got(taskId);
    expect(type).toBe('container');
    expect(result).toMatchObject({
      'exit-code': 0,
      stdout: 'out b\n',
      stderr: 'err\n',
      size: 'nano',
      'cus-multiplier': 0.25,
      'compute-units': 1,
      backend: 'docker',
      'container-id': expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(result?.['execution-ms']).toBeGreaterThanOrEqual(300);
    expect(await left()).toEqual([]);
  });

  it('charges the time of its command by its size, and not that of anything around it', async () => {
    const taskId = await start(sh('sleep 1.2', { size: 'large' }));
    await ended(taskId);
    const { container_info: info, compute_units: units, ...row } = await recorded(taskId);
    const facts = JSON.parse(String(info)) as { timing: { execution_ms: number }; compute_units: number };
    expect(units).toBe(Math.ceil((facts.timing.execution_ms * 4) / 1_000));
    expect([5, 6, 7, 8]).toContain(units);
    expect(row).toMatchObject({ task_type: 2, size: 'large', exit_code: 0 });
    expect(await usage()).toMatchObject({ tasks: 1, computeUnits: units });
  });

  it('a command that fails has failed, with its exit code and output', async () => {
    const taskId = await start(sh('echo half; exit 7'));
    expect(await ended(taskId)).toMatchObject({ status: 'failed', failureKind: 'failure' });
    expect((await got(taskId)).result).toMatchObject({ 'exit-code': 7, stdout: 'half\n', size: 'medium' });
    expect((await tasks.task(tenant, taskId)).result).toContain('The command ended with exit code 7');
    expect((await recorded(taskId))['exit_code']).toBe(7);
  });

  it('a script stops at its first line that fails, and shows what it does', async () => {
    const taskId = await start(box({ script: 'echo one\nfalse\necho two\n' }));
    expect(await ended(taskId)).toMatchObject({ status: 'failed' });
    expect((await got(taskId)).result).toMatchObject({
      'exit-code': 1,
      stdout: 'one\n',
      stderr: '+ echo one\n+ false\n',
    });
  });

  it('ends what takes too long: timed out, charged until then, removed [T8]', async () => {
    const taskId = await start(sh('echo begun; sleep 60', { timeout: 1, size: 'small' }));
    expect(await ended(taskId)).toMatchObject({ status: 'timed_out', timeoutMs: 31_000 });
    expect((await got(taskId)).result).toMatchObject({ stdout: 'begun\n' });
    const { computeUnits } = await usage();
    expect(computeUnits).toBeGreaterThanOrEqual(1);
    expect(computeUnits).toBeLessThanOrEqual(6);
    expect(await left()).toEqual([]);
  });

  it('a cancelled one is stopped and removed', async () => {
    const taskId = await start(sh('sleep 60'));
    await tasks.until(tenant, taskId, ({ status }) => status === 'running');
    await eventually(async () => expect(await left()).toHaveLength(1));
    expect(await tasks.call(tenant, 'task.cancel', { taskId })).toBe(true);
    expect(await ended(taskId)).toMatchObject({ status: 'cancelled' });
    expect(await left()).toEqual([]);
  });

  it('out of memory is said, and is not the command’s own end', async () => {
    // The command itself, not a part of it: not every engine tells of those.
    const command = engine.fake === null ? 'exec tail /dev/zero' : 'sleep 5';
    const taskId = await start(sh(command, { size: 'nano', env: { FAKE_OUT_OF_MEMORY: '1' } }));
    expect(await ended(taskId)).toMatchObject({ status: 'failed', failureKind: 'resource-limit' });
    expect((await tasks.task(tenant, taskId)).result).toContain('ran out of memory: 64 MB');
  });

  it('has walls: no network, no privileges, few processes, a root that only root could write to', async () => {
    const order = sh(
      'grep CapEff /proc/self/status; cat /proc/net/route | wc -l; touch /tmp/a && echo tmp; touch /x; id -u',
      { writable: false },
    );
    const taskId = await start(order);
    await ended(taskId);
    if (engine.fake === null) {
      const { result } = await got(taskId);
      expect(result?.['stdout']).toMatch(/^CapEff:\s+0000000000000000\n[01]\ntmp\n65534\n$/);
      expect(result?.['stderr']).toContain('Read-only file system');
    } else {
      expect(engine.fake.creations.at(-1)).toMatchObject({
        User: '65534:65534',
        HostConfig: { NetworkMode: 'none', ReadonlyRootfs: true, CapAdd: [], PidsLimit: 256 },
      });
    }
  });

  it('keeps beginning and end of long output', async () => {
    const taskId = await start(sh('i=0; while [ $i -lt 3000 ]; do echo "line $i"; i=$((i+1)); done'));
    await ended(taskId);
    const stdout = String((await got(taskId)).result?.['stdout']);
    expect(stdout.startsWith('line 0\nline 1\n')).toBe(true);
    expect(stdout.endsWith('line 2999\n')).toBe(true);
    expect(stdout).toMatch(/\n\[… \d+ bytes are left out …\]\n/);
    expect(Buffer.byteLength(stdout)).toBeLessThan(4_300);
  });

  it('shows no secret: neither in its output nor in its result nor in what is shown of it', async () => {
    const secret = 'sesame-open-now';
    const taskId = await tasks.program(tenant, async (program) => {
      program.run.host.post('secret', JSON.stringify(secret));
      const order = sh('echo "key=$KEY"; echo "$KEY" >&2; echo "${#KEY}"', { env: { KEY: secret } });
      return ((await callHost(program, 'task.start', order)) as { readonly taskId: string }).taskId;
    });
    await ended(taskId);
    expect((await got(taskId)).result).toMatchObject({
      stdout: `key=<secret>\n${secret.length}\n`,
      stderr: '<secret>\n',
    });
    const { container } = await recorded(taskId);
    expect(JSON.parse(String(container))).toMatchObject({ env: ['KEY'], network: 'none', memory_mb: 512 });
    const [everything] = await tasks.db.query<{ text: string }>(
      `SELECT string_agg(x::text, ' ') AS text FROM (
         SELECT row_to_json(t) AS x FROM hot.task t WHERE task_id = $1
         UNION ALL SELECT row_to_json(e) FROM hot.event e WHERE event_id = $1
         UNION ALL SELECT row_to_json(r) FROM hot.run r WHERE r.event_id = $1) all_of_it`,
      [taskId],
    );
    expect(everything?.text).toContain('<secret>');
    expect(everything?.text).not.toContain(secret);
  });

  it('its output is there while it goes on', async () => {
    const taskId = await start(sh('echo early; sleep 30'));
    const { runId } = await tasks.until(tenant, taskId, ({ status }) => status === 'running');
    await eventually(
      async () => {
        const rows = await tasks.db.query(`SELECT 1 FROM hot.trace_segment WHERE run_id = $1`, [runId]);
        expect(rows).toHaveLength(1);
      },
      { timeoutMs: 10_000 },
    );
    await tasks.call(tenant, 'task.cancel', { taskId });
    await ended(taskId);
  });

  it('refuses images of engines, mounts of the system and networks [T9]', async () => {
    const refused = (conf: object) => tasks.call(tenant, 'task.start', box(conf));
    expect(await refused({ image: 'docker:dind' })).toBe("invalid: Image 'docker:dind' is not allowed");
    expect(await refused({ image: 'rancher/k3s:v1' })).toBe("invalid: Image 'rancher/k3s:v1' is not allowed");
    expect(await refused({ image: 'a:1?x' })).toBe("invalid: Image 'a:1?x' is not allowed");
    expect(await refused({ network: 'internet' })).toBe('invalid: network "internet" is not available here');
    const mount = (dest: string, resource = 'a.txt') => refused({ mounts: [{ dest, resource }] });
    for (const dest of [
      '/',
      '/proc',
      '/proc/sys',
      '/dev/shm',
      '/tmp',
      '/data',
      '/hot/sockets',
      '/a/../etc',
      'a',
    ])
      expect(await mount(dest)).toMatch(/^invalid: ::hot::box\/start: container mount path/);
    expect(await mount('/in', '../secret')).toContain('must be relative');
    expect(await mount('/in')).toBe("invalid: resource not found: 'a.txt'");
    expect(await refused({ image: '' })).toBe("invalid: Missing required 'image' field");
  });

  it('an image that is not there is fetched, and why that failed is said', async () => {
    if (engine.fake === null) return expect(await driver.findImage(engine.image)).not.toBeNull();
    engine.fake.registry.add('fetched:1');
    engine.fake.pullMs = 500;
    const taskId = await start(sh('true', { image: 'fetched:1', size: 'nano' }));
    await ended(taskId);
    const { container_info: info, compute_units: units } = await recorded(taskId);
    const { timing } = JSON.parse(String(info)) as { timing: Readonly<Record<string, number>> };
    expect(timing['image_pull_ms']).toBeGreaterThanOrEqual(490);
    expect(timing['execution_ms']).toBeLessThan(490);
    expect(units).toBe(1);
    const gone = await start(sh('true', { image: 'gone:1' }));
    expect(await ended(gone)).toMatchObject({ status: 'failed' });
    expect((await tasks.task(tenant, gone)).result).toContain('manifest for gone:1 not found');
    engine.fake.pullMs = 0;
  });

  it('one that is told to stop while its image is fetched is not charged', async () => {
    if (engine.fake === null) return expect(await left()).toEqual([]);
    engine.fake.pullMs = 60_000;
    const taskId = await start(sh('true', { image: 'slow:1' }));
    await eventually(() => expect(engine.fake?.pulled).toContain('slow:1'));
    await tasks.call(tenant, 'task.cancel', { taskId });
    expect(await ended(taskId)).toMatchObject({ status: 'cancelled' });
    expect(await usage()).toMatchObject({ computeUnits: 0 });
    engine.fake.pullMs = 0;
  });

  it('what a killed worker leaves behind is removed, and what goes on is not', async () => {
    const other = await create();
    const mine = await start(sh('sleep 60'));
    await eventually(async () => expect(await left()).toHaveLength(1));
    const leftovers = tasks.worker.app.get(ContainerLeftovers);
    const installation = await leftovers.installation();
    const labels = {
      [LABELS.installation]: installation,
      [LABELS.run]: newId(),
      [LABELS.incarnation]: newId(),
    };
    const order = {
      image: engine.image,
      entrypoint: ['sh', '-c'],
      command: ['sleep 60'],
      env: {},
      user: null,
      memoryBytes: 64 * 1024 * 1024,
      cpuPct: 10,
      maxProcesses: 32,
      tmpBytes: 1024 * 1024,
      isWritable: true,
      capabilities: [],
      network: null,
    };
    const orphan = await driver.create({ ...order, name: `hot-orphan-${newId()}`, labels });
    await driver.start(orphan);
    const foreign = await driver.create({
      ...order,
      name: `hot-foreign-${newId()}`,
      labels: { ...labels, [LABELS.installation]: 'another' },
    });
    expect(await other.worker.app.get(ContainerLeftovers).sweep()).toBe(1);
    expect(await driver.state(orphan)).toBeNull();
    expect(await driver.state(foreign)).not.toBeNull();
    expect((await tasks.task(tenant, mine)).status).toBe('running');
    expect(await left()).toHaveLength(1);
    await driver.remove(foreign);
    await tasks.call(tenant, 'task.cancel', { taskId: mine });
    await ended(mine);
    await other.close();
  });

  it('begins again elsewhere when its worker loses its lease, and the first one goes', async () => {
    const first = await create();
    await first.start();
    const own = await first.tenant();
    const order = sh('sleep 3; echo "done"', { size: 'nano' });
    const { taskId } = (await first.call(own, 'task.start', order)) as { readonly taskId: string };
    const { runId } = await first.until(own, taskId, ({ status }) => status === 'running');
    await eventually(async () => expect(await left()).toHaveLength(1));
    await first.db.execute(
      `UPDATE hot.worker_lease SET expires_at = now() - interval '1 second'
       WHERE incarnation = (SELECT incarnation FROM hot.dispatch WHERE dispatch_id = $1)`,
      [taskId],
    );
    const task = await first.until(own, taskId, ({ status }) => isEnded(status), 40_000);
    expect(task).toMatchObject({ status: 'completed', infraRetryCount: 1 });
    expect(task.runId).not.toBe(runId);
    expect(await first.db.query(`SELECT failure_kind FROM hot.run WHERE run_id = $1`, [runId])).toEqual([
      { failure_kind: 'worker-lost' },
    ]);
    await eventually(async () => expect(await left()).toEqual([]), { timeoutMs: 10_000 });
    // What the lost one has cost is nobody's.
    const [counted] = await first.db.query(
      `SELECT sum(value)::int AS units FROM hot.usage_daily WHERE org_id = $1 AND metric = 'compute_units'`,
      [own.orgId],
    );
    expect(counted).toEqual({ units: 1 });
    await first.close();
  }, 60_000);

  it('says why when the engine is away', async () => {
    const alone = await create({ HOT_CONTAINER_SOCKET: '/nowhere/engine.sock' });
    await alone.start();
    const own = await alone.tenant();
    const { taskId } = (await alone.call(own, 'task.start', sh('true'))) as { readonly taskId: string };
    const task = await alone.until(own, taskId, ({ status }) => isEnded(status), 20_000);
    expect(task).toMatchObject({ status: 'failed', failureKind: 'failure' });
    expect(task.result).toContain('The container engine');
    await alone.close();
  });

  it('waits for room, and gives it back', async () => {
    const narrow = await create({ HOT_TASK_CONTAINER_MEMORY_MB: '600' });
    await narrow.start({ sweep: true });
    const own = await narrow.tenant();
    const order = sh('sleep 0.5', { size: 'medium' });
    const ids = await narrow.program(own, (program) =>
      Promise.all([1, 2, 3].map(() => callHost(program, 'task.start', order))),
    );
    const all = await Promise.all(
      ids.map((id) =>
        narrow.until(
          own,
          (id as { readonly taskId: string }).taskId,
          ({ status }) => isEnded(status),
          30_000,
        ),
      ),
    );
    expect(all.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
    const infos = await narrow.db.query<{ info: string; start: Date; stop: Date }>(
      `SELECT container_info AS info FROM hot.task WHERE org_id = $1`,
      [own.orgId],
    );
    expect(infos).toHaveLength(3);
    await narrow.close();
  }, 40_000);

  it('says that they are off where they are', async () => {
    const off = await create({ HOT_CONTAINERS: 'off' });
    await off.start();
    const own = await off.tenant();
    expect(off.worker.app.get(ContainerDriver, { strict: false })).toBeNull();
    expect(await off.call(own, 'box.policy', {})).toMatchObject({ enabled: false, policy: 'open' });
    expect(await off.call(own, 'task.start', sh('true'))).toBe(
      'invalid: containers are not enabled on this platform (HOT_CONTAINERS)',
    );
    await off.close();
  });
});
