import type { ScheduleOccurrence, ScheduleRow } from '@app/contracts';
import { expressionOf, lateness, outcomeOf, sentenceOf } from './outcome';

const occurrence = (more: Partial<ScheduleOccurrence> = {}): ScheduleOccurrence => ({
  scheduled_at: '2026-01-01T06:00:00.000Z',
  executed_at: '2026-01-01T06:00:00.100Z',
  is_backfill: false,
  skipped: 0,
  event_id: 'e',
  run_id: null,
  status: null,
  duration_us: null,
  ...more,
});
const schedule = (expression: string, words: string | null): ScheduleRow =>
  ({ expression, words }) as ScheduleRow;

describe('an occurrence', () => {
  it('says what became of it, and why there is no run', () => {
    expect(outcomeOf(occurrence({ status: 'failed', run_id: 'r' }))).toEqual({
      status: 'failed',
      words: 'Failed',
    });
    expect(outcomeOf(occurrence({ skipped: 3, event_id: null })).words).toBe('Left out 3 times');
    expect(outcomeOf(occurrence()).words).toBe('No run is known of it');
  });

  it('is late when it was, and not when it was left out', () => {
    expect(lateness(occurrence())).toBeNull();
    expect(lateness(occurrence({ executed_at: '2026-01-01T06:01:00.000Z' }))).toBe(60_000);
    expect(lateness(occurrence({ executed_at: '2026-01-01T06:01:00.000Z', skipped: 1 }))).toBeNull();
  });
});

describe('a schedule', () => {
  it('is told once: as a sentence, with the expression where that differs', () => {
    const cron = schedule('0 6 * * 1-5', 'Every weekday at 06:00');
    expect([sentenceOf(cron), expressionOf(cron)]).toEqual(['Every weekday at 06:00', '0 6 * * 1-5']);
    const words = schedule('every 10 seconds', 'Every 10 seconds');
    expect([sentenceOf(words), expressionOf(words)]).toEqual(['Every 10 seconds', '']);
    const odd = schedule('0 9 * * 1#2', null);
    expect([sentenceOf(odd), expressionOf(odd)]).toEqual(['0 9 * * 1#2', '']);
  });
});
