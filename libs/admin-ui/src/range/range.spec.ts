import { lengthOf, momentsOf, rangeWords, shiftRange } from './range';

const NOW = Date.UTC(2026, 2, 4, 9);
const HOUR = 3_600_000;
const relative = (t: string) => ({ t, from: '', to: '' });

describe('time ranges', () => {
  it('knows the length of relative ranges and that "all" has none', () => {
    expect([lengthOf('15m'), lengthOf('24h'), lengthOf('7d'), lengthOf('all'), lengthOf('1y')]).toEqual([
      15 * 60_000,
      24 * HOUR,
      168 * HOUR,
      null,
      null,
    ]);
  });

  it('prefers absolute times and refuses a range that ends before it begins', () => {
    const range = { t: '1h', from: '2026-03-04T06:00:00Z', to: '2026-03-04T08:00:00Z' };
    expect(momentsOf(range, NOW)).toEqual({ from: NOW - 3 * HOUR, to: NOW - HOUR });
    expect(momentsOf({ ...range, from: range.to, to: range.from }, NOW)).toBeNull();
    expect(momentsOf({ ...range, from: 'yesterday' }, NOW)).toBeNull();
  });

  it('shifts by its own length; what would reach into the future ends now', () => {
    const earlier = shiftRange(relative('1h'), -1, NOW);
    expect(earlier).toEqual({ t: '', from: '2026-03-04T07:00:00.000Z', to: '2026-03-04T08:00:00.000Z' });
    if (earlier === null) throw new Error('no range');
    expect(shiftRange(earlier, 1, NOW)?.to).toBe('2026-03-04T09:00:00.000Z');
    expect(shiftRange({ t: '', from: '2026-03-04T08:30:00Z', to: '' }, 1, NOW)?.to).toBe(
      '2026-03-04T09:00:00.000Z',
    );
    expect(shiftRange(relative('all'), -1, NOW)).toBeNull();
  });

  it('says itself in words', () => {
    expect(rangeWords(relative(''), '24h', 'UTC')).toBe('Last 24 hours');
    expect(
      rangeWords({ t: '', from: '2026-03-04T06:00:00Z', to: '2026-03-04T09:00:00Z' }, '24h', 'UTC'),
    ).toBe('03-04 06:00 – 09:00');
    expect(rangeWords({ t: '', from: '2026-03-03T06:00:00Z', to: '' }, '24h', 'UTC')).toBe(
      'Since 03-03 06:00',
    );
  });
});
