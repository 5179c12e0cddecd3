import { expiredPeriods } from './expired-periods';

const at = (text: string): number => Date.parse(text);

describe('expired periods', () => {
  it('are days for classes up to 30 days: kept until their last moment is old enough', () => {
    const names = ['run_7_20261101', 'event_7_20261101', 'run_7_20261102'];
    expect(expiredPeriods(names, at('2026-11-08T23:59:59Z'))).toEqual([]);
    expect(expiredPeriods(names, at('2026-11-09T00:00:00Z'))).toEqual([
      {
        retentionClass: 7,
        name: '20261101',
        fromMs: at('2026-11-01T00:00:00Z'),
        toMs: at('2026-11-02T00:00:00Z'),
      },
    ]);
  });

  it('are months for longer classes', () => {
    const names = ['access_90_20260201', 'trace_segment_365_20250201'];
    expect(expiredPeriods(names, at('2026-05-29T23:59:59Z')).map(({ name }) => name)).toEqual(['20250201']);
    expect(expiredPeriods(names, at('2026-05-30T00:00:00Z')).map(({ name }) => name)).toEqual([
      '20250201',
      '20260201',
    ]);
  });

  it('come oldest first, whatever their class', () => {
    const names = ['run_30_20260102', 'run_7_20260103', 'run_7_20260101'];
    expect(expiredPeriods(names, at('2027-01-01T00:00:00Z')).map(({ name }) => name)).toEqual([
      '20260101',
      '20260102',
      '20260103',
    ]);
  });

  it('are kept longer by the days of grace', () => {
    expect(expiredPeriods(['run_7_20261101'], at('2026-11-11T00:00:00Z'), 3)).toEqual([]);
    expect(expiredPeriods(['run_7_20261101'], at('2026-11-12T00:00:00Z'), 3)).toHaveLength(1);
  });

  it('are never those of what is kept for ever, nor defaults, nor other tables', () => {
    const names = ['run_all_20200101', 'run_7_default', 'schedule_7_20200101', 'run_7', 'xrun_7_20200101'];
    expect(expiredPeriods(names, at('2027-01-01T00:00:00Z'))).toEqual([]);
  });
});
