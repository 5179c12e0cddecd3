import { scaleBand } from 'd3-scale';
import { axisLabels } from './axis-labels';
import { bandsOf, niceDurationMax, niceMax, paddingFor } from './scale';

describe('niceMax', () => {
  it.each([
    [0, 4],
    [1, 4],
    [5, 8],
    [23, 40],
    [214, 400],
    [3412, 4000],
  ])('rounds %i up to %i, so that its quarters are whole', (value, max) => {
    expect(niceMax(value)).toBe(max);
  });

  it('rounds durations in the unit that is read', () => {
    expect(niceDurationMax(3_700_000)).toBe(4_000_000);
    expect(niceDurationMax(84_000)).toBe(100_000);
    expect(niceDurationMax(9 * 60_000_000)).toBe(10 * 60_000_000);
  });
});

describe('bandsOf', () => {
  it.each([
    [96, 900],
    [24, 640],
    [7, 311],
    [1, 500],
  ])('lies exactly where the library draws %i bars on %i px', (count, width) => {
    const padding = paddingFor(count, width);
    const domain = Array.from({ length: count }, (_, i) => String(i));
    const theirs = scaleBand<string>()
      .rangeRound([0, width])
      .paddingInner(count / (width / padding + 1))
      .domain(domain);
    const ours = bandsOf(count, width, padding);
    expect(ours.width).toBe(theirs.bandwidth());
    expect(domain.map((_, i) => ours.start + i * ours.step)).toEqual(domain.map((name) => theirs(name)));
  });
});

describe('axisLabels', () => {
  const HOUR = 3_600_000;
  const starts = (from: number, width: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => from + i * width);

  it('labels full hours at even distances and marks midnight by its date', () => {
    const labels = axisLabels(starts(Date.UTC(2026, 2, 3, 9), HOUR / 4, 96), 'UTC', 10);
    expect(labels.map(({ text }) => text)).toEqual([
      '09:00',
      '12:00',
      '15:00',
      '18:00',
      '21:00',
      '03-04',
      '03:00',
      '06:00',
    ]);
    expect(labels.filter(({ strong }) => strong).map(({ text }) => text)).toEqual(['03-04']);
  });

  it('follows the zone, also one that is 45 minutes off', () => {
    const labels = axisLabels(starts(Date.UTC(2026, 2, 3, 18), HOUR / 4, 8), 'Asia/Kathmandu', 10);
    expect(labels.map(({ text }) => text)).toContain('03-04');
  });

  it('labels days by date and never gives more than asked for', () => {
    expect(axisLabels(starts(Date.UTC(2026, 1, 1), 24 * HOUR, 30), 'UTC', 6).length).toBeLessThanOrEqual(6);
    expect(axisLabels([], 'UTC', 6)).toEqual([]);
  });
});
