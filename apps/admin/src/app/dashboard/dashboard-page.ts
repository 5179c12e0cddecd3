import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { BUCKET_WIDTHS, type Bucket, type Dashboard, type Single } from '@app/contracts';
import { BarChart, type ChartSeries, niceDurationMax, type PickedRange } from '@app/admin-ui/chart';
import { fetched, withQuery } from '@app/admin-ui/data';
import { FilterMenu } from '@app/admin-ui/filter';
import { Clock, formatCount, formatDuration, plural, TimeView } from '@app/admin-ui/format';
import { refreshOn } from '@app/admin-ui/live';
import { RangePicker, rangeWords, type RangeText } from '@app/admin-ui/range';
import { RunTable } from '@app/admin-ui/run-table';
import { Scope } from '@app/admin-ui/session';
import { EmptyState, ErrorState, Skeleton } from '@app/admin-ui/states';
import { StatusGlyph } from '@app/admin-ui/status';
import { pageKeys } from '@app/admin-ui/listing';
import { choice, list, text, urlState } from '@app/admin-ui/url';
import { FirstSteps } from './first-steps';
import { HeroCard } from './hero-card';
import { eventsHero, runsHero, streamsHero, tasksHero, timesHero } from './hero-model';
import { RunTypes } from './run-types';
import { UnhandledEvents } from './unhandled-events';

const RANGE = '24h';
const WIDTH_WORDS: Readonly<Record<string, string>> = {
  minute: '1 min',
  '5m': '5 min',
  '15m': '15 min',
  hour: '1 h',
  '3h': '3 h',
  day: '1 day',
  week: '1 week',
  month: '1 month',
};

/** Wider bars than usual, because a phone has no room for a hundred. The server decides whether they suit. */
function narrowWidth(range: RangeText): string {
  if (range.from !== '') return '';
  return (
    ({ '6h': '15m', '': 'hour', '24h': 'hour', '3d': '3h', '7d': 'day' } as Readonly<Record<string, string>>)[
      range.t
    ] ?? ''
  );
}

const STATE = {
  project: list(),
  t: text(),
  from: text(),
  to: text(),
  g: choice(['auto', ...BUCKET_WIDTHS], 'auto'),
};

@Component({
  selector: 'hp-dashboard-page',
  imports: [
    BarChart,
    EmptyState,
    ErrorState,
    FilterMenu,
    FirstSteps,
    HeroCard,
    RangePicker,
    RouterLink,
    RunTable,
    RunTypes,
    Skeleton,
    StatusGlyph,
    TimeView,
    UnhandledEvents,
  ],
  templateUrl: './dashboard-page.html',
  styleUrl: './dashboard-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class DashboardPage {
  protected readonly scope = inject(Scope);
  private readonly clock = inject(Clock);
  protected readonly url = urlState(STATE);
  protected readonly fallback = RANGE;
  protected readonly hover = signal(-1);
  /** Asked once: turning a phone does not change the width of the bars under the finger. */
  private readonly narrow = matchMedia('(width < 600px)').matches;

  protected readonly dashboard = fetched<Single<Dashboard>>(
    () => {
      const base = this.scope.api();
      if (base === undefined) return undefined;
      const { project, g } = this.url.values();
      return withQuery(`${base}/dashboard`, {
        ...this.rangeQuery(),
        project: project.join(','),
        g: g !== 'auto' ? g : this.narrow ? narrowWidth(this.range()) : '',
        tz: this.clock.zone,
      });
    },
    { keep: true },
  );
  protected readonly data = computed(() => this.dashboard.value()?.data);
  protected readonly range = computed<RangeText>(() => {
    const { t, from, to } = this.url.values();
    return { t, from, to };
  });
  private readonly rangeQuery = computed(() => {
    const { t, from, to } = this.url.values();
    return from !== '' || to !== '' ? { from, to } : { t: t === '' ? RANGE : t };
  });
  protected readonly rangeWords = computed(() =>
    rangeWords(this.range(), RANGE, this.clock.zone).toLowerCase(),
  );
  /** For links: the lists show the same time and projects. */
  protected readonly listQuery = computed(() => {
    const project = this.url.values().project.join(',');
    return { ...this.rangeQuery(), ...(project === '' ? {} : { project }) };
  });
  protected readonly projectOptions = computed(() =>
    (this.data()?.projects ?? []).map((name) => ({ value: name, label: name })),
  );
  protected readonly widths = computed(() =>
    (this.data()?.granularities ?? []).map((value) => ({ value, label: WIDTH_WORDS[value] ?? value })),
  );
  protected readonly heroes = computed(() => {
    const data = this.data();
    return data === undefined
      ? []
      : [runsHero(data), tasksHero(data), timesHero(data), eventsHero(data), streamsHero(data)];
  });
  protected readonly issues = computed(() => {
    const hero = this.data()?.hero;
    if (hero === undefined) return [];
    const failed = hero.runs.failed;
    const unhandled = hero.events?.unhandled ?? 0;
    const failedTasks = hero.tasks.failed;
    return [
      ...(failed > 0
        ? [
            {
              tone: 'bad' as const,
              text: plural(failed, 'failed run'),
              path: 'runs',
              query: { status: 'failed' },
            },
          ]
        : []),
      ...(failedTasks > 0
        ? [
            {
              tone: 'bad' as const,
              text: plural(failedTasks, 'failed task'),
              path: 'tasks',
              query: { status: 'failed,timed_out' },
            },
          ]
        : []),
      ...(unhandled > 0
        ? [
            {
              tone: 'warn' as const,
              text: plural(unhandled, 'unhandled event'),
              path: 'events',
              query: { state: 'unhandled' },
            },
          ]
        : []),
    ];
  });

  protected readonly buckets = computed(() => this.data()?.buckets ?? []);
  protected readonly runSeries = computed<readonly ChartSeries[]>(() => [
    this.series('succeeded', 'Succeeded', 'ok', (bucket) => bucket.runs.succeeded),
    this.series('running', 'Running', 'run', (bucket) => bucket.runs.running),
    this.series('cancelled', 'Cancelled', 'off', (bucket) => bucket.runs.cancelled),
    this.series('pending_retry', 'Retry scheduled', 'warn', (bucket) => bucket.runs.pending_retry),
    this.series('failed', 'Failed', 'bad', (bucket) => bucket.runs.failed),
  ]);
  protected readonly eventSeries = computed<readonly ChartSeries[]>(() => [
    this.series('handled', 'Handled', 'ok', (bucket) => bucket.events?.handled ?? 0),
    this.series('pending', 'Pending', 'wait', (bucket) => bucket.events?.pending ?? 0),
    this.series('unhandled', 'Unhandled', 'warn', (bucket) => bucket.events?.unhandled ?? 0),
  ]);
  protected readonly durationSeries = computed<readonly ChartSeries[]>(() => [
    {
      key: 'mean',
      label: 'Mean duration',
      colour: 'var(--hot-cat-1)',
      values: this.buckets().map(({ mean_duration_us }) => mean_duration_us),
    },
  ]);
  protected readonly marks = computed(() =>
    (this.data()?.deploys ?? []).map(({ at, project, hash }) => ({
      at,
      label: `Deployed ${project} ${hash.slice(0, 10)}`,
    })),
  );
  protected readonly isEmpty = computed(() => {
    const hero = this.data()?.hero;
    return hero !== undefined && hero.runs.total === 0 && (hero.events?.total ?? 0) === 0;
  });
  protected readonly formatDuration = formatDuration;
  protected readonly formatCount = formatCount;
  protected readonly durationMax = niceDurationMax;

  constructor() {
    pageKeys({ reload: () => this.dashboard.reload() });
    refreshOn(
      [
        'run:start',
        'run:stop',
        'run:fail',
        'run:cancel',
        'run:retry',
        'event:created',
        'event:handled',
        'build:status',
      ],
      () => this.dashboard.reload(),
    );
  }

  protected setRange(range: RangeText): void {
    this.url.set({ ...range, g: 'auto' });
  }

  protected zoom({ from, to }: PickedRange): void {
    this.url.set({ t: '', from, to, g: 'auto' });
  }

  protected setWidth(event: Event): void {
    if (event.target instanceof HTMLSelectElement) this.url.set({ g: event.target.value as 'auto' });
  }

  private series(key: string, label: string, tone: string, value: (bucket: Bucket) => number): ChartSeries {
    return { key, label, colour: `var(--hot-${tone}-mark)`, values: this.buckets().map(value) };
  }
}
