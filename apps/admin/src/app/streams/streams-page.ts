import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { STREAM_STATES, type Listing, type StreamRow } from '@app/contracts';
import { fetched, withQuery } from '@app/admin-ui/data';
import { SearchBox } from '@app/admin-ui/filter';
import { Duration, formatCount, ShortId, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { onLive } from '@app/admin-ui/live';
import { RangePicker, type RangeText } from '@app/admin-ui/range';
import { Scope } from '@app/admin-ui/session';
import { EmptyState } from '@app/admin-ui/states';
import { StatusChip, statusLook } from '@app/admin-ui/status';
import { StatusTabs } from '@app/admin-ui/status-tabs';
import { Cell, type Column, DataTable, isTyping, NewPill, PAGE_SIZES, Pager } from '@app/admin-ui/table';
import { integer, list, text, urlState } from '@app/admin-ui/url';

const RANGE = '24h';

const STATE = {
  q: text(),
  state: list(STREAM_STATES),
  t: text(),
  from: text(),
  to: text(),
  size: integer(25, PAGE_SIZES),
  cur: text(),
};

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
    DataTable,
    Duration,
    EmptyState,
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
  host: { '(document:keydown)': 'pressKey($event)' },
})
export class StreamsPage {
  protected readonly scope = inject(Scope);
  protected readonly url = urlState(STATE);
  protected readonly fallback = RANGE;
  protected readonly columns = COLUMNS;
  protected readonly streams = fetched<Listing<StreamRow>>(
    () => {
      const base = this.scope.api();
      if (base === undefined) return undefined;
      const { q, state, t, from, to, size, cur } = this.url.values();
      const absolute = from !== '' || to !== '';
      return withQuery(`${base}/streams`, {
        q,
        from,
        to,
        t: absolute ? '' : t === '' ? RANGE : t,
        state: state.join(','),
        limit: size,
        cursor: cur,
        include: 'facets',
      });
    },
    { keep: true },
  );
  /** Streams that something happened in since the list was loaded and that are not on it. */
  private readonly waiting = signal<ReadonlySet<string>>(new Set());
  protected readonly fresh = signal<ReadonlySet<string>>(new Set());
  protected readonly news = computed(() => this.waiting().size);
  protected readonly range = computed<RangeText>(() => {
    const { t, from, to } = this.url.values();
    return { t, from, to };
  });
  protected readonly facets = computed(() => this.streams.value()?.facets);
  protected readonly tabs = STREAM_STATES.map((value) => ({ value, ...statusLook(value) }));
  protected readonly filtered = computed(
    () => this.url.values().q !== '' || this.url.values().state.length > 0,
  );
  protected readonly formatCount = formatCount;
  protected readonly rowId = (stream: StreamRow): string => stream.stream_id;
  protected readonly rowLink = (stream: StreamRow): readonly string[] =>
    this.scope.link('streams', stream.stream_id);

  constructor() {
    onLive(['event:created'], (message) => {
      if (message.topic === 'resync') void this.reload();
      if (message.topic !== 'event:created' || this.filtered()) return;
      const { cur, to } = this.url.values();
      const { stream_id } = message.data;
      const known = this.streams.value()?.data.some((row) => row.stream_id === stream_id) ?? true;
      if (cur === '' && to === '' && !known) this.waiting.update((ids) => new Set([...ids, stream_id]));
    });
  }

  protected change(change: Partial<{ state: readonly string[]; q: string }>): void {
    this.forget();
    this.url.set({ ...change, cur: '' }, { replace: change.q !== undefined });
  }

  protected changeRange(range: RangeText): void {
    this.forget();
    this.url.set({ ...range, cur: '' });
  }

  protected clear(): void {
    this.change({ state: [], q: '' });
  }

  protected async reload(): Promise<void> {
    const waiting = this.waiting();
    await this.streams.reload();
    this.waiting.set(new Set());
    this.fresh.set(waiting);
  }

  protected pressKey(event: KeyboardEvent): void {
    if (event.key === 'r' && !isTyping(event)) void this.reload();
  }

  private forget(): void {
    this.waiting.set(new Set());
    this.fresh.set(new Set());
  }
}
