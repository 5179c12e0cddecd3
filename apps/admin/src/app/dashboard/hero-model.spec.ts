import type { Bucket, Dashboard, RunTotals } from '@app/contracts';
import { changeWords, eventsHero, runsHero, sparkOf, successRate, tasksHero, timesHero } from './hero-model';

const totals = (over: Partial<RunTotals> = {}): RunTotals => ({
  total: 0,
  running: 0,
  succeeded: 0,
  failed: 0,
  cancelled: 0,
  pending_retry: 0,
  ...over,
});

const dashboard = (over: Partial<Dashboard['hero']> = {}, buckets: readonly Bucket[] = []): Dashboard => ({
  now: '',
  range: { from: '', to: '' },
  granularity: 'hour',
  granularities: [],
  hero: {
    runs: totals({ total: 10, succeeded: 8, failed: 1, running: 1 }),
    runs_before: totals({ total: 8 }),
    mean_duration_us: 84_000,
    mean_duration_before_us: 84_000,
    events: { total: 4, handled: 3, unhandled: 1, pending: 0 },
    events_before: null,
    streams: { total: 3, total_is_capped: false, failed: 0, active: 0 },
    tasks: {
      total: 5,
      total_is_capped: false,
      queued: 0,
      running: 1,
      completed: 3,
      failed: 1,
      cancelled: 0,
    },
    queued: 0,
    ...over,
  },
  buckets,
  run_types: [],
  deploys: [],
  failed_runs: [],
  unhandled_events: [],
  last_activity_at: null,
  projects: [],
  has_builds: true,
});

describe('hero figures', () => {
  it('compare with the period before, and with nothing when there was none', () => {
    expect([changeWords(10, 8), changeWords(8, 10), changeWords(5, 5)]).toEqual(['+25 %', '−20 %', '±0 %']);
    expect([changeWords(5, 0), changeWords(5, null)]).toEqual([null, null]);
    expect(changeWords(5000, 1)).toBe('> +999 %');
  });

  it('leave unfinished and cancelled runs out of the success rate', () => {
    expect(successRate({ succeeded: 95, failed: 5 })).toBe(0.95);
    expect(successRate({ succeeded: 0, failed: 0 })).toBeNull();
    expect(runsHero(dashboard()).note).toBe('89 % succeeded');
  });

  it('open lists that add up to them', () => {
    expect(runsHero(dashboard()).parts.map(({ query, count }) => [query, count])).toEqual([
      [{ status: 'succeeded' }, '8'],
      [{ status: 'failed' }, '1'],
      [{ status: 'running' }, '1'],
    ]);
    expect(eventsHero(dashboard()).parts.map(({ query }) => query)).toContainEqual({ state: 'unhandled' });
  });

  it('say why events are missing under a project filter', () => {
    const hero = eventsHero(dashboard({ events: null }));
    expect(hero.value).toBe('—');
    expect(hero.note).toContain('not counted per project');
  });

  it('do not praise when nothing came', () => {
    expect(eventsHero(dashboard({ events: { total: 0, handled: 0, unhandled: 0, pending: 0 } })).note).toBe(
      'None received',
    );
    expect(timesHero(dashboard({ mean_duration_us: null })).value).toBe('—');
  });

  it('draw at most 24 bars that keep the sum', () => {
    const buckets = Array.from({ length: 96 }, (_, i): Bucket => ({
      start: String(i),
      end: String(i + 1),
      runs: totals({ total: i, failed: i % 2 }),
      mean_duration_us: null,
      events: null,
    }));
    const bars = sparkOf(buckets, ({ runs }) => ({ ok: runs.total, failed: runs.failed }));
    expect(bars).toHaveLength(24);
    expect(bars.reduce((sum, { ok }) => sum + ok, 0)).toBe((95 * 96) / 2);
    expect(bars.reduce((sum, { failed }) => sum + failed, 0)).toBe(48);
  });

  it('shows tasks by what became of them, and leads to the list of those', () => {
    const hero = tasksHero(dashboard());
    expect([hero.value, hero.note]).toEqual(['5', '75 % completed']);
    expect(hero.parts.map(({ label, count, query }) => [label, count, query['status']])).toEqual([
      ['Completed', '3', 'completed'],
      ['Failed', '1', 'failed,timed_out'],
      ['Running', '1', 'running'],
    ]);
  });
});
