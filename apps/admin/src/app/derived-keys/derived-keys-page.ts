import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import { DERIVED_KEY_STATES, type DerivedKeyRow, type Listing } from '@app/contracts';
import { fetched, withQuery } from '@app/admin-ui/data';
import { SearchBox } from '@app/admin-ui/filter';
import { Clock, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { Scope } from '@app/admin-ui/session';
import { EmptyState } from '@app/admin-ui/states';
import { StatusChip, statusLook } from '@app/admin-ui/status';
import { StatusTabs } from '@app/admin-ui/status-tabs';
import { Cell, type Column, DataTable, isTyping, PAGE_SIZES, Pager } from '@app/admin-ui/table';
import { integer, list, text, urlState } from '@app/admin-ui/url';
import { endsSoon, KINDS, nameOf, permissionLines, permissionWords, type DerivedKeyKind } from './kinds';

const COLUMNS: readonly Column[] = [
  { id: 'name', header: 'Name', card: 1 },
  { id: 'prefix', header: 'Key', width: 116, from: 900 },
  { id: 'state', header: 'State', width: 128, card: 1 },
  { id: 'parent', header: 'API key', width: 132, from: 700 },
  { id: 'permissions', header: 'Permissions', width: 168, from: 800 },
  { id: 'metadata', header: 'Metadata', width: 180, from: 1080 },
  { id: 'used', header: 'Last used', width: 104, align: 'end', card: 2 },
  { id: 'expires', header: 'Expires', width: 104, align: 'end', card: 2 },
];

/** Service keys and sessions: credentials of the same make, one list for each. */
@Component({
  selector: 'hp-derived-keys-page',
  imports: [
    Cell,
    DataTable,
    EmptyState,
    Icon,
    MatTooltip,
    Pager,
    RouterLink,
    SearchBox,
    StatusChip,
    StatusTabs,
    TimeView,
  ],
  templateUrl: './derived-keys-page.html',
  styles: `
    .name,
    .plain {
      color: inherit;
    }

    .name {
      font-weight: 500;
    }

    .plain:hover {
      color: var(--hot-link);
    }

    .about {
      display: block;
      overflow: hidden;
      color: var(--hot-text-3);
      font-size: 12px;
      text-overflow: ellipsis;
    }

    .prefix {
      color: var(--hot-text-2);
      font-size: 12px;
    }

    .soon {
      color: var(--hot-warn-fg);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '(document:keydown)': 'pressKey($event)' },
})
export class DerivedKeysPage {
  readonly kind = input.required<DerivedKeyKind>();
  protected readonly scope = inject(Scope);
  private readonly clock = inject(Clock);
  protected readonly url = urlState({
    q: text(),
    state: list(DERIVED_KEY_STATES),
    parent: text(),
    size: integer(25, PAGE_SIZES),
    cur: text(),
  });
  protected readonly words = computed(() => KINDS[this.kind()]);
  // A session has no name: how its token begins stands in its place.
  protected readonly columns = computed(() =>
    this.kind() === 'sessions'
      ? COLUMNS.filter(({ id }) => id !== 'prefix').map((column) =>
          column.id === 'name' ? { ...column, header: 'Session' } : column,
        )
      : COLUMNS,
  );
  protected readonly tabs = DERIVED_KEY_STATES.map((value) => ({
    value,
    ...statusLook(value === 'active' ? 'valid' : value),
  }));
  protected readonly keys = fetched<Listing<DerivedKeyRow>>(
    () => {
      const base = this.scope.api();
      const { q, state, parent, size, cur } = this.url.values();
      // What has ended is history: shown when somebody asks for it, and to whoever searches.
      const states = state.length === 0 && q === '' ? 'active' : state.join(',');
      const query = { q, state: states, parent, limit: size, cursor: cur, include: 'facets' };
      return base === undefined ? undefined : withQuery(`${base}/${this.kind()}`, query);
    },
    { keep: true },
  );
  protected readonly filtered = computed(() => {
    const { q, state, parent } = this.url.values();
    return q !== '' || parent !== '' || state.length > 0;
  });
  protected readonly nameOf = nameOf;
  protected readonly permissionLines = permissionLines;
  protected readonly permissionWords = permissionWords;
  protected readonly rowId = (key: DerivedKeyRow): string => key.id;
  protected readonly rowLink = (key: DerivedKeyRow): readonly string[] =>
    this.scope.link(this.kind(), key.id);

  protected soon(key: DerivedKeyRow): boolean {
    return endsSoon(key, this.kind(), this.clock.tenSeconds());
  }

  protected change(change: Partial<{ q: string; state: readonly string[]; parent: string }>): void {
    this.url.set({ ...change, cur: '' }, { replace: change.q !== undefined });
  }

  protected clear(): void {
    this.change({ q: '', state: [], parent: '' });
  }

  protected pressKey(event: KeyboardEvent): void {
    if (isTyping(event)) return;
    if (event.key === 'r') void this.keys.reload();
    if (event.key === 'F' && event.shiftKey) this.clear();
  }
}
