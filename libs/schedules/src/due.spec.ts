import { decide, MAX_BACKFILL, type Decision } from './due';

const NOW = Date.parse('2026-03-04T10:07:23.400Z');
const at = (text: string): number => Date.parse(`2026-03-04T${text}Z`);
const decided = (cron: string, due: string, backfill = false): Decision =>
  decide({ cron, timezone: 'UTC', dueMs: at(due), backfill }, NOW);
const times = ({ fire }: Decision): string[] =>
  fire.map(({ atMs, isBackfill }) => new Date(atMs).toISOString().slice(11, 19) + (isBackfill ? '*' : ''));
const next = ({ nextMs }: Decision): string | null =>
  nextMs === null ? null : new Date(nextMs).toISOString().slice(11, 19);

const EVERY_SECOND = '* * * * * * *';
const EVERY_5_MINUTES = '0 */5 * * * * *';

describe('what becomes of a schedule that is due [S8]', () => {
  it('happens, and is due again at its next time', () => {
    const decision = decided(EVERY_SECOND, '10:07:23');
    expect([times(decision), next(decision), decision.skipped]).toEqual([['10:07:23'], '10:07:24', null]);
  });

  it('makes up for every occurrence of the last half minute', () => {
    const decision = decided(EVERY_SECOND, '10:07:20');
    expect(times(decision)).toEqual(['10:07:20', '10:07:21', '10:07:22', '10:07:23']);
    expect(next(decision)).toBe('10:07:24');
  });

  it('counts what is older, once something newer happens', () => {
    const decision = decided(EVERY_SECOND, '10:06:00');
    expect(decision.fire).toHaveLength(30);
    expect(times(decision).slice(0, 1)).toEqual(['10:06:54']);
    expect(decision.skipped).toEqual({ atMs: at('10:06:00'), count: 54 });
    expect(next(decision)).toBe('10:07:24');
  });

  it('happens late when it is the latest and at most five minutes old', () => {
    const decision = decided(EVERY_5_MINUTES, '09:50:00');
    expect(times(decision)).toEqual(['10:05:00']);
    expect(decision.skipped).toEqual({ atMs: at('09:50:00'), count: 3 });
    expect(next(decision)).toBe('10:10:00');
  });

  it('does not happen when it is older', () => {
    const decision = decided('0 0 * * * * *', '09:00:00');
    expect(times(decision)).toEqual([]);
    expect(decision.skipped).toEqual({ atMs: at('09:00:00'), count: 2 });
    expect(next(decision)).toBe('11:00:00');
  });

  it('happens for every missed time with backfill, oldest first', () => {
    const decision = decided(EVERY_5_MINUTES, '09:50:00', true);
    expect(times(decision)).toEqual(['09:50:00*', '09:55:00*', '10:00:00*', '10:05:00*']);
    expect([decision.skipped, next(decision)]).toEqual([null, '10:10:00']);
  });

  it('happens a hundred times with backfill, and counts the rest', () => {
    const decision = decided('0 * * * * * *', '08:00:00', true);
    expect(decision.fire.filter(({ isBackfill }) => isBackfill)).toHaveLength(MAX_BACKFILL);
    expect(decision.skipped).toEqual({ atMs: at('09:40:00'), count: 27 });
    expect(times(decision).at(-1)).toBe('10:07:00');
  });

  it('does not go further back than a day with backfill', () => {
    const due = at('10:00:00') - 2 * 86_400_000;
    const decision = decide({ cron: '0 0 * * * * *', timezone: 'UTC', dueMs: due, backfill: true }, NOW);
    expect(decision.fire[0]?.atMs).toBe(at('11:00:00') - 86_400_000);
    expect(decision.skipped).toEqual({ atMs: due, count: 25 });
  });

  it('happens once when it was to happen once, however late [S7]', () => {
    const decision = decide(
      { cron: '@at:2026-01-01T00:00:00.000Z', timezone: 'UTC', dueMs: Date.UTC(2026, 0, 1), backfill: false },
      NOW,
    );
    expect(decision).toEqual({
      fire: [{ atMs: Date.UTC(2026, 0, 1), isBackfill: false }],
      skipped: null,
      nextMs: null,
    });
  });

  it('ends with its last year', () => {
    expect(decided('23 7 10 4 3 ? 2026', '10:07:23').nextMs).toBeNull();
  });
});
