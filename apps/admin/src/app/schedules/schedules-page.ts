import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import { SCHEDULE_KINDS, SCHEDULE_STATES, type ScheduleRow } from '@app/contracts';
import { FilterMenu, SearchBox } from '@app/admin-ui/filter';
import { FunctionName, TimeView } from '@app/admin-ui/format';
import { refreshOn } from '@app/admin-ui/live';
import { ClearFilters, IgnoredNotice, listPage, ListPager, NoMatch } from '@app/admin-ui/listing';
import { Scope } from '@app/admin-ui/session';
import { EmptyState } from '@app/admin-ui/states';
import { StatusChip, statusLook } from '@app/admin-ui/status';
import { StatusTabs } from '@app/admin-ui/status-tabs';
import { Cell, type Column, DataTable } from '@app/admin-ui/table';
import { list, text } from '@app/admin-ui/url';
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
const FILTERS = { q: text(), state: list(SCHEDULE_STATES), kind: list(SCHEDULE_KINDS), project: text() };
const DEFAULT_STATES = 'active,paused';
const SNIPPET = `nightly meta {schedule: "every day at 3am", timezone: "Europe/Berlin"}
fn (info) { info.scheduled_at }`;

@Component({
  selector: 'hp-schedules-page',
  imports: [
    Cell,
    ClearFilters,
    DataTable,
    EmptyState,
    FilterMenu,
    FunctionName,
    IgnoredNotice,
    ListPager,
    MatTooltip,
    NoMatch,
    OutcomeStrip,
    RouterLink,
    SearchBox,
    StatusChip,
    StatusTabs,
    TimeView,
  ],
  templateUrl: './schedules-page.html',
  styleUrl: './schedules-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SchedulesPage {
  protected readonly scope = inject(Scope);
  protected readonly list = listPage<ScheduleRow, typeof FILTERS>({
    path: 'schedules',
    filters: FILTERS,
    // What has ended is history: shown when somebody asks for it.
    query: ({ state }) => (state.length === 0 ? { state: DEFAULT_STATES } : {}),
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
  protected readonly sentenceOf = sentenceOf;
  protected readonly expressionOf = expressionOf;
  protected readonly rowId = (row: ScheduleRow): string => row.schedule_id;
  protected readonly rowLink = (row: ScheduleRow): readonly string[] =>
    this.scope.link('schedules', row.schedule_id);

  constructor() {
    refreshOn(
      ['run:start', 'run:stop', 'run:fail', 'build:status', 'project:changed'],
      () => this.list.reload(),
      ({ data }) => !('type' in data) || data.type === 'schedule',
    );
  }
}
