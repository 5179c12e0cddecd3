import { periodAt, type Period } from './billing-period';

const period = (start: string, end: string): Period => ({ start: new Date(start), end: new Date(end) });
const at = (now: string, agreed: Period | null): readonly string[] => {
  const { start, end } = periodAt(new Date(now), agreed);
  return [start.toISOString(), end.toISOString()];
};

describe('the period that use counts in', () => {
  it('is the month of the calendar where nothing is agreed', () => {
    expect(at('2026-03-31T23:59:59.999Z', null)).toEqual([
      '2026-03-01T00:00:00.000Z',
      '2026-04-01T00:00:00.000Z',
    ]);
    expect(at('2026-12-01T00:00:00Z', null)).toEqual([
      '2026-12-01T00:00:00.000Z',
      '2027-01-01T00:00:00.000Z',
    ]);
  });

  it('is the agreed one while it lasts', () => {
    const agreed = period('2026-01-15T10:00:00Z', '2027-01-15T10:00:00Z');
    expect(at('2026-07-01T00:00:00Z', agreed)).toEqual([
      '2026-01-15T10:00:00.000Z',
      '2027-01-15T10:00:00.000Z',
    ]);
  });

  it('goes on by months when nobody has moved it', () => {
    const agreed = period('2026-01-31T10:00:00Z', '2026-03-31T10:00:00Z');
    expect(at('2026-03-31T10:00:00Z', agreed)).toEqual([
      '2026-03-31T10:00:00.000Z',
      '2026-04-30T10:00:00.000Z',
    ]);
    expect(at('2026-04-30T09:59:59Z', agreed)[0]).toBe('2026-03-31T10:00:00.000Z');
    expect(at('2027-02-10T00:00:00Z', agreed)).toEqual([
      '2027-01-31T10:00:00.000Z',
      '2027-02-28T10:00:00.000Z',
    ]);
  });

  it('is the month of the calendar before the agreed one begins', () => {
    const agreed = period('2026-06-15T00:00:00Z', '2026-07-15T00:00:00Z');
    expect(at('2026-06-01T00:00:00Z', agreed)[0]).toBe('2026-06-01T00:00:00.000Z');
  });
});
