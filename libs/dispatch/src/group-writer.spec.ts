import { GroupWriter } from './group-writer';

function writer(
  write: (items: readonly number[], lane: number) => Promise<readonly number[]>,
  maxItems = 100,
) {
  return new GroupWriter<number, number>({
    maxItems,
    maxWeight: 1_000,
    maxInFlight: 2,
    weigh: (item) => item,
    write,
    isItemsFault: (error) => error instanceof RangeError,
  });
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('GroupWriter', () => {
  it('joins what arrives in one turn and answers each item in order', async () => {
    const groups: number[][] = [];
    const w = writer(async (items) => {
      groups.push([...items]);
      return items.map((item) => item * 10);
    });
    await expect(Promise.all([w.push(1), w.push(2), w.push(3)])).resolves.toEqual([10, 20, 30]);
    expect(groups).toEqual([[1, 2, 3]]);
  });

  it('collects while two groups are on their way, and no third one starts', async () => {
    const open: { items: readonly number[]; lane: number; done: () => void }[] = [];
    const w = writer(
      (items, lane) =>
        new Promise((resolve) => open.push({ items, lane, done: () => resolve(items.map((i) => i)) })),
    );
    const results = [w.push(1)];
    await turn();
    await turn();
    results.push(w.push(2));
    await turn();
    await turn();
    results.push(w.push(3), w.push(4));
    await turn();
    await turn();
    expect(open.map((group) => group.items)).toEqual([[1], [2]]);
    expect(new Set(open.map((group) => group.lane)).size).toBe(2);
    open[0]?.done();
    await turn();
    await turn();
    expect(open[2]?.items).toEqual([3, 4]);
    open[1]?.done();
    open[2]?.done();
    await expect(Promise.all(results)).resolves.toEqual([1, 2, 3, 4]);
    await w.drained();
  });

  it('fails only the bad item of a group', async () => {
    const w = writer(async (items) => {
      if (items.includes(13)) throw new RangeError('13');
      return items;
    });
    const outcomes = await Promise.allSettled([1, 2, 13, 4, 5].map((item) => w.push(item)));
    expect(outcomes.map((outcome) => outcome.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
  });

  it('does not split a group for a failure that is nobody’s fault', async () => {
    let calls = 0;
    const w = writer(async () => {
      calls += 1;
      throw new Error('connection lost');
    });
    const outcomes = await Promise.allSettled([w.push(1), w.push(2)]);
    expect(outcomes.every((outcome) => outcome.status === 'rejected')).toBe(true);
    expect(calls).toBe(1);
  });

  it('keeps a group within its weight and its count', async () => {
    const groups: number[][] = [];
    const w = writer(async (items) => {
      groups.push([...items]);
      return items;
    }, 3);
    await Promise.all([900, 200, 1, 2, 3, 5_000].map((item) => w.push(item)));
    expect(groups).toEqual([[900], [200, 1, 2], [3], [5_000]]);
  });
});
