import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { RouterLink } from '@angular/router';
import type { EventDetail, Listing, LiveRun, RunRow, Single } from '@app/contracts';
import { AttributionCard } from '@app/admin-ui/attribution';
import { fetched } from '@app/admin-ui/data';
import { formatBytes, ShortId, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { refreshOn } from '@app/admin-ui/live';
import { RunTable } from '@app/admin-ui/run-table';
import { Scope } from '@app/admin-ui/session';
import { EmptyState, ErrorState, Skeleton } from '@app/admin-ui/states';
import { StatusChip } from '@app/admin-ui/status';
import { ValueViewer } from '@app/admin-ui/value';
import { SendEventDialog, type SendEventData } from './send-event-dialog';

@Component({
  selector: 'hp-event-page',
  imports: [
    AttributionCard,
    EmptyState,
    ErrorState,
    Icon,
    RouterLink,
    RunTable,
    ShortId,
    Skeleton,
    StatusChip,
    TimeView,
    ValueViewer,
  ],
  templateUrl: './event-page.html',
  styleUrl: './event-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class EventPage {
  readonly eventId = input.required<string>();
  private readonly dialogs = inject(MatDialog);
  protected readonly scope = inject(Scope);

  protected readonly address = computed(() => {
    const base = this.scope.api();
    return base === undefined ? undefined : `${base}/events/${encodeURIComponent(this.eventId())}`;
  });
  protected readonly detail = fetched<Single<EventDetail>>(() => this.address());
  protected readonly event = computed(() => this.detail.value()?.data);
  protected readonly runs = fetched<Listing<RunRow>>(() => {
    const address = this.address();
    return address === undefined ? undefined : `${address}/runs?limit=100`;
  });
  protected readonly formatBytes = formatBytes;

  constructor() {
    refreshOn(
      ['run:start', 'run:stop', 'run:fail', 'run:cancel', 'run:retry', 'event:handled'],
      async () => {
        await Promise.all([this.detail.reload(), this.runs.reload()]);
      },
      (message) => (message.data as LiveRun).event_id === this.eventId(),
    );
  }

  protected sendAgain(event: EventDetail): void {
    const data: SendEventData = {
      type: event.type,
      ...(event.payload === null || event.payload.truncated ? {} : { json: event.payload.json }),
    };
    this.dialogs.open(SendEventDialog, { width: '680px', maxWidth: '96vw', data });
  }
}
