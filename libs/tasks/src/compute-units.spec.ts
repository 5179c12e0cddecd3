import { computeUnits, cusMultiplier } from './compute-units';

describe('compute units', () => {
  it.each([
    [10_000, 0.25, 3],
    [61_200, 4, 245],
    [0, 32, 0],
    [1, 0.25, 1],
    [60_000, 1, 60],
  ])('%d ms at %d× are %d units [T7]', (billableMs, multiplier, units) => {
    expect(computeUnits(billableMs, multiplier)).toBe(units);
  });

  it.each([
    ['nano', null, 0.25],
    ['4xlarge', null, 32],
    [null, null, 2],
    [null, 32, 0.25],
    [null, 600, 2],
    ['nano', 8_192, 32],
    ['large', 64, 4],
  ])('size %s with %s MB costs %d× [T7]', (size, memory, multiplier) => {
    expect(cusMultiplier(size, memory)).toBe(multiplier);
  });
});
