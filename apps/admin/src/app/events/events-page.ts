import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { RouterLink } from '@angular/router';
import { EVENT_SOURCES, EVENT_STATES, type EventRow, type LiveEvent } from '@app/contracts';
import { FilterMenu, SearchBox } from '@app/admin-ui/filter';
import { formatCount, ShortId, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { onLive } from '@app/admin-ui/live';
import { ClearFilters, IgnoredNotice, listPage, ListPager, ListRange, NoMatch } from '@app/admin-ui/listing';
import { Scope } from '@app/admin-ui/session';
import { EmptyState } from '@app/admin-ui/states';
import { StatusChip, statusLook } from '@app/admin-ui/status';
import { StatusTabs } from '@app/admin-ui/status-tabs';
import { Cell, type Column, DataTable, NewPill } from '@app/admin-ui/table';
import { list, text } from '@app/admin-ui/url';
import { SendEventDialog } from './send-event-dialog';
import { typeSegments } from './type-segments';

const FILTERS = { q: text(), state: list(EVENT_STATES), source: list(EVENT_SOURCES), type: text() };

const COLUMNS: readonly Column[] = [
  { id: 'state', header: 'Handled', width: 128, card: 1 },
  { id: 'type', header: 'Event type', width: 220, card: 1 },
  { id: 'payload', header: 'Payload', card: 2, from: 760 },
  { id: 'id', header: 'Event', width: 134, from: 1240 },
  {
    id: 'handlers',
    header: 'Handlers',
    width: 112,
    from: 900,
    hint: 'Succeeded and failed, by the newest attempt',
  },
  { id: 'source', header: 'Source', width: 92, from: 820 },
  { id: 'stream', header: 'Stream', width: 124, from: 1080 },
  { id: 'time', header: 'Time', width: 108, align: 'end', card: 2 },
];

@Component({
  selector: 'hp-events-page',
  imports: [
    Cell,
    ClearFilters,
    DataTable,
    EmptyState,
    FilterMenu,
    Icon,
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
  templateUrl: './events-page.html',
  styleUrl: './events-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class EventsPage {
  private readonly dialogs = inject(MatDialog);
  protected readonly scope = inject(Scope);
  protected readonly list = listPage<EventRow, typeof FILTERS>({
    path: 'events',
    filters: FILTERS,
    range: '24h',
  });
  protected readonly columns = COLUMNS;
  protected readonly tabs = EVENT_STATES.map((value) => ({ value, ...statusLook(value) }));
  protected readonly sourceOptions = EVENT_SOURCES.map((value) => ({ value, label: value }));
  protected readonly formatCount = formatCount;
  protected readonly segments = typeSegments;
  protected readonly rowId = (event: EventRow): string => event.event_id;
  protected readonly rowLink = (event: EventRow): readonly string[] =>
    this.scope.link('events', event.event_id);

  constructor() {
    onLive(['event:created', 'event:handled'], (message) => {
      if (message.topic === 'resync') void this.list.reload();
      if (message.topic === 'event:created') this.hear(message.data);
      if (message.topic === 'event:handled') {
        const { event_id, state } = message.data;
        this.list.patch((listing) => ({
          ...listing,
          data: listing.data.map((row) => (row.event_id === event_id ? { ...row, state } : row)),
        }));
      }
    });
  }

  protected send(): void {
    this.dialogs.open(SendEventDialog, { width: '680px', maxWidth: '96vw' });
  }

  private hear(event: LiveEvent): void {
    const { state, source, type, q } = this.list.values();
    const fits =
      state.length === 0 &&
      (source.length === 0 || source.includes(event.source)) &&
      matchesType(event.type, type) &&
      event.type.toLowerCase().includes(q.toLowerCase());
    if (fits) this.list.announce(event.event_id, ({ event_id }) => event_id === event.event_id);
  }
}

function matchesType(type: string, filter: string): boolean {
  if (filter === '') return true;
  return filter.endsWith('*') ? type.startsWith(filter.slice(0, -1)) : type === filter;
}
