import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import type { KeyRow } from '@app/contracts';
import { SearchBox } from '@app/admin-ui/filter';
import { TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { ClearFilters, IgnoredNotice, listPage, ListPager, NoMatch } from '@app/admin-ui/listing';
import { Scope } from '@app/admin-ui/session';
import { EmptyState } from '@app/admin-ui/states';
import { StatusChip } from '@app/admin-ui/status';
import { Cell, type Column, DataTable } from '@app/admin-ui/table';
import { choice, text } from '@app/admin-ui/url';
import { describe, riskOf, summarize } from './permissions';

const COLUMNS: readonly Column[] = [
  { id: 'name', header: 'Description', card: 1 },
  { id: 'prefix', header: 'Key', width: 156, from: 700 },
  { id: 'state', header: 'State', width: 108, card: 1 },
  { id: 'permissions', header: 'Permissions', width: 148, card: 2 },
  { id: 'used', header: 'Last used', width: 116, align: 'end', card: 2 },
  { id: 'by', header: 'Created by', width: 148, from: 960 },
  { id: 'created', header: 'Created', width: 112, align: 'end', from: 820 },
];

const FILTERS = { q: text(), state: choice(['active', 'revoked', 'all'], 'active') };

@Component({
  selector: 'hp-keys-page',
  imports: [
    Cell,
    ClearFilters,
    DataTable,
    EmptyState,
    Icon,
    IgnoredNotice,
    MatTooltip,
    ListPager,
    NoMatch,
    RouterLink,
    SearchBox,
    StatusChip,
    TimeView,
  ],
  templateUrl: './keys-page.html',
  styles: `
    .name {
      color: inherit;
      font-weight: 500;
    }

    .prefix {
      color: var(--hot-text-2);
      font-size: 12px;
    }

    .wide {
      color: var(--hot-warn-fg);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class KeysPage {
  protected readonly scope = inject(Scope);
  protected readonly list = listPage<KeyRow, typeof FILTERS>({
    path: 'api-keys',
    filters: FILTERS,
    query: ({ state }) => (state === 'all' ? { state: '' } : {}),
  });
  protected readonly columns = COLUMNS;
  protected readonly summarize = summarize;
  protected readonly rowId = (key: KeyRow): string => key.api_key_id;
  protected readonly rowLink = (key: KeyRow): readonly string[] =>
    this.scope.link('api-keys', key.api_key_id);

  protected isWide(key: KeyRow): boolean {
    return ['broad', 'unrestricted'].includes(riskOf(key.permissions));
  }

  protected words(key: KeyRow): string {
    return describe(key.permissions).join('\n');
  }

  protected setState(event: Event): void {
    if (event.target instanceof HTMLSelectElement)
      this.list.change({ state: event.target.value as 'active' });
  }
}
