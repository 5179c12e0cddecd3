import { setTimeout as sleep } from 'node:timers/promises';
import { BuildsHarness } from '@app/builds/testing';
import type { ServingHandler } from '@app/builds';
import { newId, type Principal } from '@app/kernel';
import { eventually, useDatabase, useRedis } from '@app/testing';

describe('what serves', () => {
  const database = useDatabase();
  const redis = useRedis();
  let builds: BuildsHarness;
  let who: Principal;
  beforeAll(async () => {
    builds = await BuildsHarness.start(database.url, redis);
  });
  afterAll(() => builds.stop());
  beforeEach(async () => {
    who = await builds.tenant();
  });

  const names = async (eventType: string): Promise<string[]> =>
    (await builds.catalogue().handlersOf(who.envId, eventType)).map(
      (one) => `${one.projectName} ${one.functionName}`,
    );

  it('lists the handlers of exactly one type, by project, namespace and name [X11]', async () => {
    await builds.serve(who, 'zebra', 'on a ::x/y');
    await builds.serve(who, 'apple', 'on a ::z/b\non a ::z/a\non a ::b/z\non a* ::b/star\non A ::b/upper');
    expect(await names('a')).toEqual(['apple ::b/z', 'apple ::z/a', 'apple ::z/b', 'zebra ::x/y']);
    expect(await names('a*')).toEqual(['apple ::b/star']);
    expect(await names('b')).toEqual([]);
    expect(await builds.catalogue().projectNames(who.envId)).toEqual(['apple', 'zebra']);
  });

  it('answers without waiting once it knows', async () => {
    await builds.serve(who, 'p', 'on a ::x/y');
    // The notice of the deployment itself may still be on its way, and makes it ask once more.
    await eventually(async () => {
      await builds.catalogue().handlersOf(who.envId, 'a');
      expect(builds.catalogue().handlersOf(who.envId, 'a')).toMatchObject([{ functionName: '::x/y' }]);
    });
    expect(
      builds.catalogue().findFunction(who.envId, '::x/y', { buildId: null, projectId: null }),
    ).toMatchObject({
      target: { functionName: '::x/y' },
    });
  });

  it('lets only the first of all handlers with `once` run [X10]', async () => {
    await builds.serve(who, 'b', 'on a ::x/one {"once":true}\non a ::x/all');
    await builds.serve(who, 'a', 'on a ::y/one {"once":true}\non a ::y/two {"once":true}');
    expect(await names('a')).toEqual(['a ::y/one', 'b ::x/all']);
  });

  it('tells what a handler declares, and gives handlers of one name in two projects two keys', async () => {
    const one = await builds.serve(who, 'one', 'on a ::x/y {"retry":{"attempts":2},"agent":"::x/Agent"}');
    await builds.serve(who, 'two', 'on a ::x/y');
    const [first, second] = await builds.catalogue().handlersOf(who.envId, 'a');
    expect(first).toMatchObject({
      envId: who.envId,
      orgId: who.orgId,
      buildId: one.buildId,
      buildHash: one.hash,
      ns: '::x',
      var: 'y',
      retry: { attempts: 2 },
      agentType: '::x/Agent',
      once: false,
    });
    expect(first?.handlerKey).not.toBe(second?.handlerKey);
    expect(await builds.catalogue().handler(who.envId, one.projectId, first?.handlerKey ?? '')).toEqual(
      first,
    );
    expect(await builds.catalogue().handler(who.envId, one.projectId, 'other')).toBeNull();
  });

  it('keeps a handler under its key across builds', async () => {
    await builds.serve(who, 'p', 'on a ::x/y');
    const [before] = await builds.catalogue().handlersOf(who.envId, 'a');
    const second = await builds.serve(who, 'p', 'on a ::x/y\nfn ::x/z');
    const after = await eventually(async () => {
      const [handler] = await builds.catalogue().handlersOf(who.envId, 'a');
      return handler?.buildId === second.buildId ? handler : false;
    });
    expect(after.handlerKey).toBe(before?.handlerKey);
  });

  it('finds a function in the given build, the preferred project, or the first project by name', async () => {
    const old = await builds.serve(who, 'b', 'fn ::x/f\nfn ::x/gone');
    await builds.serve(who, 'b', 'fn ::x/f');
    const a = await builds.serve(who, 'a', 'fn ::x/f\nfn ::x/only-a');
    await eventually(async () =>
      expect(await builds.catalogue().projectNames(who.envId)).toEqual(['a', 'b']),
    );
    const find = async (name: string, where: { buildId?: string; projectId?: string } = {}) => {
      const found = await builds.catalogue().findFunction(who.envId, name, {
        buildId: where.buildId ?? null,
        projectId: where.projectId ?? null,
      });
      return found === null ? null : [found.target.projectName, found.target.buildId, ...found.otherProjects];
    };
    expect(await find('::x/f')).toEqual(['a', a.buildId, 'a', 'b']);
    expect((await find('::x/f', { projectId: old.projectId }))?.[0]).toBe('b');
    expect(await find('::x/only-a')).toEqual(['a', a.buildId]);
    expect(await find('::x/gone')).toBeNull();
    expect(await find('::x/gone', { buildId: old.buildId })).toEqual(['b', old.buildId]);
    expect(await find('::x/nope')).toBeNull();
  });

  it('finds handlers in a build that does not serve any more', async () => {
    const old = await builds.serve(who, 'p', 'on a ::x/old');
    await builds.serve(who, 'p', 'on a ::x/new');
    const handlers = await builds.catalogue().handlersInBuild(who.envId, old.buildId, 'a');
    expect(handlers).toMatchObject([{ functionName: '::x/old', buildId: old.buildId }]);
  });

  it('gives nothing of one environment to another [X13]', async () => {
    const build = await builds.serve(who, 'p', 'on a ::x/y');
    const other = await builds.tenant();
    expect(await builds.catalogue().handlersOf(other.envId, 'a')).toEqual([]);
    expect(await builds.catalogue().handlersInBuild(other.envId, build.buildId, 'a')).toEqual([]);
    const where = { buildId: build.buildId, projectId: null };
    expect(await builds.catalogue().findFunction(other.envId, '::x/y', where)).toBeNull();
    expect(await builds.catalogue().facts(newId())).toBeNull();
  });

  it('hears of a deployment, a stop and a new name at once', async () => {
    await builds.serve(who, 'p', 'on a ::x/y');
    expect(await names('a')).toEqual(['p ::x/y']);
    await builds.projects().rename(who, 'p', 'q');
    await eventually(async () => expect(await names('a')).toEqual(['q ::x/y']), { timeoutMs: 400 });
    await builds.lifecycle().deactivate(who, 'q');
    await eventually(async () => expect(await names('a')).toEqual([]), { timeoutMs: 400 });
    await builds.serve(who, 'q', 'on a ::x/z');
    await eventually(async () => expect(await names('a')).toEqual(['q ::x/z']), { timeoutMs: 400 });
  });

  it('hears of them within half a second when notices do not arrive', async () => {
    await builds.serve(who, 'p', 'on a ::x/y');
    expect(await names('a')).toEqual(['p ::x/y']);
    jest.spyOn(builds.notices(), 'isLive').mockReturnValue(false);
    await builds.db().tx(async () => {
      // As another process would, but silently: what a lost notice looks like.
      await builds.db().query(`SET LOCAL session_replication_role = replica`);
      await builds
        .db()
        .execute('UPDATE hot.project SET serving_build_id = NULL WHERE env_id = $1', [who.envId]);
      await builds
        .db()
        .execute('UPDATE hot.env SET runtime_revision = runtime_revision + 1 WHERE env_id = $1', [who.envId]);
    });
    await sleep(550);
    expect(await names('a')).toEqual([]);
    jest.restoreAllMocks();
  });

  it('gives the compiled build', async () => {
    await builds.serve(who, 'p', 'on a ::x/y');
    const [handler] = await builds.catalogue().handlersOf(who.envId, 'a');
    expect((await builds.catalogue().artifact(handler!)).toString()).toBe('test:on a ::x/y');
  });

  describe('with a compiler of another version', () => {
    let handler: ServingHandler;
    beforeEach(async () => {
      await builds.serve(who, 'p', 'on a ::x/y');
      [handler] = (await builds.catalogue().handlersOf(who.envId, 'a')) as [ServingHandler];
      builds.compiler().id = 'newer';
    });
    afterEach(() => {
      builds.compiler().id = 'test';
    });

    it('compiles the build again from its archive, once for all who ask', async () => {
      const before = builds.compiler().compilations;
      const all = await Promise.all([1, 2, 3].map(() => builds.catalogue().artifact(handler)));
      expect(all.map(String)).toEqual(Array(3).fill('newer:on a ::x/y'));
      await builds.catalogue().artifact(handler);
      expect(builds.compiler().compilations - before).toBe(1);
    });

    it('leaves the old artifact to the old version', async () => {
      await builds.catalogue().artifact(handler);
      builds.compiler().id = 'test';
      const before = builds.compiler().compilations;
      expect(String(await builds.catalogue().artifact(handler))).toBe('test:on a ::x/y');
      expect(builds.compiler().compilations).toBe(before);
    });

    it('says what to do when the archive is gone, or is another environment’s', async () => {
      const stranger = { ...handler, envId: newId() };
      await expect(builds.catalogue().artifact(stranger)).rejects.toMatchObject({
        code: 'service_unavailable',
        message: expect.stringContaining('Deploy the project again'),
      });
    });
  });

  it('knows whether a deployment is on its way', async () => {
    expect(await builds.catalogue().isDeploying(who.envId)).toBe(false);
    const build = await builds.upload(who, 'p', 'on a ::x/y');
    await builds.deploys().deploy(who, 'p', build.buildId);
    await eventually(async () => expect(await builds.catalogue().isDeploying(who.envId)).toBe(true));
    await builds.load(build.buildId, await builds.incarnation());
    await eventually(async () => expect(await builds.catalogue().isDeploying(who.envId)).toBe(false));
  });
});
