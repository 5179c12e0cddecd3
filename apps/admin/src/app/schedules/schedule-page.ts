import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Listing, ScheduleDetail, ScheduleOccurrence, ScheduleStarted, Single } from '@app/contracts';
import { Confirm, Tell } from '@app/admin-ui/confirm';
import { ApiClient, fetched, withQuery } from '@app/admin-ui/data';
import { Clock, Duration, formatDuration, FunctionName, ShortId, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { refreshOn } from '@app/admin-ui/live';
import { Scope } from '@app/admin-ui/session';
import { EmptyState, ErrorState, Skeleton } from '@app/admin-ui/states';
import { StatusChip } from '@app/admin-ui/status';
import { Cell, type Column, DataTable, PAGE_SIZES, Pager } from '@app/admin-ui/table';
import { integer, text, urlState } from '@app/admin-ui/url';
import { lateness, outcomeOf, sentenceOf } from './outcome';

const COLUMNS: readonly Column[] = [
  { id: 'scheduled', header: 'Was due', width: 204, card: 1 },
  { id: 'outcome', header: 'Outcome', card: 1 },
  { id: 'notes', header: 'Notes', width: 130, card: 2 },
  { id: 'duration', header: 'Duration', width: 100, align: 'end', card: 2 },
  { id: 'event', header: 'Event', width: 120, from: 640 },
];

@Component({
  selector: 'hp-schedule-page',
  imports: [
    Cell,
    DataTable,
    Duration,
    EmptyState,
    ErrorState,
    FunctionName,
    Icon,
    Pager,
    RouterLink,
    ShortId,
    Skeleton,
    StatusChip,
    TimeView,
  ],
  templateUrl: './schedule-page.html',
  styleUrl: './schedule-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SchedulePage {
  readonly scheduleId = input.required<string>();
  private readonly api = inject(ApiClient);
  private readonly confirm = inject(Confirm);
  private readonly tell = inject(Tell);
  protected readonly scope = inject(Scope);
  protected readonly zone = inject(Clock).zone;
  protected readonly url = urlState({ size: integer(25, PAGE_SIZES), cur: text() });
  protected readonly columns = COLUMNS;
  protected readonly busy = signal(false);

  private readonly address = computed(() => {
    const base = this.scope.api();
    return base === undefined ? undefined : `${base}/schedules/${encodeURIComponent(this.scheduleId())}`;
  });
  protected readonly detail = fetched<Single<ScheduleDetail>>(() => this.address());
  protected readonly schedule = computed(() => this.detail.value()?.data);
  protected readonly log = fetched<Listing<ScheduleOccurrence>>(
    () => {
      const address = this.address();
      const { size, cur } = this.url.values();
      return address === undefined
        ? undefined
        : withQuery(`${address}/occurrences`, { limit: size, cursor: cur });
    },
    { keep: true },
  );
  protected readonly formatDuration = formatDuration;
  protected readonly lateness = lateness;
  protected readonly outcomeOf = outcomeOf;
  protected readonly sentenceOf = sentenceOf;
  protected readonly rowId = (row: ScheduleOccurrence): string => row.scheduled_at;

  constructor() {
    refreshOn(
      ['run:start', 'run:stop', 'run:fail'],
      () => this.reload(),
      ({ data }) => !('function' in data) || data.function === this.schedule()?.function,
    );
  }

  protected async runNow(schedule: ScheduleDetail): Promise<void> {
    this.busy.set(true);
    try {
      const { data } = await this.api.send<Single<ScheduleStarted>>(
        'POST',
        `${this.address() ?? ''}/run`,
        {},
      );
      this.tell.done(`${schedule.function} was started.`, this.scope.link('events', data.event_id));
      await this.reload();
    } catch (failure) {
      this.tell.problem(failure);
    } finally {
      this.busy.set(false);
    }
  }

  protected async end(schedule: ScheduleDetail): Promise<void> {
    const sure = await this.confirm.ask({
      title: `End this schedule of ${schedule.function}?`,
      consequences: ['It does not happen again. A program may make another one.'],
      verb: 'End schedule',
      danger: true,
    });
    if (!sure) return;
    try {
      await this.api.send('DELETE', this.address() ?? '');
      this.tell.done('The schedule has ended.');
      await this.reload();
    } catch (failure) {
      this.tell.problem(failure);
    }
  }

  private async reload(): Promise<void> {
    await Promise.all([this.detail.reload(), this.log.reload()]);
  }
}
