import { BuildsHarness } from '@app/builds/testing';
import type { Principal } from '@app/kernel';
import { useDatabase, useRedis } from '@app/testing';
import { BuildResources } from './build-resources';

describe('resources of a build', () => {
  const database = useDatabase();
  const redis = useRedis();
  let builds: BuildsHarness;
  let who: Principal;
  let buildId: string;
  beforeAll(async () => {
    builds = await BuildsHarness.start(database.url, redis);
    who = await builds.tenant();
    const resources = [
      { path: 'z.bin', content: Buffer.from([0, 255]) },
      { path: 'a/b.txt', content: Buffer.from('hé') },
    ];
    ({ buildId } = await builds.upload(who, 'orders', 'fn ::a/b', { resources }));
  });
  afterAll(() => builds.stop());
  const service = (): BuildResources => builds.get(BuildResources);

  it('are listed by path, with their size and hash', async () => {
    const listed = await service().list(who, buildId);
    expect(listed?.map(({ path, size }) => [path, size])).toEqual([
      ['a/b.txt', 3],
      ['z.bin', 2],
    ]);
    expect(listed?.[0]?.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('are read as they are', async () => {
    expect((await service().read(who, buildId, 'a/b.txt'))?.toString()).toBe('hé');
    expect(await service().read(who, buildId, 'z.bin')).toEqual(Buffer.from([0, 255]));
    expect(await service().read(who, buildId, 'hot/src/main.hot')).toBeNull();
    expect(await service().read(who, buildId, '../manifest.hot')).toBeNull();
  });

  it('are nothing to another environment, also when they are in memory', async () => {
    await service().read(who, buildId, 'a/b.txt');
    const other = await builds.tenant();
    expect(await service().list(other, buildId)).toBeNull();
    expect(await service().read(other, buildId, 'a/b.txt')).toBeNull();
  });

  it('are gone with their archive', async () => {
    const build = await builds.upload(who, 'orders', 'fn ::a/c', {
      resources: [{ path: 'x', content: Buffer.from('1') }],
    });
    const [row] = await builds
      .db()
      .query<{ storage_path: string }>('SELECT storage_path FROM hot.build WHERE build_id = $1', [
        build.buildId,
      ]);
    await builds.store().remove(row?.storage_path ?? '');
    expect(await service().list(who, build.buildId)).toBeNull();
    expect(await service().read(who, build.buildId, 'x')).toBeNull();
  });
});
