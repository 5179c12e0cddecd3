import fc from 'fast-check';
import { hasAttemptsLeft, readRetryPolicy, retryDelayMs } from './retry-policy';

const delays = (meta: unknown, retries: number) =>
  Array.from({ length: retries }, (_, index) => retryDelayMs(readRetryPolicy(meta), index + 1, 0.5));

describe('retry policy', () => {
  it('takes an integer as the number of attempts', () => {
    expect(readRetryPolicy(3)).toEqual({
      attempts: 3,
      delayMs: 1_000,
      maxDelayMs: 300_000,
      backoff: 'fixed',
      jitter: false,
    });
  });

  it('never retries without a policy', () => {
    for (const meta of [undefined, null, 'often', true, [], {}, { delay: 5 }, -1, 0.9]) {
      expect(hasAttemptsLeft(readRetryPolicy(meta), 0)).toBe(false);
    }
  });

  it('clamps what a handler asks for', () => {
    expect(readRetryPolicy({ attempts: 99, delay: 1, 'max-delay': 1e12 })).toMatchObject({
      attempts: 10,
      delayMs: 100,
      maxDelayMs: 3_600_000,
    });
  });

  it('accepts both spellings of the longest pause', () => {
    expect(readRetryPolicy({ max_delay: 2_000 }).maxDelayMs).toBe(2_000);
    expect(readRetryPolicy({ 'max-delay': 3_000 }).maxDelayMs).toBe(3_000);
  });

  it('doubles, adds up or stays', () => {
    expect(delays({ attempts: 10, backoff: 'exponential' }, 5)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
    expect(delays({ attempts: 10, backoff: 'linear' }, 3)).toEqual([1_000, 2_000, 3_000]);
    expect(delays({ attempts: 10 }, 3)).toEqual([1_000, 1_000, 1_000]);
    expect(delays({ attempts: 10, backoff: 'exponential' }, 10)[9]).toBe(300_000);
  });

  it('keeps every pause between 100 ms and the cap, ±10 % with jitter [R1]', () => {
    fc.assert(
      fc.property(
        fc.record({
          attempts: fc.integer(),
          delay: fc.double(),
          max_delay: fc.integer(),
          backoff: fc.constantFrom('fixed', 'linear', 'exponential', 'odd'),
          jitter: fc.boolean(),
        }),
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (meta, retry, random) => {
          const policy = readRetryPolicy(meta);
          const delay = retryDelayMs(policy, retry, random);
          expect(delay).toBeGreaterThanOrEqual(100);
          expect(delay).toBeLessThanOrEqual(Math.ceil(policy.maxDelayMs * 1.1));
        },
      ),
    );
  });

  it('allows exactly as many retries as attempts [R1]', () => {
    const policy = readRetryPolicy(2);
    expect([0, 1, 2, 3].map((attempt) => hasAttemptsLeft(policy, attempt))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
