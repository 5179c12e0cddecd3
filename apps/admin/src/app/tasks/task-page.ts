import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import type { Listing, LiveRun, RunRow, Single, TaskDetail, Trace, ValueText } from '@app/contracts';
import { AttributionCard } from '@app/admin-ui/attribution';
import { Confirm, Tell } from '@app/admin-ui/confirm';
import { ApiClient, fetched } from '@app/admin-ui/data';
import {
  Duration,
  formatCount,
  formatDuration,
  FunctionName,
  shortId,
  ShortId,
  TimeView,
} from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { refreshOn } from '@app/admin-ui/live';
import { RunTable } from '@app/admin-ui/run-table';
import { Scope } from '@app/admin-ui/session';
import { EmptyState, ErrorState, Skeleton } from '@app/admin-ui/states';
import { StatusChip } from '@app/admin-ui/status';
import { ValueViewer } from '@app/admin-ui/value';
import { RunFailureBlock } from '../runs/run-failure';
import { RunHierarchy } from '../runs/run-hierarchy';
import { RunLogs } from '../runs/run-logs';
import { RunOutput } from '../runs/run-output';
import { RunTimeline } from '../runs/run-timeline';
import { TaskContainerView } from './task-container';
import { TaskTiming } from './task-timing';

const TABS = [
  { id: 'calls', label: 'Calls' },
  { id: 'logs', label: 'Logs' },
  { id: 'output', label: 'Output' },
  { id: 'graph', label: 'Hierarchy' },
  { id: 'attempts', label: 'Attempts' },
] as const;

@Component({
  selector: 'hp-task-page',
  imports: [
    AttributionCard,
    Duration,
    EmptyState,
    ErrorState,
    FunctionName,
    Icon,
    MatTooltip,
    RouterLink,
    RunFailureBlock,
    RunHierarchy,
    RunLogs,
    RunOutput,
    RunTable,
    RunTimeline,
    ShortId,
    Skeleton,
    StatusChip,
    TaskContainerView,
    TaskTiming,
    TimeView,
    ValueViewer,
  ],
  templateUrl: './task-page.html',
  styleUrl: './task-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class TaskPage {
  readonly taskId = input.required<string>();
  readonly tab = input.required<string>();

  private readonly api = inject(ApiClient);
  private readonly confirm = inject(Confirm);
  private readonly tell = inject(Tell);
  protected readonly scope = inject(Scope);

  private readonly address = computed(() => {
    const base = this.scope.api();
    return base === undefined ? undefined : `${base}/tasks/${encodeURIComponent(this.taskId())}`;
  });
  protected readonly detail = fetched<Single<TaskDetail>>(() => this.address());
  protected readonly task = computed(() => this.detail.value()?.data);
  protected readonly inputValue = fetched<Single<ValueText>>(() =>
    this.task()?.has_input === true ? this.part('input') : undefined,
  );
  protected readonly result = fetched<Single<ValueText>>(() =>
    this.task()?.has_result === true ? this.part('result') : undefined,
  );
  protected readonly checkpoint = fetched<Single<ValueText>>(() =>
    this.task()?.checkpoint_at === null || this.task() === undefined ? undefined : this.part('checkpoint'),
  );
  protected readonly runs = fetched<Listing<RunRow>>(() => {
    const address = this.part('runs');
    return address === undefined ? undefined : `${address}?limit=100`;
  });
  /** Whose calls and logs are shown: the attempt that goes on, or the last one. */
  protected readonly runId = computed(() => this.task()?.run_id ?? this.runs.value()?.data[0]?.run_id);
  protected readonly trace = fetched<Single<Trace>>(() => this.runPart('trace'));

  protected readonly tabs = TABS;
  protected readonly activeTab = computed(() => TABS.find(({ id }) => id === this.tab())?.id ?? 'calls');
  protected readonly title = computed(() => `Task ${shortId(this.taskId())}`);
  protected readonly formatCount = formatCount;
  protected readonly formatDuration = formatDuration;

  constructor() {
    refreshOn(
      ['run:start', 'run:stop', 'run:fail', 'run:cancel', 'run:retry'],
      async () => {
        await Promise.all([this.detail.reload(), this.runs.reload()]);
        await Promise.all([this.trace.reload(), this.result.reload(), this.checkpoint.reload()]);
      },
      // The event that orders a task has the task's id.
      (message) => (message.data as LiveRun).event_id === this.taskId(),
    );
  }

  protected part(name: string): string | undefined {
    const address = this.address();
    return address === undefined ? undefined : `${address}/${name}`;
  }

  protected runPart(name: string): string | undefined {
    const base = this.scope.api();
    const runId = this.runId();
    return base === undefined || runId === undefined ? undefined : `${base}/runs/${runId}/${name}`;
  }

  protected async cancel(task: TaskDetail): Promise<void> {
    const sure = await this.confirm.ask({
      title: 'Cancel this task?',
      consequences: [
        task.status === 'running'
          ? 'It learns of it, has three seconds, and is stopped. What it has already done stays done.'
          : 'It will not run.',
      ],
      verb: 'Cancel task',
      danger: true,
    });
    if (!sure) return;
    try {
      await this.api.send('POST', `${this.address() ?? ''}/cancel`, {});
      this.tell.done('Cancelling.');
      await this.detail.reload();
    } catch (problem) {
      this.tell.problem(problem);
    }
  }
}
