import { Injectable } from '@nestjs/common';
import type { Dashboard } from '@app/contracts';
import { idTimeMs, type EnvScope } from '@app/kernel';
import {
  EventListQueries,
  parseEventFilter,
  parseRunFilter,
  RunListQueries,
  SeriesQueries,
  StreamQueries,
  toEventRow,
  toRunRow,
} from '@app/observe';
import {
  bucketEdges,
  chooseGranularity,
  COUNT_CAP,
  counterWidthMs,
  suitableGranularities,
  type Granularity,
  type TimeRange,
} from '@app/platform/lists';
import { ofPeriod, ofPeriodBefore, sumEvents, sumRuns, toBuckets, toRunTypes } from './bars';
import { DashboardQueries } from './dashboard.queries';

const DAY_MS = 86_400_000;
const TABLE_ROWS = 10;

export interface DashboardRequest {
  readonly range: TimeRange;
  readonly granularity: Granularity | undefined;
  readonly timeZone: string;
  readonly projects: readonly string[] | undefined;
  readonly showPayload: boolean;
}

@Injectable()
export class DashboardService {
  constructor(
    private readonly series: SeriesQueries,
    private readonly runs: RunListQueries,
    private readonly events: EventListQueries,
    private readonly streams: StreamQueries,
    private readonly queries: DashboardQueries,
  ) {}

  /** Everything on the page. A handful of statements side by side; none of them looks at runs or events by the number. */
  async build(scope: EnvScope, request: DashboardRequest): Promise<Dashboard> {
    const { nowMs } = request.range;
    const [firstMs, projects] = await Promise.all([this.series.firstMs(scope), this.queries.projects(scope)]);
    const { fromMs, toMs } = wholeCounters(request.range, firstMs);
    const granularity = chooseGranularity(fromMs, toMs, nowMs, request.granularity);
    const edges = bucketEdges(fromMs, toMs, granularity, request.timeZone);
    // The first bar begins with the range, so that nothing before it is counted into it.
    const inner = [fromMs, ...edges.slice(1, -1), Math.max(toMs, fromMs + 1)];
    const beforeMs = fromMs - (toMs - fromMs);
    const comparable = firstMs !== null && beforeMs >= firstMs - counterWidthMs(beforeMs, nowMs);
    const sinceMs = comparable ? beforeMs : fromMs;
    const range: TimeRange = { ...request.range, fromMs, toMs };
    const chosen = request.projects;
    const projectIds =
      chosen === undefined
        ? undefined
        : projects.filter(({ name }) => chosen.includes(name)).map(({ project_id }) => project_id);
    const projectText = chosen?.join(',');

    const [runRows, eventRows, streams, tasks, queued, failed, unhandled, deploys, last] = await Promise.all([
      this.series.runs(scope, sinceMs, inner, projectIds),
      projectIds === undefined ? this.series.events(scope, sinceMs, inner) : undefined,
      this.streams.totals(scope, range),
      this.series.tasks(scope, range, projectIds),
      this.series.queued(scope),
      this.runs.newest(scope, parseRunFilter({ status: 'failed', project: projectText }, range), TABLE_ROWS),
      this.events.newest(scope, parseEventFilter({ state: 'unhandled' }, range), TABLE_ROWS),
      this.queries.deploys(scope, fromMs, toMs),
      this.series.lastIds(scope),
    ]);
    const runsNow = sumRuns(ofPeriod(runRows));
    const runsBefore = comparable ? sumRuns(ofPeriodBefore(runRows)) : undefined;
    return {
      now: iso(nowMs),
      range: { from: iso(fromMs), to: iso(toMs) },
      granularity,
      granularities: suitableGranularities(fromMs, toMs, nowMs),
      hero: {
        runs: runsNow.totals,
        runs_before: runsBefore?.totals ?? null,
        mean_duration_us: runsNow.meanUs,
        mean_duration_before_us: runsBefore?.meanUs ?? null,
        events: eventRows === undefined ? null : sumEvents(ofPeriod(eventRows)),
        events_before: eventRows === undefined || !comparable ? null : sumEvents(ofPeriodBefore(eventRows)),
        streams: {
          total: streams.total,
          total_is_capped: streams.capped,
          failed: streams.failed,
          active: streams.active,
        },
        tasks: tasksNow(tasks),
        queued,
      },
      buckets: toBuckets(inner, { fromMs, toMs }, runRows, eventRows),
      run_types: toRunTypes(ofPeriod(runRows)),
      deploys: deploys
        .filter(({ project }) => chosen?.includes(project) ?? true)
        .map(({ at, ...rest }) => ({ at: at.toISOString(), ...rest })),
      failed_runs: failed.map(toRunRow),
      unhandled_events: unhandled.map((row) => toEventRow(row, request.showPayload)),
      last_activity_at: newest(last.run_id, last.event_id),
      projects: projects.filter(({ deleted }) => !deleted).map(({ name }) => name),
      has_builds: projects.some(({ has_builds }) => has_builds),
    };
  }
}

/** The range widened to whole counters; "all" begins with the first of them. */
function wholeCounters(
  range: TimeRange,
  firstMs: number | null,
): { readonly fromMs: number; readonly toMs: number } {
  const { nowMs } = range;
  const fromMs = range.fromMs ?? Math.min(firstMs ?? nowMs - DAY_MS, nowMs - 60_000);
  const width = counterWidthMs(fromMs, nowMs);
  const toWidth = counterWidthMs(range.toMs, nowMs);
  return {
    fromMs: Math.floor(fromMs / width) * width,
    toMs: range.relative || range.toMs >= nowMs ? nowMs : Math.ceil(range.toMs / toWidth) * toWidth,
  };
}

/** As in hot.task: 1 queued, 2 running, 3 completed, 4 failed, 5 cancelled, 6 out of time. */
function tasksNow(counts: ReadonlyMap<number, number>): Dashboard['hero']['tasks'] {
  const of = (status: number): number => counts.get(status) ?? 0;
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return {
    total: Math.min(total, COUNT_CAP),
    total_is_capped: total > COUNT_CAP,
    queued: of(1),
    running: of(2),
    completed: of(3),
    failed: of(4) + of(6),
    cancelled: of(5),
  };
}

function newest(...ids: readonly (string | null)[]): string | null {
  const times = ids.map((id) => (id === null ? null : idTimeMs(id))).filter((ms) => ms !== null);
  return times.length === 0 ? null : iso(Math.max(...times));
}

const iso = (ms: number): string => new Date(ms).toISOString();
