import { BuildsHarness } from '@app/builds/testing';
import type { Principal } from '@app/kernel';
import { useDatabase, useRedis } from '@app/testing';

describe('what a project listens to', () => {
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

  const list = async (limit = 20, offset = 0) => {
    const page = await builds.handlers().list(who, 'orders', { limit, offset });
    return { total: page.total, items: page.items.map((one) => `${one.eventType} ${one.ns} ${one.var}`) };
  };

  it('is nothing before something is deployed and loaded', async () => {
    const build = await builds.upload(who, 'orders', 'on a ::x/y');
    expect(await list()).toEqual({ total: 0, items: [] });
    await builds.deploys().deploy(who, 'orders', build.buildId);
    expect(await list()).toEqual({ total: 0, items: [] });
  });

  it('is what the deployed build declares, in order and in pages', async () => {
    await builds.serve(who, 'orders', 'on b ::x/y\non a ::z/b\non a ::z/B\non a ::a/z');
    expect(await list()).toEqual({ total: 4, items: ['a ::a z', 'a ::z B', 'a ::z b', 'b ::x y'] });
    expect(await list(2, 1)).toEqual({ total: 4, items: ['a ::z B', 'a ::z b'] });
  });

  it('changes with the build that is deployed, and comes back with an earlier one [B10, api-15.26]', async () => {
    const first = await builds.serve(who, 'orders', 'on a ::x/first');
    await builds.serve(who, 'orders', 'on a ::x/second');
    expect((await list()).items).toEqual(['a ::x second']);
    await builds.deploys().deploy(who, 'orders', first.buildId);
    await builds.load(first.buildId, await builds.incarnation());
    expect((await list()).items).toEqual(['a ::x first']);
    await builds.lifecycle().deactivate(who, 'orders');
    expect((await list()).items).toEqual([]);
  });
});
