import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import { SCHEDULE_KINDS, SCHEDULE_STATES, type Listing, type ScheduleRow } from '@app/contracts';
import { fetched, withQuery } from '@app/admin-ui/data';
import { FilterMenu, SearchBox } from '@app/admin-ui/filter';
import { FunctionName, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { refreshOn } from '@app/admin-ui/live';
import { Scope } from '@app/admin-ui/session';
import { EmptyState } from '@app/admin-ui/states';
import { StatusChip, statusLook } from '@app/admin-ui/status';
import { StatusTabs } from '@app/admin-ui/status-tabs';
import { Cell, type Column, DataTable, isTyping, PAGE_SIZES, Pager } from '@app/admin-ui/table';
import { integer, list, text, urlState } from '@app/admin-ui/url';
import { expressionOf, sentenceOf } from './outcome';
import { OutcomeStrip } from './outcome-strip';

const COLUMNS: readonly Column[] = [
  { id: 'state', header: 'State', width: 100, from: 760 },
  { id: 'function', header: 'Function', card: 1 },
  { id: 'schedule', header: 'Schedule', width: 236, card: 2 },
  { id: 'next', header: 'Next run', width: 108, align: 'end', card: 1 },
  { id: 'last', header: 'Last run', width: 108, align: 'end', from: 900 },
  { id: 'recent', header: 'Last ten', width: 150, from: 620 },
  { id: 'project', header: 'Project', width: 124, from: 980 },
];
const DEFAULT_STATES = ['active', 'paused'] as const;
const SNIPPET = `nightly meta {schedule: "every day at 3am", timezone: "Europe/Berlin"}
fn (info) { info.scheduled_at }`;

@Component({
  selector: 'hp-schedules-page',
  imports: [
    Cell,
    DataTable,
    EmptyState,
    FilterMenu,
    FunctionName,
    Icon,
    MatTooltip,
    OutcomeStrip,
    Pager,
    RouterLink,
    SearchBox,
    StatusChip,
    StatusTabs,
    TimeView,
  ],
  templateUrl: './schedules-page.html',
  styleUrl: './schedules-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '(document:keydown)': 'pressKey($event)' },
})
export class SchedulesPage {
  protected readonly scope = inject(Scope);
  protected readonly url = urlState({
    q: text(),
    state: list(SCHEDULE_STATES),
    kind: list(SCHEDULE_KINDS),
    project: text(),
    size: integer(25, PAGE_SIZES),
    cur: text(),
  });
  protected readonly columns = COLUMNS;
  protected readonly snippet = SNIPPET;
  protected readonly tabs = SCHEDULE_STATES.map((value) => ({
    value,
    ...statusLook(value === 'active' ? 'valid' : value),
  }));
  protected readonly kinds = [
    { value: 'declared', label: 'declared in code' },
    { value: 'made', label: 'made by a program' },
  ];
  protected readonly schedules = fetched<Listing<ScheduleRow>>(
    () => {
      const base = this.scope.api();
      const { q, state, kind, project, size, cur } = this.url.values();
      // What has ended is history: shown when somebody asks for it.
      const states = state.length === 0 ? DEFAULT_STATES : state;
      const query = { q, kind: kind.join(','), project, limit: size, cursor: cur, include: 'facets' };
      return base === undefined
        ? undefined
        : withQuery(`${base}/schedules`, { ...query, state: states.join(',') });
    },
    { keep: true },
  );
  protected readonly facets = computed(() => this.schedules.value()?.facets);
  protected readonly filtered = computed(() => {
    const { q, state, kind, project } = this.url.values();
    return q !== '' || project !== '' || state.length + kind.length > 0;
  });
  protected readonly sentenceOf = sentenceOf;
  protected readonly expressionOf = expressionOf;
  protected readonly rowId = (row: ScheduleRow): string => row.schedule_id;
  protected readonly rowLink = (row: ScheduleRow): readonly string[] =>
    this.scope.link('schedules', row.schedule_id);

  constructor() {
    refreshOn(
      ['run:start', 'run:stop', 'run:fail', 'build:status', 'project:changed'],
      () => this.schedules.reload(),
      ({ data }) => !('type' in data) || data.type === 'schedule',
    );
  }

  protected change(
    change: Partial<{ q: string; state: readonly string[]; kind: readonly string[]; project: string }>,
  ): void {
    this.url.set({ ...change, cur: '' }, { replace: change.q !== undefined });
  }

  protected clear(): void {
    this.change({ q: '', state: [], kind: [], project: '' });
  }

  protected pressKey(event: KeyboardEvent): void {
    if (isTyping(event)) return;
    if (event.key === 'r') void this.schedules.reload();
    if (event.key === 'F' && event.shiftKey) this.clear();
  }
}
