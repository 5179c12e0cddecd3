import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { STREAM_STATES, type StreamRow } from '@app/contracts';
import { SearchBox } from '@app/admin-ui/filter';
import { Duration, formatCount, ShortId, TimeView } from '@app/admin-ui/format';
import { onLive } from '@app/admin-ui/live';
import { ClearFilters, IgnoredNotice, listPage, ListPager, ListRange, NoMatch } from '@app/admin-ui/listing';
import { Scope } from '@app/admin-ui/session';
import { EmptyState } from '@app/admin-ui/states';
import { StatusChip, statusLook } from '@app/admin-ui/status';
import { StatusTabs } from '@app/admin-ui/status-tabs';
import { Cell, type Column, DataTable, NewPill } from '@app/admin-ui/table';
import { list, text } from '@app/admin-ui/url';

const FILTERS = { q: text(), state: list(STREAM_STATES) };

const COLUMNS: readonly Column[] = [
  { id: 'state', header: 'State', width: 120, card: 1 },
  { id: 'root', header: 'Began with', card: 1 },
  { id: 'id', header: 'Stream', width: 140, from: 720 },
  { id: 'runs', header: 'Runs', width: 72, align: 'end', card: 2 },
  { id: 'events', header: 'Events', width: 76, align: 'end', from: 640 },
  { id: 'failures', header: 'Failed', width: 76, align: 'end' },
  { id: 'started', header: 'Started', width: 112, align: 'end', card: 2 },
  { id: 'activity', header: 'Last activity', width: 120, align: 'end', from: 980 },
  {
    id: 'duration',
    header: 'Duration',
    width: 112,
    align: 'end',
    card: 2,
    hint: 'From the start to the last activity',
  },
];

@Component({
  selector: 'hp-streams-page',
  imports: [
    Cell,
    ClearFilters,
    DataTable,
    Duration,
    EmptyState,
    IgnoredNotice,
    ListPager,
    ListRange,
    NewPill,
    NoMatch,
    RouterLink,
    SearchBox,
    ShortId,
    StatusChip,
    StatusTabs,
    TimeView,
  ],
  templateUrl: './streams-page.html',
  styles: `
    .root {
      color: inherit;
      font-weight: 500;
    }

    .bad {
      color: var(--hot-bad-fg);
      font-weight: 500;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class StreamsPage {
  protected readonly scope = inject(Scope);
  protected readonly list = listPage<StreamRow, typeof FILTERS>({
    path: 'streams',
    filters: FILTERS,
    range: '24h',
  });
  protected readonly columns = COLUMNS;
  protected readonly tabs = STREAM_STATES.map((value) => ({ value, ...statusLook(value) }));
  protected readonly formatCount = formatCount;
  protected readonly rowId = (stream: StreamRow): string => stream.stream_id;
  protected readonly rowLink = (stream: StreamRow): readonly string[] =>
    this.scope.link('streams', stream.stream_id);

  constructor() {
    onLive(['event:created'], (message) => {
      if (message.topic === 'resync') void this.list.reload();
      if (message.topic !== 'event:created' || this.list.filtered()) return;
      // Also one that is older than the range and goes on.
      const { stream_id } = message.data;
      this.list.announce(stream_id, (row) => row.stream_id === stream_id);
    });
  }
}
