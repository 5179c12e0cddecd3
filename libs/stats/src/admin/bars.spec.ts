import { sumEvents, sumRuns, toBuckets, toRunTypes } from './bars';

const HOUR = 3_600_000;

describe('figures of the dashboard', () => {
  it('adds up runs, and means only of those that ended', () => {
    const rows = [
      { bar: 1, run_type: 2, status: 2, count: 3, sum_us: 300 },
      { bar: 1, run_type: 2, status: 3, count: 1, sum_us: 500 },
      { bar: 1, run_type: 1, status: 1, count: 2, sum_us: 0 },
      { bar: 1, run_type: 1, status: 5, count: 1, sum_us: 0 },
    ];
    expect(sumRuns(rows)).toEqual({
      totals: { total: 7, running: 2, succeeded: 3, failed: 1, cancelled: 0, pending_retry: 1 },
      meanUs: 200,
    });
    expect(sumRuns([]).meanUs).toBeNull();
    expect(toRunTypes(rows)).toEqual([
      { type: 'event', count: 4, failed: 1 },
      { type: 'call', count: 3, failed: 0 },
    ]);
  });

  it('never shows fewer than no handled events', () => {
    expect(
      sumEvents([
        { bar: 1, state: 1, count: 1 },
        { bar: 1, state: 3, count: 2 },
      ]),
    ).toEqual({ total: 1, pending: 0, unhandled: 2, handled: 0 });
  });

  it('has a bar for every hour, with zeros where nothing happened, cut to the range', () => {
    const edges = [0, HOUR, 2 * HOUR, 3 * HOUR];
    const range = { fromMs: HOUR / 2, toMs: 2.5 * HOUR };
    const buckets = toBuckets(
      edges,
      range,
      [{ bar: 2, run_type: 2, status: 2, count: 4, sum_us: 8 }],
      undefined,
    );
    expect(
      buckets.map(({ start, end, runs }) => [start.slice(11, 16), end.slice(11, 16), runs.total]),
    ).toEqual([
      ['00:30', '01:00', 0],
      ['01:00', '02:00', 4],
      ['02:00', '02:30', 0],
    ]);
    expect(buckets[0]?.events).toBeNull();
  });
});
