import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { DomainRoom, DomainRow, Listing, Single } from '@app/contracts';
import { fetched, withQuery } from '@app/admin-ui/data';
import { SearchBox } from '@app/admin-ui/filter';
import { TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { Scope } from '@app/admin-ui/session';
import { EmptyState } from '@app/admin-ui/states';
import { StatusChip } from '@app/admin-ui/status';
import { Cell, type Column, DataTable, PAGE_SIZES, Pager } from '@app/admin-ui/table';
import { integer, text, urlState } from '@app/admin-ui/url';
import { hasRoom, lookOf, roomWords } from './domain-rules';

const COLUMNS: readonly Column[] = [
  { id: 'domain', header: 'Domain', card: 1 },
  { id: 'status', header: 'Status', width: 160, card: 1 },
  { id: 'check', header: 'Last check', width: 124, align: 'end', from: 700, card: 2 },
  { id: 'created', header: 'Created', width: 112, align: 'end', from: 820 },
];

@Component({
  selector: 'hp-domains-page',
  imports: [Cell, DataTable, EmptyState, Icon, Pager, RouterLink, SearchBox, StatusChip, TimeView],
  templateUrl: './domains-page.html',
  styles: `
    .name {
      color: inherit;
      font-weight: 500;
      overflow-wrap: anywhere;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class DomainsPage {
  protected readonly scope = inject(Scope);
  protected readonly url = urlState({ q: text(), size: integer(25, PAGE_SIZES), cur: text() });
  protected readonly columns = COLUMNS;
  protected readonly domains = fetched<Listing<DomainRow>>(
    () => {
      const base = this.scope.api();
      const { q, size, cur } = this.url.values();
      return base === undefined ? undefined : withQuery(`${base}/domains`, { q, limit: size, cursor: cur });
    },
    { keep: true },
  );
  private readonly room = fetched<Single<DomainRoom>>(() => {
    const base = this.scope.api();
    return base === undefined ? undefined : `${base}/domains/room`;
  });
  protected readonly roomNote = computed(() => {
    const room = this.room.value()?.data;
    return room === undefined ? '' : roomWords(room);
  });
  protected readonly mayAdd = computed(() => {
    const room = this.room.value()?.data;
    return this.scope.can('domain.manage') && room !== undefined && hasRoom(room);
  });
  protected readonly lookOf = lookOf;
  protected readonly rowId = (domain: DomainRow): string => domain.domain_id;
  protected readonly rowLink = (domain: DomainRow): readonly string[] =>
    this.scope.link('domains', domain.domain_id);
}
