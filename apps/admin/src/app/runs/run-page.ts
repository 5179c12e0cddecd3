import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import type { LiveRun, RunDetail, Single, Trace, ValueText } from '@app/contracts';
import { AttributionCard } from '@app/admin-ui/attribution';
import { Confirm, Tell } from '@app/admin-ui/confirm';
import { ApiClient, fetched } from '@app/admin-ui/data';
import { Duration, FunctionName, formatCount, ShortId, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { refreshOn } from '@app/admin-ui/live';
import { Scope } from '@app/admin-ui/session';
import { ErrorState, Skeleton } from '@app/admin-ui/states';
import { StatusChip } from '@app/admin-ui/status';
import { ValueViewer } from '@app/admin-ui/value';
import { RerunDialog, type RerunData } from './rerun-dialog';
import { RunFailureBlock } from './run-failure';
import { RunHierarchy } from './run-hierarchy';
import { RunLogs } from './run-logs';
import { RunOutput } from './run-output';
import { RunTimeline } from './run-timeline';
import { shortIdTitle } from './run-title';

const TABS = ['timeline', 'hierarchy', 'logs', 'output'] as const;

@Component({
  selector: 'hp-run-page',
  imports: [
    AttributionCard,
    Duration,
    ErrorState,
    FunctionName,
    Icon,
    MatTooltip,
    RouterLink,
    RunFailureBlock,
    RunHierarchy,
    RunLogs,
    RunOutput,
    RunTimeline,
    ShortId,
    Skeleton,
    StatusChip,
    TimeView,
    ValueViewer,
  ],
  templateUrl: './run-page.html',
  styleUrl: './run-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RunPage {
  readonly runId = input.required<string>();
  readonly tab = input.required<string>();

  private readonly api = inject(ApiClient);
  private readonly confirm = inject(Confirm);
  private readonly dialogs = inject(MatDialog);
  private readonly tell = inject(Tell);
  protected readonly scope = inject(Scope);

  private readonly address = computed(() => {
    const base = this.scope.api();
    return base === undefined ? undefined : `${base}/runs/${encodeURIComponent(this.runId())}`;
  });
  protected readonly detail = fetched<Single<RunDetail>>(() => this.address());
  protected readonly run = computed(() => this.detail.value()?.data);
  protected readonly inputValue = fetched<Single<ValueText>>(() =>
    this.run()?.has_input === true ? this.part('input') : undefined,
  );
  protected readonly result = fetched<Single<ValueText>>(() =>
    this.run()?.has_result === true ? this.part('result') : undefined,
  );
  protected readonly trace = fetched<Single<Trace>>(() =>
    this.run() === undefined ? undefined : this.part('trace'),
  );

  protected readonly activeTab = computed(() => TABS.find((tab) => tab === this.tab()) ?? 'timeline');
  protected readonly tabs = computed(() => [
    { id: 'timeline' as const, label: 'Timeline', count: this.run()?.call_count },
    { id: 'hierarchy' as const, label: 'Hierarchy', count: undefined },
    { id: 'logs' as const, label: 'Logs', count: undefined },
    ...((this.run()?.stream_data_count ?? 0) > 0
      ? [{ id: 'output' as const, label: 'Output', count: this.run()?.stream_data_count }]
      : []),
  ]);
  protected readonly title = computed(() => shortIdTitle(this.runId()));
  protected readonly formatCount = formatCount;

  constructor() {
    refreshOn(
      ['run:start', 'run:stop', 'run:fail', 'run:cancel', 'run:retry'],
      async () => {
        await this.detail.reload();
        await Promise.all([this.trace.reload(), this.result.reload()]);
      },
      (message) => {
        const about = message.data as LiveRun;
        return about.run_id === this.runId() || about.event_id === this.run()?.event_id;
      },
    );
  }

  protected part(name: string): string | undefined {
    const address = this.address();
    return address === undefined ? undefined : `${address}/${name}`;
  }

  protected async retry(run: RunDetail): Promise<void> {
    await this.act(async () => {
      await this.api.send('POST', `${this.address() ?? ''}/retry`, {});
      this.tell.done(
        `Attempt ${run.attempt + 1} started.`,
        run.event_id === null ? undefined : this.scope.link('events', run.event_id),
      );
    });
  }

  protected rerun(run: RunDetail): void {
    this.dialogs.open<RerunDialog, RerunData>(RerunDialog, {
      data: { run, address: this.address() ?? '', input: this.inputValue.value()?.data ?? null },
      width: '640px',
      maxWidth: '96vw',
    });
  }

  protected async cancel(run: RunDetail): Promise<void> {
    const sure = await this.confirm.ask({
      title: 'Cancel this run?',
      consequences: [
        run.status === 'running'
          ? 'It stops at the next safe point. What it has already done stays done.'
          : 'The attempt that is planned will not happen.',
      ],
      verb: 'Cancel run',
      danger: true,
    });
    if (!sure) return;
    await this.act(async () => {
      await this.api.send('POST', `${this.address() ?? ''}/cancel`, {});
      this.tell.done('Cancelling.');
      await this.detail.reload();
    });
  }

  private async act(deed: () => Promise<void>): Promise<void> {
    try {
      await deed();
    } catch (problem) {
      this.tell.problem(problem);
    }
  }
}
