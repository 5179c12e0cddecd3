import { ArtifactCache } from './artifact-cache';

describe('the cache of artifacts', () => {
  it('reads one artifact once, however many ask meanwhile', async () => {
    const cache = new ArtifactCache(100);
    let loads = 0;
    const load = async (): Promise<Buffer> => {
      loads += 1;
      await Promise.resolve();
      return Buffer.alloc(10);
    };
    await Promise.all([cache.get('a', load), cache.get('a', load)]);
    expect(cache.get('a', load)).toBeInstanceOf(Buffer);
    expect(loads).toBe(1);
  });

  it('gives up the least recently used beyond its size, but never the newest', async () => {
    const cache = new ArtifactCache(100);
    const load = (bytes: number) => () => Promise.resolve(Buffer.alloc(bytes));
    await cache.get('a', load(40));
    await cache.get('b', load(40));
    void cache.get('a', load(40));
    await cache.get('c', load(40));
    expect(cache.get('a', load(1))).toHaveLength(40);
    expect(cache.get('b', load(1))).toBeInstanceOf(Promise);
    await cache.get('huge', load(1_000));
    expect(cache.get('huge', load(1))).toHaveLength(1_000);
  });

  it('tries again after an error', async () => {
    const cache = new ArtifactCache(100);
    await expect(cache.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    await expect(cache.get('a', () => Promise.resolve(Buffer.alloc(1)))).resolves.toHaveLength(1);
  });
});
