import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import { TASK_STATUSES, type LiveRun, type TaskRow } from '@app/contracts';
import { FilterMenu, SearchBox } from '@app/admin-ui/filter';
import { Duration, FunctionName, ShortId, TimeView } from '@app/admin-ui/format';
import { refreshOn } from '@app/admin-ui/live';
import {
  ClearFilters,
  facetOptions,
  IgnoredNotice,
  listPage,
  ListPager,
  ListRange,
  NoMatch,
} from '@app/admin-ui/listing';
import { Scope } from '@app/admin-ui/session';
import { EmptyState } from '@app/admin-ui/states';
import { StatusChip, statusLook } from '@app/admin-ui/status';
import { StatusTabs } from '@app/admin-ui/status-tabs';
import { Cell, type Column, DataTable } from '@app/admin-ui/table';
import { list, text } from '@app/admin-ui/url';

const FILTERS = { q: text(), status: list(TASK_STATUSES), project: list() };

const COLUMNS: readonly Column[] = [
  { id: 'status', header: 'Status', width: 128, card: 1 },
  { id: 'work', header: 'Function', card: 1 },
  { id: 'id', header: 'Task', width: 134, from: 1080 },
  { id: 'type', header: 'Type', width: 84, from: 1240 },
  { id: 'project', header: 'Project', width: 120, from: 900 },
  { id: 'attempt', header: 'Attempt', width: 84, align: 'end', from: 1080 },
  { id: 'origin', header: 'Started by', width: 124, from: 1240 },
  {
    id: 'queue',
    header: 'Queued',
    width: 88,
    align: 'end',
    from: 820,
    hint: 'From its start until a worker took it',
  },
  { id: 'duration', header: 'Duration', width: 96, align: 'end', card: 2 },
  { id: 'created', header: 'Created', width: 108, align: 'end', card: 2 },
];

@Component({
  selector: 'hp-tasks-page',
  imports: [
    Cell,
    ClearFilters,
    DataTable,
    Duration,
    EmptyState,
    FilterMenu,
    FunctionName,
    IgnoredNotice,
    ListPager,
    ListRange,
    MatTooltip,
    NoMatch,
    RouterLink,
    SearchBox,
    ShortId,
    StatusChip,
    StatusTabs,
    TimeView,
  ],
  templateUrl: './tasks-page.html',
  styleUrl: './tasks-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class TasksPage {
  protected readonly scope = inject(Scope);
  protected readonly list = listPage<TaskRow, typeof FILTERS>({
    path: 'tasks',
    filters: FILTERS,
    range: '24h',
  });
  protected readonly columns = COLUMNS;
  protected readonly snippet = SNIPPET;
  protected readonly tabs = TASK_STATUSES.map((value) => ({ value, ...statusLook(value) }));
  protected readonly projectOptions = computed(() =>
    facetOptions(this.list.facets(), 'project', this.list.values().project),
  );
  protected readonly rowId = (task: TaskRow): string => task.task_id;
  protected readonly rowLink = (task: TaskRow): readonly string[] => this.scope.link('tasks', task.task_id);

  constructor() {
    // A task is told as the run that it is, and its beginning as the event that orders it.
    refreshOn(
      ['run:start', 'run:stop', 'run:fail', 'run:cancel', 'run:retry', 'event:created'],
      () => this.list.reload(),
      ({ topic, data }) =>
        topic === 'event:created'
          ? (data as { readonly type: string }).type === 'hot:task'
          : (data as LiveRun).type === 'task',
    );
  }
}

const SNIPPET = `job ::hot::task/start(::app::report/build, {month: "2024-05"})
done ::hot::task/await(job.id)`;
