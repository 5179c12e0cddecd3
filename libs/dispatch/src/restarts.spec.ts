import { readRestarts, withRestart } from './restarts';

describe('restarts of a run', () => {
  it('come back as they were written, in order', () => {
    const first = withRestart(readRestarts(null), 'the isolate ran out of memory', 0);
    const both = withRestart(first, 'the worker was told to end', 1_000);
    expect(readRestarts(JSON.stringify(both))).toEqual([
      { at: '1970-01-01T00:00:00.000Z', reason: 'the isolate ran out of memory' },
      { at: '1970-01-01T00:00:01.000Z', reason: 'the worker was told to end' },
    ]);
  });

  it('keep the latest of many, and the beginning of a long reason', () => {
    let restarts = readRestarts(null);
    for (let n = 0; n < 30; n += 1) restarts = withRestart(restarts, `${n} ${'x'.repeat(1_000)}`, n);
    expect(restarts).toHaveLength(20);
    expect(restarts[0]?.reason.startsWith('10 ')).toBe(true);
    expect(restarts.at(-1)?.reason).toHaveLength(200);
  });
});
