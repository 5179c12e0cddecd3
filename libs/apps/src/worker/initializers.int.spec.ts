import { AppLifecycleService } from '@app/apps';
import { BuildsHarness } from '@app/builds/testing';
import { newId, type Principal } from '@app/kernel';
import { useDatabase, useRedis } from '@app/testing';
import { AppsWorkerModule } from './apps-worker.module';
import { Initializers } from './initializers';
import { PlatformBoot } from './platform-boot';

const SOURCE = 'on a ::a/b\ninit ::a/warm';
const SUCCEEDED = 2;
const FAILED = 3;
const CANCELLED = 4;

/** Nothing here runs functions: how their calls end is written by hand. */
describe('functions that prepare an app', () => {
  const database = useDatabase({ fresh: true });
  const redis = useRedis();
  let builds: BuildsHarness;
  let who: Principal;
  beforeAll(async () => {
    builds = await BuildsHarness.start(database.url, redis, [AppsWorkerModule]);
    builds.get(Initializers).waitMs = 20;
  });
  afterAll(() => builds.stop());
  beforeEach(async () => {
    who = await builds.tenant();
    await everybodyEnds();
  });

  const everybodyEnds = () => builds.db().execute('UPDATE hot.worker_lease SET expires_at = now()');
  const load = async (buildId: string) => builds.load(buildId, await builds.incarnation());
  const deploy = async (source: string) => {
    const { buildId } = await builds.upload(who, 'orders', source);
    await builds.deploys().deploy(who, 'orders', buildId);
    return buildId;
  };
  const apps = () => builds.get(AppLifecycleService).list(who);
  const standing = async () => {
    const [app] = await apps();
    const { servingBuildId } = await builds.projects().find(who, 'orders');
    return [app?.state, servingBuildId];
  };
  const calls = () =>
    builds.db().query<{ event_id: string; event_data: string; routing: string }>(
      `SELECT e.event_id, e.event_data, e.routing FROM hot.event e
        WHERE e.env_id = $1 AND e.event_type = 'hot:call' ORDER BY e.event_id`,
      [who.envId],
    );
  const functions = async () =>
    (await calls()).map(({ event_data }) => (JSON.parse(event_data) as { fn: string }).fn);
  /** Of the newest call that has not ended. */
  const end = async (status: number, result = 'null') => {
    await builds.db().execute(
      `WITH open AS (
         DELETE FROM hot.dispatch WHERE dispatch_id = (
           SELECT dispatch_id FROM hot.dispatch WHERE env_id = $1 AND event_type = 'hot:call' ORDER BY 1 DESC LIMIT 1)
         RETURNING *)
       INSERT INTO hot.run (run_id, retention_class, env_id, stream_id, event_id, run_type, status, start_time, stop_time,
         duration_us, result)
       SELECT $2, retention_class, env_id, stream_id, event_id, 1, $3, now(), now(), 1, $4 FROM open`,
      [who.envId, newId(), status, result],
    );
  };

  it('run before it serves, in the build that is loaded, and only once however often it is looked at', async () => {
    const former = await deploy('on a ::a/b');
    await load(former);
    const buildId = await deploy(SOURCE);
    expect(await load(buildId)).toEqual({ outcome: 'initializing' });
    expect(await standing()).toEqual(['RUNNING', former]);
    expect(await load(buildId)).toEqual({ outcome: 'initializing' });
    const { projectId } = await builds.projects().find(who, 'orders');
    const [call, ...others] = await calls();
    expect(others).toEqual([]);
    expect(JSON.parse(call?.event_data ?? '')).toEqual({
      fn: '::a/warm',
      args: [{ project: 'orders', 'build-id': buildId }],
    });
    expect(JSON.parse(call?.routing ?? '')).toEqual({ buildId, projectId });
    await end(SUCCEEDED);
    expect(await load(buildId)).toMatchObject({ outcome: 'ready' });
    expect(await standing()).toEqual(['RUNNING', buildId]);
  });

  it('are found by name in the build before it serves', async () => {
    const buildId = await deploy(SOURCE);
    await load(buildId);
    const found = await builds.catalogue().findFunction(who.envId, '::a/warm', { buildId, projectId: null });
    expect(found?.target.buildId).toBe(buildId);
  });

  it.each([
    [
      FAILED,
      '{"$type":"::hot::run/Failure","$val":{"msg":"no stock"}}',
      /^::a\/warm, which prepares the app: no stock \(run /,
    ],
    [CANCELLED, 'null', /^::a\/warm, which prepares the app: was cancelled \(run /],
  ])('that end with %s refuse the build, and what serves goes on', async (status, result, message) => {
    const former = await deploy('on a ::a/b');
    await load(former);
    const buildId = await deploy(SOURCE);
    await load(buildId);
    await end(status, result);
    expect(await load(buildId)).toMatchObject({ outcome: 'failed', error: expect.stringMatching(message) });
    expect(await standing()).toEqual(['RUNNING', former]);
  });

  it('run again with the next try, and in each new life of the platform', async () => {
    const buildId = await deploy(SOURCE);
    await load(buildId);
    await end(FAILED);
    await load(buildId);
    expect(await standing()).toEqual(['FAILED', null]);
    await builds.get(PlatformBoot).onApplicationBootstrap();
    expect(await load(buildId)).toEqual({ outcome: 'initializing' });
    expect(await functions()).toHaveLength(2);
    await end(SUCCEEDED);
    await load(buildId);
    expect(await standing()).toEqual(['RUNNING', buildId]);

    // One more worker in the same life changes nothing.
    await builds.incarnation();
    await builds.get(PlatformBoot).onApplicationBootstrap();
    expect(await standing()).toEqual(['RUNNING', buildId]);
    await everybodyEnds();
    await builds.get(PlatformBoot).onApplicationBootstrap();
    expect(await standing()).toEqual(['STARTING', null]);
    expect(await load(buildId)).toEqual({ outcome: 'initializing' });
    expect(await functions()).toHaveLength(3);
  });

  it('run one after the other, those of agents that are not stopped after that of the project', async () => {
    const source = `${SOURCE}\nagent ::a/Bot ::a/greet\nagent ::a/Off ::a/never\ninit ::a/greet ::a/Bot\ninit ::a/never ::a/Off`;
    const first = await deploy('agent ::a/Off');
    await load(first);
    await builds.get(AppLifecycleService).act(who, 'orders:Off', 'stop');
    const buildId = await deploy(source);
    await load(buildId);
    expect(await functions()).toEqual(['::a/warm']);
    await end(SUCCEEDED);
    await load(buildId);
    expect(await functions()).toEqual(['::a/warm', '::a/greet']);
    await end(SUCCEEDED);
    expect(await load(buildId)).toMatchObject({ outcome: 'ready' });
  });

  it('do not run where the app does not serve, until it is started', async () => {
    await load(await deploy('on a ::a/b'));
    await builds.get(AppLifecycleService).act(who, 'orders', 'stop');
    const buildId = await deploy(SOURCE);
    expect(await load(buildId)).toMatchObject({ outcome: 'ready' });
    expect(await functions()).toEqual([]);
    await builds.get(AppLifecycleService).act(who, 'orders', 'start');
    expect(await load(buildId)).toEqual({ outcome: 'initializing' });
  });

  it('are left alone when a later deployment takes over', async () => {
    const buildId = await deploy(SOURCE);
    await load(buildId);
    const next = await deploy('on a ::a/b');
    expect(await load(buildId)).toEqual({ outcome: 'nothing_to_do' });
    await load(next);
    expect(await standing()).toEqual(['RUNNING', next]);
  });
});
