import fc from 'fast-check';

describe('property tests', () => {
  it('draw the same cases in every run unless told otherwise', () => {
    const wanted = process.env['PROPERTY_SEED'] ?? '20261125';
    const { seed } = fc.readConfigureGlobal();
    expect(seed).toBe(wanted === 'random' ? undefined : Number(wanted));
    if (wanted !== '20261125') return;
    expect(fc.sample(fc.integer(), 3)).toEqual(fc.sample(fc.integer(), { numRuns: 3, seed: 20261125 }));
  });
});
