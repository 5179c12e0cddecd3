import type { Bucket, Dashboard } from '@app/contracts';
import { formatCount, formatDuration, formatPercent } from '@app/admin-ui/format';
import type { IconName } from '@app/admin-ui/icon';
import type { SparkBar } from '@app/admin-ui/spark';
import type { Tone } from '@app/admin-ui/status';

export interface HeroPart {
  readonly tone: Tone;
  readonly label: string;
  readonly count: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

export interface Hero {
  readonly id: string;
  readonly icon: IconName;
  readonly title: string;
  readonly value: string;
  /** Against the period of equal length before; null when there is nothing to compare with. */
  readonly change: string | null;
  readonly note: string;
  readonly parts: readonly HeroPart[];
  readonly spark: readonly SparkBar[];
}

/** "+4 %"; null without a before. */
export function changeWords(now: number, before: number | null): string | null {
  if (before === null || before === 0) return null;
  const change = Math.round((100 * (now - before)) / before);
  if (change === 0) return '±0 %';
  if (change > 999) return '> +999 %';
  return `${change > 0 ? '+' : '−'}${Math.abs(change)} %`;
}

/** Finished runs that succeeded; null when none finished. */
export function successRate({ succeeded, failed }: { succeeded: number; failed: number }): number | null {
  return succeeded + failed === 0 ? null : succeeded / (succeeded + failed);
}

/** At most 24 bars, each the sum of neighbours. */
export function sparkOf(buckets: readonly Bucket[], value: (bucket: Bucket) => SparkBar): SparkBar[] {
  const size = Math.max(1, Math.ceil(buckets.length / 24));
  const bars: SparkBar[] = [];
  for (let at = 0; at < buckets.length; at += size) {
    const part = buckets.slice(at, at + size).map(value);
    bars.push({
      ok: part.reduce((sum, bar) => sum + bar.ok, 0),
      failed: part.reduce((sum, bar) => sum + bar.failed, 0),
    });
  }
  return bars;
}

export function runsHero({ hero, buckets }: Dashboard): Hero {
  const { runs, runs_before: before } = hero;
  const rate = successRate(runs);
  const part = (
    tone: Tone,
    label: string,
    status: 'running' | 'succeeded' | 'failed' | 'cancelled' | 'pending_retry',
  ): HeroPart => ({
    tone,
    label,
    count: formatCount(runs[status]),
    path: 'runs',
    query: { status },
  });
  return {
    id: 'runs',
    icon: 'runs',
    title: 'Runs',
    value: formatCount(runs.total),
    change: changeWords(runs.total, before?.total ?? null),
    note: rate === null ? 'None finished' : `${formatPercent(rate)} succeeded`,
    parts: [
      part('ok', 'Succeeded', 'succeeded'),
      part('bad', 'Failed', 'failed'),
      part('run', 'Running', 'running'),
      ...(runs.cancelled > 0 ? [part('off', 'Cancelled', 'cancelled')] : []),
      ...(runs.pending_retry > 0 ? [part('warn', 'Retry scheduled', 'pending_retry')] : []),
    ],
    spark: sparkOf(buckets, (bucket) => ({
      ok: bucket.runs.total - bucket.runs.failed,
      failed: bucket.runs.failed,
    })),
  };
}

export function timesHero({ hero, buckets }: Dashboard): Hero {
  const mean = hero.mean_duration_us;
  return {
    id: 'times',
    icon: 'clock',
    title: 'Mean duration',
    value: mean === null ? '—' : formatDuration(mean),
    change: mean === null ? null : changeWords(mean, hero.mean_duration_before_us),
    note:
      hero.queued === 0 ? 'Nothing waits for a worker' : `${formatCount(hero.queued)} waiting for a worker`,
    parts: [],
    spark:
      buckets.length > 24
        ? meanSpark(buckets)
        : buckets.map((b) => ({ ok: b.mean_duration_us ?? 0, failed: 0 })),
  };
}

/** Means of means would count quiet bars as much as busy ones. */
function meanSpark(buckets: readonly Bucket[]): SparkBar[] {
  const ended = ({ runs }: Bucket): number => runs.succeeded + runs.failed + runs.cancelled;
  const sums = sparkOf(buckets, (bucket) => ({
    ok: (bucket.mean_duration_us ?? 0) * ended(bucket),
    failed: 0,
  }));
  const counts = sparkOf(buckets, (bucket) => ({ ok: ended(bucket), failed: 0 }));
  return sums.map(({ ok }, index) => ({ ok: ok / Math.max(1, counts[index]?.ok ?? 1), failed: 0 }));
}

export function eventsHero({ hero, buckets }: Dashboard): Hero {
  const { events } = hero;
  const base = { id: 'events', icon: 'events', title: 'Events' } as const;
  if (events === null) {
    return {
      ...base,
      value: '—',
      change: null,
      note: 'Events belong to the environment and are not counted per project.',
      parts: [],
      spark: [],
    };
  }
  const part = (tone: Tone, label: string, state: 'handled' | 'unhandled' | 'pending'): HeroPart => ({
    tone,
    label,
    count: formatCount(events[state]),
    path: 'events',
    query: { state },
  });
  return {
    ...base,
    value: formatCount(events.total),
    change: changeWords(events.total, hero.events_before?.total ?? null),
    note:
      events.total === 0
        ? 'None received'
        : events.unhandled === 0
          ? 'All found a handler'
          : `${formatPercent(events.unhandled / Math.max(1, events.total))} unhandled`,
    parts: [
      part('ok', 'Handled', 'handled'),
      part('warn', 'Unhandled', 'unhandled'),
      part('wait', 'Pending', 'pending'),
    ],
    spark: sparkOf(buckets, (bucket) => ({
      ok: (bucket.events?.total ?? 0) - (bucket.events?.unhandled ?? 0),
      failed: bucket.events?.unhandled ?? 0,
    })),
  };
}

export function tasksHero({ hero: { tasks } }: Dashboard): Hero {
  const part = (tone: Tone, label: string, count: number, status: string): HeroPart => ({
    tone,
    label,
    count: formatCount(count),
    path: 'tasks',
    query: { status },
  });
  const rate = successRate({ succeeded: tasks.completed, failed: tasks.failed });
  return {
    id: 'tasks',
    icon: 'tasks',
    title: 'Tasks',
    value: `${formatCount(tasks.total)}${tasks.total_is_capped ? '+' : ''}`,
    change: null,
    note: rate === null ? 'None finished' : `${formatPercent(rate)} completed`,
    parts: [
      part('ok', 'Completed', tasks.completed, 'completed'),
      part('bad', 'Failed', tasks.failed, 'failed,timed_out'),
      part('run', 'Running', tasks.running, 'running'),
      ...(tasks.queued > 0 ? [part('wait', 'Queued', tasks.queued, 'queued')] : []),
    ],
    spark: [],
  };
}

export function streamsHero({ hero }: Dashboard): Hero {
  const { streams } = hero;
  const part = (tone: Tone, label: string, state: string, count: number): HeroPart => ({
    tone,
    label,
    count: formatCount(count),
    path: 'streams',
    query: { state },
  });
  return {
    id: 'streams',
    icon: 'streams',
    title: 'Streams',
    value: `${formatCount(streams.total)}${streams.total_is_capped ? '+' : ''}`,
    change: null,
    note: streams.active === 0 ? 'None has open work' : `${formatCount(streams.active)} with open work now`,
    parts: [
      part('bad', 'Failed', 'failed', streams.failed),
      part('run', 'Active now', 'active', streams.active),
    ],
    spark: [],
  };
}
