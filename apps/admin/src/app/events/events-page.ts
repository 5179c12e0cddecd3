import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { RouterLink } from '@angular/router';
import { EVENT_SOURCES, EVENT_STATES, type EventRow, type Listing, type LiveEvent } from '@app/contracts';
import { fetched, withQuery } from '@app/admin-ui/data';
import { FilterMenu, SearchBox } from '@app/admin-ui/filter';
import { formatCount, ShortId, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { onLive } from '@app/admin-ui/live';
import { RangePicker, type RangeText } from '@app/admin-ui/range';
import { Scope } from '@app/admin-ui/session';
import { EmptyState } from '@app/admin-ui/states';
import { StatusChip, statusLook } from '@app/admin-ui/status';
import { StatusTabs } from '@app/admin-ui/status-tabs';
import { Cell, type Column, DataTable, isTyping, NewPill, PAGE_SIZES, Pager } from '@app/admin-ui/table';
import { integer, list, text, urlState } from '@app/admin-ui/url';
import { SendEventDialog } from './send-event-dialog';
import { typeSegments } from './type-segments';

const RANGE = '24h';

const STATE = {
  q: text(),
  state: list(EVENT_STATES),
  source: list(EVENT_SOURCES),
  type: text(),
  t: text(),
  from: text(),
  to: text(),
  size: integer(25, PAGE_SIZES),
  cur: text(),
};

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
    DataTable,
    EmptyState,
    FilterMenu,
    Icon,
    NewPill,
    Pager,
    RangePicker,
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
  host: { '(document:keydown)': 'pressKey($event)' },
})
export class EventsPage {
  private readonly dialogs = inject(MatDialog);
  protected readonly scope = inject(Scope);
  protected readonly url = urlState(STATE);
  protected readonly fallback = RANGE;
  protected readonly columns = COLUMNS;
  protected readonly events = fetched<Listing<EventRow>>(
    () => {
      const base = this.scope.api();
      if (base === undefined) return undefined;
      const { q, state, source, type, t, from, to, size, cur } = this.url.values();
      const absolute = from !== '' || to !== '';
      return withQuery(`${base}/events`, {
        q,
        type,
        from,
        to,
        t: absolute ? '' : t === '' ? RANGE : t,
        state: state.join(','),
        source: source.join(','),
        limit: size,
        cursor: cur,
        include: 'facets',
      });
    },
    { keep: true },
  );

  private readonly waiting = signal<ReadonlySet<string>>(new Set());
  protected readonly fresh = signal<ReadonlySet<string>>(new Set());
  protected readonly news = computed(() => this.waiting().size);
  protected readonly range = computed<RangeText>(() => {
    const { t, from, to } = this.url.values();
    return { t, from, to };
  });
  protected readonly facets = computed(() => this.events.value()?.facets);
  protected readonly tabs = EVENT_STATES.map((value) => ({ value, ...statusLook(value) }));
  protected readonly sourceOptions = EVENT_SOURCES.map((value) => ({ value, label: value }));
  protected readonly filtered = computed(() => {
    const { q, state, source, type } = this.url.values();
    return q !== '' || type !== '' || state.length + source.length > 0;
  });
  protected readonly formatCount = formatCount;
  protected readonly segments = typeSegments;
  protected readonly rowId = (event: EventRow): string => event.event_id;
  protected readonly rowLink = (event: EventRow): readonly string[] =>
    this.scope.link('events', event.event_id);

  constructor() {
    onLive(['event:created', 'event:handled'], (message) => {
      if (message.topic === 'resync') void this.reload();
      if (message.topic === 'event:created') this.hear(message.data);
      if (message.topic === 'event:handled') {
        const { event_id, state } = message.data;
        this.events.patch((listing) => ({
          ...listing,
          data: listing.data.map((row) => (row.event_id === event_id ? { ...row, state } : row)),
        }));
      }
    });
  }

  protected change(
    change: Partial<{ state: readonly string[]; source: readonly string[]; type: string; q: string }>,
  ): void {
    this.forget();
    this.url.set({ ...change, cur: '' }, { replace: change.q !== undefined });
  }

  protected changeRange(range: RangeText): void {
    this.forget();
    this.url.set({ ...range, cur: '' });
  }

  protected clear(): void {
    this.change({ state: [], source: [], type: '', q: '' });
  }

  protected async reload(): Promise<void> {
    const waiting = this.waiting();
    await this.events.reload();
    this.waiting.set(new Set());
    this.fresh.set(waiting);
  }

  protected send(): void {
    this.dialogs.open(SendEventDialog, { width: '680px', maxWidth: '96vw' });
  }

  protected pressKey(event: KeyboardEvent): void {
    if (isTyping(event)) return;
    if (event.key === 'r') void this.reload();
    if (event.key === 'F' && event.shiftKey) this.clear();
  }

  private hear(event: LiveEvent): void {
    const { state, source, type, q, cur, to } = this.url.values();
    const fits =
      cur === '' &&
      to === '' &&
      state.length === 0 &&
      (source.length === 0 || source.includes(event.source)) &&
      matchesType(event.type, type) &&
      event.type.toLowerCase().includes(q.toLowerCase());
    if (fits && !this.events.value()?.data.some(({ event_id }) => event_id === event.event_id)) {
      this.waiting.update((ids) => new Set([...ids, event.event_id]));
    }
  }

  private forget(): void {
    this.waiting.set(new Set());
    this.fresh.set(new Set());
  }
}

function matchesType(type: string, filter: string): boolean {
  if (filter === '') return true;
  return filter.endsWith('*') ? type.startsWith(filter.slice(0, -1)) : type === filter;
}
