import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Listing, LiveRun, Single, StreamDataRow, StreamDetail, StreamMember } from '@app/contracts';
import { AttributionCard } from '@app/admin-ui/attribution';
import { fetched } from '@app/admin-ui/data';
import { Duration, formatCount, ShortId, shortId, TimeView } from '@app/admin-ui/format';
import { refreshOn } from '@app/admin-ui/live';
import { Scope } from '@app/admin-ui/session';
import { EmptyState, ErrorState, Skeleton } from '@app/admin-ui/states';
import { StatusChip } from '@app/admin-ui/status';
import { DataList } from '@app/admin-ui/stream-data';
import { StreamTimeline } from './stream-timeline';

const TABS = ['timeline', 'data'] as const;

@Component({
  selector: 'hp-stream-page',
  imports: [
    AttributionCard,
    DataList,
    Duration,
    EmptyState,
    ErrorState,
    RouterLink,
    ShortId,
    Skeleton,
    StatusChip,
    StreamTimeline,
    TimeView,
  ],
  templateUrl: './stream-page.html',
  styleUrl: './stream-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class StreamPage {
  readonly streamId = input.required<string>();
  readonly tab = input.required<string>();
  protected readonly scope = inject(Scope);

  private readonly address = computed(() => {
    const base = this.scope.api();
    return base === undefined ? undefined : `${base}/streams/${encodeURIComponent(this.streamId())}`;
  });
  protected readonly detail = fetched<Single<StreamDetail>>(() => this.address());
  protected readonly stream = computed(() => this.detail.value()?.data);
  protected readonly members = fetched<Listing<StreamMember>>(() => {
    const address = this.address();
    return address === undefined ? undefined : `${address}/members?limit=500`;
  });
  protected readonly data = fetched<Listing<StreamDataRow>>(() => {
    const address = this.address();
    return address === undefined || this.activeTab() !== 'data' ? undefined : `${address}/data?limit=500`;
  });
  protected readonly activeTab = computed(() => TABS.find((tab) => tab === this.tab()) ?? 'timeline');
  protected readonly title = computed(
    () => this.stream()?.root_label ?? `Stream ${shortId(this.streamId())}`,
  );
  protected readonly formatCount = formatCount;

  constructor() {
    refreshOn(
      ['run:start', 'run:stop', 'run:fail', 'run:cancel', 'run:retry', 'event:created', 'stream:data'],
      async () => {
        await Promise.all([this.detail.reload(), this.members.reload(), this.data.reload()]);
      },
      (message) => (message.data as LiveRun).stream_id === this.streamId(),
    );
  }
}
