import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BuildsHarness } from '@app/builds/testing';
import { newId, type Principal } from '@app/kernel';
import { useDatabase, useRedis } from '@app/testing';

describe('loading a build', () => {
  const database = useDatabase();
  const redis = useRedis();
  let builds: BuildsHarness;
  let who: Principal;
  let worker: string;
  beforeAll(async () => {
    builds = await BuildsHarness.start(database.url, redis);
  });
  afterAll(() => builds.stop());
  beforeEach(async () => {
    who = await builds.tenant();
    worker = await builds.incarnation();
    builds.compiler().before = async () => undefined;
  });

  const deployed = async (source: string, project = 'orders') => {
    const build = await builds.upload(who, project, source);
    await builds.deploys().deploy(who, project, build.buildId);
    return build;
  };
  const status = async (buildId: string) => {
    const {
      runtimeStatus,
      deployed: isDeployed,
      runtimeError,
    } = await builds.builds().get(who, 'orders', buildId);
    return { status: runtimeStatus, deployed: isDeployed, error: runtimeError };
  };
  const serving = async (): Promise<string | null> =>
    (await builds.projects().find(who, 'orders')).servingBuildId;
  const revision = async (): Promise<unknown> =>
    (await builds.db().queryOne('SELECT runtime_revision FROM hot.env WHERE env_id = $1', [who.envId]))?.[
      'runtime_revision'
    ];

  it('compiles it, records what it declares, and lets it serve', async () => {
    const { buildId } = await deployed(
      'on order:placed ::orders::flow/on-placed {"retry":3}\nfn ::orders::flow/ship',
    );
    expect(await serving()).toBeNull();
    expect(await builds.load(buildId, worker)).toMatchObject({
      outcome: 'ready',
      build: { buildId, projectName: 'orders' },
    });
    expect(await status(buildId)).toEqual({ status: 'ready', deployed: true, error: null });
    expect(await serving()).toBe(buildId);
    expect(await revision()).toBe(1);
    const rows = await builds.db().query('SELECT * FROM hot.event_handler WHERE build_id = $1', [buildId]);
    expect(rows).toMatchObject([
      { event_type: 'order:placed', ns: '::orders::flow', var: 'on-placed', meta: { retry: 3 }, line: 1 },
    ]);
    expect(await builds.load(buildId, worker)).toEqual({ outcome: 'nothing_to_do' });
  });

  it('keeps what the build says of itself, also when it is loaded again', async () => {
    const { buildId } = await deployed('fn ::a/documented');
    await builds.load(buildId, worker);
    await builds.deploys().deploy(who, 'orders', buildId);
    await builds.load(buildId, worker);
    const kept = () =>
      builds.db().query('SELECT package, doc FROM hot.build_doc WHERE build_id = $1', [buildId]);
    expect(await kept()).toEqual([{ package: '', doc: '{"functions":["::a/documented"]}' }]);
  });

  it('does it once however often it is asked', async () => {
    const { buildId } = await deployed('fn ::a/b');
    const other = await builds.incarnation();
    const before = builds.compiler().compilations;
    const outcomes = await Promise.all([
      builds.load(buildId, worker),
      builds.load(buildId, worker),
      builds.load(buildId, other),
    ]);
    expect(outcomes.map((one) => one.outcome)).toEqual(['ready', 'ready', 'ready']);
    expect(builds.compiler().compilations - before).toBe(1);
  });

  it('leaves the former build serving when the new one does not compile, and says where', async () => {
    const good = await builds.serve(who, 'orders', 'fn ::a/b');
    const { buildId } = await deployed('fn ::a/b\nerror oh no');
    expect(await status(good.buildId)).toMatchObject({ deployed: false, status: 'ready' });
    expect(await builds.load(buildId, worker)).toMatchObject({
      outcome: 'failed',
      error: 'hot/src/main.hot:2: oh no',
    });
    expect(await status(buildId)).toEqual({
      status: 'failed',
      deployed: false,
      error: 'hot/src/main.hot:2: oh no',
    });
    expect(await status(good.buildId)).toEqual({ status: 'ready', deployed: true, error: null });
    expect(await serving()).toBe(good.buildId);
  });

  it('fails the first build of a project without anything left deployed', async () => {
    const { buildId } = await deployed('error x');
    await builds.load(buildId, worker);
    expect(await status(buildId)).toMatchObject({ status: 'failed', deployed: false });
    await expect(builds.builds().deployed(who, 'orders')).rejects.toThrow('Deployed build not found');
  });

  it('fails a corrupt archive', async () => {
    const build = await deployed('fn ::a/b');
    writeFileSync(join(builds.dataDir, 'builds', build.storagePath ?? ''), 'rubbish');
    expect(await builds.load(build.buildId, worker)).toMatchObject({
      outcome: 'failed',
      error: expect.stringContaining('ZIP'),
    });
  });

  it('fails when the archive is gone', async () => {
    const build = await deployed('fn ::a/b');
    rmSync(join(builds.dataDir, 'builds', build.storagePath ?? ''));
    expect(await builds.load(build.buildId, worker)).toMatchObject({
      outcome: 'failed',
      error: 'The archive is gone from storage; upload it again',
    });
  });

  it('does not let a build serve that was superseded while it was loading', async () => {
    const first = await deployed('fn ::a/first');
    let second = '';
    builds.compiler().before = async () => {
      builds.compiler().before = async () => undefined;
      second = (await deployed('fn ::a/second')).buildId;
    };
    expect(await builds.load(first.buildId, worker)).toMatchObject({ outcome: 'superseded' });
    expect(await status(first.buildId)).toMatchObject({ status: 'superseded', deployed: false });
    expect(await builds.load(second, worker)).toMatchObject({ outcome: 'ready' });
    expect(await serving()).toBe(second);
  });

  it('does not let a failure of a superseded build touch the later one', async () => {
    const first = await deployed('error late');
    let second = '';
    builds.compiler().before = async () => {
      builds.compiler().before = async () => undefined;
      second = (await deployed('fn ::a/second')).buildId;
    };
    expect(await builds.load(first.buildId, worker)).toMatchObject({ outcome: 'superseded' });
    expect(await status(second)).toMatchObject({ status: 'pending', deployed: true });
  });

  it('does not let a project serve that was stopped or deleted while it was loading', async () => {
    const { buildId } = await deployed('fn ::a/b');
    builds.compiler().before = async () => void (await builds.lifecycle().deactivate(who, 'orders'));
    expect(await builds.load(buildId, worker)).toMatchObject({ outcome: 'superseded' });
    expect(await serving()).toBeNull();
    const other = await deployed('fn ::a/c', 'other');
    builds.compiler().before = () => builds.lifecycle().delete(who, 'other');
    expect(await builds.load(other.buildId, worker)).toMatchObject({ outcome: 'superseded' });
  });

  it('takes over from a worker whose lease has ended, not from one that lives [B5]', async () => {
    const { buildId } = await deployed('fn ::a/b');
    const dead = await builds.incarnation(-1);
    await builds
      .db()
      .execute(
        `UPDATE hot.build SET runtime_status = 'loading', loading_incarnation = $2, load_attempts = 1 WHERE build_id = $1`,
        [buildId, worker],
      );
    expect(await builds.load(buildId, await builds.incarnation())).toEqual({ outcome: 'nothing_to_do' });
    await builds
      .db()
      .execute('UPDATE hot.build SET loading_incarnation = $2 WHERE build_id = $1', [buildId, dead]);
    expect(await builds.load(buildId, worker)).toMatchObject({ outcome: 'ready' });
  });

  it('gives up a build that ended its workers', async () => {
    const { buildId } = await deployed('fn ::a/b');
    await builds.db().execute('UPDATE hot.build SET load_attempts = 3 WHERE build_id = $1', [buildId]);
    expect(await builds.load(buildId, worker)).toMatchObject({
      outcome: 'failed',
      error: 'Loading this build ended its worker 3 times; it is not tried again',
    });
  });

  it('does not compile again what it has compiled: an earlier build is back in no time', async () => {
    const old = await builds.serve(who, 'orders', 'on a ::x/old');
    const fresh = await builds.serve(who, 'orders', 'on a ::x/new');
    expect(await serving()).toBe(fresh.buildId);
    const before = builds.compiler().compilations;
    await builds.deploys().deploy(who, 'orders', old.buildId);
    expect(await builds.load(old.buildId, worker)).toMatchObject({ outcome: 'ready' });
    expect(builds.compiler().compilations).toBe(before);
    expect(await serving()).toBe(old.buildId);
    const rows = await builds
      .db()
      .query('SELECT var FROM hot.event_handler WHERE build_id = $1', [old.buildId]);
    expect(rows).toEqual([{ var: 'old' }]);
  });

  it('has nothing to do for builds that are not deployed, or not there', async () => {
    const build = await builds.upload(who, 'orders', 'fn ::a/b');
    expect(await builds.load(build.buildId, worker)).toEqual({ outcome: 'nothing_to_do' });
    expect(await builds.load(newId(), worker)).toEqual({ outcome: 'nothing_to_do' });
  });

  it('takes declarations with text that the database refuses', async () => {
    const build = await deployed('on a\u0000b ::x/y {"doc":"nul\\u0000half\\ud800"}');
    expect(await builds.load(build.buildId, worker)).toMatchObject({ outcome: 'ready' });
  });

  it('of racing deployments ends with the latest serving and deployed [B4]', async () => {
    const three = await Promise.all(
      ['a', 'b', 'c'].map((name) => builds.upload(who, 'orders', `fn ::x/${name}`)),
    );
    const workers = await Promise.all([builds.incarnation(), builds.incarnation()]);
    const queue: Promise<unknown>[] = [];
    for (let i = 0; i < 30; i += 1) {
      const build = three[i % 3];
      if (build === undefined) continue;
      await builds.deploys().deploy(who, 'orders', build.buildId);
      queue.push(...workers.map((one) => builds.load(build.buildId, one)));
      if (i % 5 === 0) await Promise.all(queue);
    }
    await Promise.all(queue);
    const last = three[29 % 3]?.buildId ?? '';
    for (const one of workers) await builds.load(last, one);
    expect(await serving()).toBe(last);
    expect(await status(last)).toEqual({ status: 'ready', deployed: true, error: null });
    const flags = await builds
      .db()
      .query('SELECT count(*) AS n FROM hot.build WHERE project_id = $1 AND deployed', [three[0]?.projectId]);
    expect(flags).toEqual([{ n: 1 }]);
  });
});
