import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import { TASK_STATUSES, type Listing, type LiveRun, type TaskRow } from '@app/contracts';
import { fetched, withQuery } from '@app/admin-ui/data';
import { FilterMenu, SearchBox } from '@app/admin-ui/filter';
import { Duration, FunctionName, ShortId, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { refreshOn } from '@app/admin-ui/live';
import { RangePicker, type RangeText } from '@app/admin-ui/range';
import { Scope } from '@app/admin-ui/session';
import { EmptyState } from '@app/admin-ui/states';
import { StatusChip, statusLook } from '@app/admin-ui/status';
import { StatusTabs } from '@app/admin-ui/status-tabs';
import { Cell, type Column, DataTable, isTyping, PAGE_SIZES, Pager } from '@app/admin-ui/table';
import { integer, list, text, urlState } from '@app/admin-ui/url';

const RANGE = '24h';

const STATE = {
  q: text(),
  status: list(TASK_STATUSES),
  project: list(),
  t: text(),
  from: text(),
  to: text(),
  size: integer(25, PAGE_SIZES),
  cur: text(),
};

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
    DataTable,
    Duration,
    EmptyState,
    FilterMenu,
    FunctionName,
    Icon,
    MatTooltip,
    Pager,
    RangePicker,
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
  host: { '(document:keydown)': 'pressKey($event)' },
})
export class TasksPage {
  protected readonly scope = inject(Scope);
  protected readonly url = urlState(STATE);
  protected readonly fallback = RANGE;
  protected readonly columns = COLUMNS;
  protected readonly snippet = SNIPPET;
  protected readonly tasks = fetched<Listing<TaskRow>>(
    () => {
      const base = this.scope.api();
      if (base === undefined) return undefined;
      const { q, status, project, t, from, to, size, cur } = this.url.values();
      const absolute = from !== '' || to !== '';
      return withQuery(`${base}/tasks`, {
        q,
        from,
        to,
        t: absolute ? '' : t === '' ? RANGE : t,
        status: status.join(','),
        project: project.join(','),
        limit: size,
        cursor: cur,
        include: 'facets',
      });
    },
    { keep: true },
  );

  protected readonly range = computed<RangeText>(() => {
    const { t, from, to } = this.url.values();
    return { t, from, to };
  });
  protected readonly facets = computed(() => this.tasks.value()?.facets);
  protected readonly tabs = TASK_STATUSES.map((value) => ({ value, ...statusLook(value) }));
  protected readonly projectOptions = computed(() => {
    const known = this.facets()?.['project']?.map(({ value }) => value) ?? [];
    return [...new Set([...known, ...this.url.values().project])]
      .sort()
      .map((value) => ({ value, label: value }));
  });
  protected readonly filtered = computed(() => {
    const { q, status, project } = this.url.values();
    return q !== '' || status.length + project.length > 0;
  });
  protected readonly rowId = (task: TaskRow): string => task.task_id;
  protected readonly rowLink = (task: TaskRow): readonly string[] => this.scope.link('tasks', task.task_id);

  constructor() {
    // A task is told as the run that it is, and its beginning as the event that orders it.
    refreshOn(
      ['run:start', 'run:stop', 'run:fail', 'run:cancel', 'run:retry', 'event:created'],
      () => this.tasks.reload(),
      ({ topic, data }) =>
        topic === 'event:created'
          ? (data as { readonly type: string }).type === 'hot:task'
          : (data as LiveRun).type === 'task',
    );
  }

  protected change(
    change: Partial<{ status: readonly string[]; project: readonly string[]; q: string }>,
  ): void {
    this.url.set({ ...change, cur: '' }, { replace: change.q !== undefined });
  }

  protected changeRange(range: RangeText): void {
    this.url.set({ ...range, cur: '' });
  }

  protected clear(): void {
    this.change({ status: [], project: [], q: '' });
  }

  protected pressKey(event: KeyboardEvent): void {
    if (isTyping(event)) return;
    if (event.key === 'r') void this.tasks.reload();
    if (event.key === 'F' && event.shiftKey) this.clear();
  }
}

const SNIPPET = `job ::hot::task/start(::app::report/build, {month: "2024-05"})
done ::hot::task/await(job.id)`;
