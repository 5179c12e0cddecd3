import { since } from './since';

const NOW = Date.UTC(2026, 2, 31, 12, 0, 0);
const at = (iso: string) => Date.parse(iso);

describe('time_range', () => {
  it.each([
    ['P7D', '2026-03-24T12:00:00Z'],
    ['P30D', '2026-03-01T12:00:00Z'],
    ['PT1H', '2026-03-31T11:00:00Z'],
    ['P1W', '2026-03-24T12:00:00Z'],
    ['P1M', '2026-02-28T12:00:00Z'],
    ['P1Y1M', '2025-02-28T12:00:00Z'],
    ['P1DT12H', '2026-03-30T00:00:00Z'],
    ['PT90M', '2026-03-31T10:30:00Z'],
    ['PT1S', '2026-03-31T11:59:59Z'],
    ['P3660D', '2016-03-23T12:00:00Z'],
  ])('reads %s', (duration, moment) => {
    expect(since(duration, NOW)).toBe(at(moment));
  });

  it.each([
    '7D',
    'P',
    'PT',
    'P1DT',
    'P-1D',
    'P1.5D',
    'p7d',
    'P0D',
    'PT0S',
    'P99Y',
    'P3661D',
    'P1H',
    'PT1D',
    ' P1D',
    '',
  ])('refuses %p', (duration) => {
    expect(() => since(duration, NOW)).toThrow(/^time_range must be/);
  });
});
