import { OutboundError } from './outbound-error';
import { CachingResolver, NameServerResolver, SystemResolver } from './resolver';

describe('remembered answers', () => {
  it('hold for ten seconds, are asked for once at a time, and no refusal is remembered', async () => {
    let nowMs = 0;
    const asked: string[] = [];
    const inner = {
      resolve: (host: string) => {
        asked.push(host);
        if (host === 'gone.test') return Promise.reject(new OutboundError('io', 'host not found'));
        return Promise.resolve(host === 'empty.test' ? [] : [`1.1.1.${asked.length}`]);
      },
    };
    const resolver = new CachingResolver(inner, () => nowMs);
    expect(await Promise.all([resolver.resolve('a.test'), resolver.resolve('a.test')])).toEqual([
      ['1.1.1.1'],
      ['1.1.1.1'],
    ]);
    nowMs = 9_999;
    expect(await resolver.resolve('a.test')).toEqual(['1.1.1.1']);
    nowMs = 10_000;
    expect(await resolver.resolve('a.test')).toEqual(['1.1.1.2']);
    for (let i = 0; i < 2; i += 1) {
      await expect(resolver.resolve('gone.test')).rejects.toMatchObject({ message: 'host not found' });
      await expect(resolver.resolve('empty.test')).rejects.toMatchObject({ message: 'host not found' });
    }
    expect(asked.filter((host) => host !== 'a.test')).toHaveLength(4);
  });

  it('are of a thousand names at most', async () => {
    let asked = 0;
    const resolver = new CachingResolver({ resolve: () => Promise.resolve([String((asked += 1))]) }, () => 0);
    for (let i = 0; i <= 1_000; i += 1) await resolver.resolve(`${i}.test`);
    await resolver.resolve('1000.test');
    expect(asked).toBe(1_001);
    await resolver.resolve('0.test');
    expect(asked).toBe(1_002);
  });
});

describe('resolvers', () => {
  it('of the system know this machine', async () => {
    expect(['127.0.0.1', '::1']).toContain((await new SystemResolver().resolve('localhost'))[0]);
  });

  it.each([new NameServerResolver(), new SystemResolver()])(
    'say in words that a name is none',
    async (resolver) => {
      await expect(resolver.resolve('a..b')).rejects.toBeInstanceOf(OutboundError);
    },
  );
});
