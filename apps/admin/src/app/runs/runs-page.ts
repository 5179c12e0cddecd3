import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { RUN_STATUSES, RUN_TYPES, type Listing, type LiveRun, type RunRow } from '@app/contracts';
import { fetched, withQuery } from '@app/admin-ui/data';
import { FilterMenu, SearchBox } from '@app/admin-ui/filter';
import { Icon } from '@app/admin-ui/icon';
import { onLive } from '@app/admin-ui/live';
import { RangePicker, type RangeText } from '@app/admin-ui/range';
import { RunTable } from '@app/admin-ui/run-table';
import { Scope } from '@app/admin-ui/session';
import { EmptyState } from '@app/admin-ui/states';
import { statusLook } from '@app/admin-ui/status';
import { StatusTabs } from '@app/admin-ui/status-tabs';
import { isTyping, NewPill, PAGE_SIZES, Pager } from '@app/admin-ui/table';
import { choice, integer, list, text, urlState } from '@app/admin-ui/url';
import { applyLiveRun, concernsList } from './live-runs';

const RANGE = '24h';

const STATE = {
  q: text(),
  status: list(RUN_STATUSES),
  type: list(RUN_TYPES),
  project: list(),
  t: text(),
  from: text(),
  to: text(),
  sort: choice(['-started', 'started', '-duration', 'duration'], '-started'),
  size: integer(25, PAGE_SIZES),
  cur: text(),
};

@Component({
  selector: 'hp-runs-page',
  imports: [EmptyState, FilterMenu, Icon, NewPill, Pager, RangePicker, RunTable, SearchBox, StatusTabs],
  templateUrl: './runs-page.html',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '(document:keydown)': 'pressKey($event)' },
})
export class RunsPage {
  private readonly scope = inject(Scope);
  protected readonly url = urlState(STATE);
  protected readonly fallback = RANGE;
  protected readonly runs = fetched<Listing<RunRow>>(
    () => {
      const base = this.scope.api();
      if (base === undefined) return undefined;
      const { status, type, project, size, cur, t, from, to, q, sort } = this.url.values();
      const absolute = from !== '' || to !== '';
      return withQuery(`${base}/runs`, {
        q,
        sort,
        from,
        to,
        t: absolute ? '' : t === '' ? RANGE : t,
        status: status.join(','),
        type: type.join(','),
        project: project.join(','),
        limit: size,
        cursor: cur,
        include: 'facets',
      });
    },
    { keep: true },
  );

  /** Runs that started since the list was loaded. */
  private readonly waiting = signal<ReadonlySet<string>>(new Set());
  protected readonly fresh = signal<ReadonlySet<string>>(new Set());
  protected readonly news = computed(() => this.waiting().size);

  protected readonly range = computed<RangeText>(() => {
    const { t, from, to } = this.url.values();
    return { t, from, to };
  });
  protected readonly facets = computed(() => this.runs.value()?.facets);
  protected readonly tabs = RUN_STATUSES.map((value) => ({ value, ...statusLook(value) }));
  protected readonly typeOptions = RUN_TYPES.map((type) => ({ value: type, label: type }));
  protected readonly projectOptions = computed(() => {
    const known = this.facets()?.['project']?.map(({ value }) => value) ?? [];
    return [...new Set([...known, ...this.url.values().project])]
      .sort()
      .map((value) => ({ value, label: value }));
  });
  protected readonly filtered = computed(() => {
    const { q, status, type, project } = this.url.values();
    return q !== '' || status.length + type.length + project.length > 0;
  });

  constructor() {
    onLive(['run:start', 'run:stop', 'run:fail', 'run:cancel', 'run:retry'], (message) => {
      if (message.topic === 'resync') void this.reload();
      else this.hear(message.topic, message.data as LiveRun);
    });
  }

  protected change(
    change: Partial<{
      status: readonly string[];
      type: readonly string[];
      project: readonly string[];
      q: string;
    }>,
  ): void {
    this.forget();
    this.url.set({ ...change, cur: '' }, { replace: change.q !== undefined });
  }

  protected changeRange(range: RangeText): void {
    this.forget();
    this.url.set({ ...range, cur: '' });
  }

  protected changeSort(sort: string): void {
    this.forget();
    this.url.set({ sort: sort as '-started', cur: '' });
  }

  protected clear(): void {
    this.change({ status: [], type: [], project: [], q: '' });
  }

  /** Brings in what is new, and says which rows those are. */
  protected async reload(): Promise<void> {
    const waiting = this.waiting();
    await this.runs.reload();
    this.waiting.set(new Set());
    this.fresh.set(waiting);
  }

  protected pressKey(event: KeyboardEvent): void {
    if (isTyping(event)) return;
    if (event.key === 'r') void this.reload();
    if (event.key === 'F' && event.shiftKey) this.clear();
  }

  private hear(topic: string, run: LiveRun): void {
    this.runs.patch((listing) => applyLiveRun(listing, run));
    const { sort, cur, to } = this.url.values();
    const first = cur === '' && sort === '-started' && to === '';
    if (topic !== 'run:start' || !first || !concernsList(run, this.url.values())) return;
    if (this.runs.value()?.data.some(({ run_id }) => run_id === run.run_id)) return;
    this.waiting.update((ids) => new Set([...ids, run.run_id]));
  }

  private forget(): void {
    this.waiting.set(new Set());
    this.fresh.set(new Set());
  }
}
