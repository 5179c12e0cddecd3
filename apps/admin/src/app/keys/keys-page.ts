import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import type { KeyRow, Listing } from '@app/contracts';
import { fetched, withQuery } from '@app/admin-ui/data';
import { SearchBox } from '@app/admin-ui/filter';
import { TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { Scope } from '@app/admin-ui/session';
import { EmptyState } from '@app/admin-ui/states';
import { StatusChip } from '@app/admin-ui/status';
import { Cell, type Column, DataTable, PAGE_SIZES, Pager } from '@app/admin-ui/table';
import { choice, integer, text, urlState } from '@app/admin-ui/url';
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

@Component({
  selector: 'hp-keys-page',
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

    select {
      height: 32px;
      padding: 0 8px;
      border: 1px solid var(--hot-line-strong);
      border-radius: 6px;
      background: var(--hot-surface);
      color: var(--hot-text-2);
      font-size: 13px;
      font-weight: 500;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class KeysPage {
  protected readonly scope = inject(Scope);
  protected readonly url = urlState({
    q: text(),
    state: choice(['active', 'revoked', 'all'], 'active'),
    size: integer(25, PAGE_SIZES),
    cur: text(),
  });
  protected readonly columns = COLUMNS;
  protected readonly keys = fetched<Listing<KeyRow>>(
    () => {
      const base = this.scope.api();
      const { q, state, size, cur } = this.url.values();
      return base === undefined
        ? undefined
        : withQuery(`${base}/api-keys`, { q, state: state === 'all' ? '' : state, limit: size, cursor: cur });
    },
    { keep: true },
  );
  protected readonly filtered = computed(
    () => this.url.values().q !== '' || this.url.values().state !== 'active',
  );
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
      this.url.set({ state: event.target.value as 'active', cur: '' });
  }
}
