import { hasWarning, percentOf } from './usage-percent';

describe('how much of a limit is used', () => {
  it.each([
    [50, 200, 25],
    [300, 200, 150],
    [1, 3, 100 / 3],
    [5, 0, 0],
    [5, -1, 0],
    [0, 10, 0],
  ])('%i of %i is %d percent', (used, limit, percent) => {
    expect(percentOf(used, limit)).toBe(percent);
  });

  it('is worth a warning above 90 percent only, unrounded', () => {
    expect(hasWarning([0, percentOf(90, 100)])).toBe(false);
    expect(hasWarning([0, percentOf(900_001, 1_000_000)])).toBe(true);
  });
});
