import { eventually } from './eventually';

describe('eventually', () => {
  it('returns the value of the first try that neither throws nor is false', async () => {
    let tries = 0;
    const value = await eventually(
      () => {
        tries += 1;
        if (tries === 1) throw new Error('not yet');
        return tries === 2 ? false : `try ${tries}`;
      },
      { everyMs: 1 },
    );
    expect(value).toBe('try 3');
  });

  it('throws the last error when the deadline has passed', async () => {
    let tries = 0;
    const attempt = (): never => {
      tries += 1;
      throw new Error(`failure ${tries}`);
    };
    await expect(eventually(attempt, { timeoutMs: 20, everyMs: 2 })).rejects.toThrow(
      /^failure ([2-9]|\d\d+)$/,
    );
  });

  it('tries at least once, even without any time', async () => {
    await expect(eventually(() => 'at once', { timeoutMs: 0 })).resolves.toBe('at once');
  });
});
