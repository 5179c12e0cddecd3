import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import { DERIVED_KEY_STATES, type DerivedKeyRow } from '@app/contracts';
import { SearchBox } from '@app/admin-ui/filter';
import { Clock, TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { ClearFilters, IgnoredNotice, listPage, ListPager, NoMatch } from '@app/admin-ui/listing';
import { Scope } from '@app/admin-ui/session';
import { EmptyState } from '@app/admin-ui/states';
import { StatusChip, statusLook } from '@app/admin-ui/status';
import { StatusTabs } from '@app/admin-ui/status-tabs';
import { Cell, type Column, DataTable } from '@app/admin-ui/table';
import { list, text } from '@app/admin-ui/url';
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

const FILTERS = { q: text(), state: list(DERIVED_KEY_STATES), parent: text() };

/** Service keys and sessions: credentials of the same make, one list for each. */
@Component({
  selector: 'hp-derived-keys-page',
  imports: [
    Cell,
    ClearFilters,
    DataTable,
    EmptyState,
    Icon,
    IgnoredNotice,
    ListPager,
    MatTooltip,
    NoMatch,
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
})
export class DerivedKeysPage {
  readonly kind = input.required<DerivedKeyKind>();
  protected readonly scope = inject(Scope);
  private readonly clock = inject(Clock);
  protected readonly list = listPage<DerivedKeyRow, typeof FILTERS>({
    path: () => this.kind(),
    filters: FILTERS,
    // What has ended is history: shown when somebody asks for it, and to whoever searches.
    query: ({ q, state }) => (state.length === 0 && q === '' ? { state: 'active' } : {}),
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
  protected readonly nameOf = nameOf;
  protected readonly permissionLines = permissionLines;
  protected readonly permissionWords = permissionWords;
  protected readonly rowId = (key: DerivedKeyRow): string => key.id;
  protected readonly rowLink = (key: DerivedKeyRow): readonly string[] =>
    this.scope.link(this.kind(), key.id);

  protected soon(key: DerivedKeyRow): boolean {
    return endsSoon(key, this.kind(), this.clock.tenSeconds());
  }
}
