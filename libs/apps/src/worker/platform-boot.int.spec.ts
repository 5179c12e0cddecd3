import { hostname } from 'node:os';
import { AppLifecycleService } from '@app/apps';
import { BuildsHarness } from '@app/builds/testing';
import { newId, type Principal } from '@app/kernel';
import { useDatabase, useRedis } from '@app/testing';
import { AppsWorkerModule } from './apps-worker.module';
import { PlatformBoot } from './platform-boot';

describe('apps over the lives of the platform', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  let builds: BuildsHarness;
  let who: Principal;
  beforeAll(async () => {
    builds = await BuildsHarness.start(database.url, redis, [AppsWorkerModule]);
  });
  afterAll(() => builds.stop());
  beforeEach(async () => {
    who = await builds.tenant();
    await everybodyEnds();
  });

  const boot = (): Promise<void> => builds.get(PlatformBoot).onApplicationBootstrap();
  const everybodyEnds = () => builds.db().execute('UPDATE hot.worker_lease SET expires_at = now()');
  const act = (action: 'start' | 'stop' | 'reload') =>
    builds.get(AppLifecycleService).act(who, 'orders', action);
  const state = async () =>
    (await builds.get(AppLifecycleService).list(who)).find((app) => app.key === 'orders')?.state;
  const serving = async () => (await builds.projects().find(who, 'orders')).servingBuildId;
  const load = async (buildId: string) => builds.load(buildId, await builds.incarnation());
  const deploy = async (source: string, enabled = true) => {
    const { buildId } = await builds.upload(who, 'orders', source, { manifest: { enabled } });
    await builds.deploys().deploy(who, 'orders', buildId);
    await load(buildId);
    return buildId;
  };
  /** A disabled app that serves. */
  const inSession = async () => {
    const buildId = await deploy('on a ::a/b', false);
    await act('start');
    await load(buildId);
    expect([await state(), await serving()]).toEqual(['RUNNING', buildId]);
    return buildId;
  };

  it('are loaded but do not serve when their configuration disables them', async () => {
    await deploy('on a ::a/b');
    const buildId = await deploy('on a ::a/c', false);
    expect([await state(), await serving()]).toEqual(['DISABLED', null]);
    expect((await builds.builds().get(who, 'orders', buildId)).runtimeStatus).toBe('ready');
    await builds.lifecycle().activate(who, 'orders');
    await load(buildId);
    expect([await state(), await serving()]).toEqual(['RUNNING', buildId]);
    await everybodyEnds();
    await boot();
    expect(await serving()).toBe(buildId);
  });

  it('that were disabled and started are disabled again in the next life; others serve on', async () => {
    await inSession();
    const neighbour = await builds.serve(who, 'neighbour', 'fn ::c/d');
    await everybodyEnds();
    await boot();
    expect([await state(), await serving()]).toEqual(['DISABLED', null]);
    expect(await builds.catalogue().projectNames(who.envId)).toEqual(['neighbour']);
    expect((await builds.projects().find(who, 'neighbour')).servingBuildId).toBe(neighbour.buildId);
    expect((await act('start')).state).toBe('STARTING');
  });

  it('live on in the same life when a further worker comes', async () => {
    const buildId = await inSession();
    await everybodyEnds();
    await builds.incarnation();
    await boot();
    expect([await state(), await serving()]).toEqual(['RUNNING', buildId]);
  });

  it('do not mistake the lease of a killed worker of this machine for a life', async () => {
    await inSession();
    await everybodyEnds();
    // The second number is larger than any that a process has.
    for (const pid of [process.pid, 2_000_000_000]) {
      await builds.db().execute(
        `INSERT INTO hot.worker_lease (incarnation, worker_id, roles, host, pid, expires_at)
         VALUES ($1, 'spec', '{}', $2, $3, now() + interval '1 minute')`,
        [newId(), hostname(), pid],
      );
    }
    await boot();
    expect(await state()).toBe('DISABLED');
  });

  it('end their session with the next deployment, also when it fails', async () => {
    await inSession();
    await deploy('on a ::a/c', false);
    expect([await state(), await serving()]).toEqual(['DISABLED', null]);
    await inSession();
    await deploy('error no', false);
    expect([await state(), await serving()]).toEqual(['DISABLED', null]);
  });

  it('that failed to load are tried again by each worker that comes, three times, then by people only', async () => {
    const buildId = await deploy('error no');
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      expect(await state()).toBe('FAILED');
      await boot();
      expect(await state()).toBe('STARTING');
      expect(await load(buildId)).toMatchObject({ outcome: 'failed' });
    }
    expect(await state()).toBe('CRASHED');
    await boot();
    expect([await state(), await load(buildId)]).toEqual(['CRASHED', { outcome: 'nothing_to_do' }]);
    expect((await act('start')).state).toBe('STARTING');
    await load(buildId);
    expect(await state()).toBe('FAILED');
    const next = await deploy('on a ::a/b');
    expect([await state(), await serving()]).toEqual(['RUNNING', next]);
  });

  it('are not nearer to being given up when the machine was at fault', async () => {
    const buildId = await deploy('error no');
    builds.compiler().before = async () => {
      builds.compiler().before = async () => undefined;
      throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    };
    await boot();
    await expect(load(buildId)).rejects.toThrow('no space');
    // What was the machine's fault counts for nothing.
    expect(await state()).toBe('STARTING');
    await load(buildId);
    expect(await state()).toBe('FAILED');
  });

  it.each([
    ['stopped', () => builds.db().execute('UPDATE hot.app_state SET stopped_at = now()')],
    ['deactivated', () => builds.lifecycle().deactivate(who, 'orders')],
    ['deleted', () => builds.lifecycle().delete(who, 'orders')],
  ])('that are %s are not tried again', async (_, harm) => {
    const buildId = await deploy('error no');
    await harm();
    await boot();
    expect(await load(buildId)).toEqual({ outcome: 'nothing_to_do' });
  });

  it('are not tried again where an earlier build serves', async () => {
    const good = await deploy('on a ::a/b');
    const bad = await deploy('error no');
    await boot();
    expect(await load(bad)).toEqual({ outcome: 'nothing_to_do' });
    expect([await state(), await serving()]).toEqual(['RUNNING', good]);
    const [app] = await builds.get(AppLifecycleService).list(who);
    expect(app?.error).toBe('hot/src/main.hot:1: no');
  });
});
