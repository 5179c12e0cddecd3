import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { MatTooltip } from '@angular/material/tooltip';
import { Router, RouterLink } from '@angular/router';
import { CONTEXT_STATES, type ContextKeyRow } from '@app/contracts';
import { SearchBox } from '@app/admin-ui/filter';
import { TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { ClearFilters, IgnoredNotice, listPage, ListPager, NoMatch } from '@app/admin-ui/listing';
import { Scope } from '@app/admin-ui/session';
import { EmptyState } from '@app/admin-ui/states';
import { StatusChip, statusLook } from '@app/admin-ui/status';
import { StatusTabs } from '@app/admin-ui/status-tabs';
import { Cell, type Column, DataTable } from '@app/admin-ui/table';
import { list, text } from '@app/admin-ui/url';
import { firstOf, usedWords } from './uses';
import { ValueDialog, type ValueDialogData } from './value-dialog';

const COLUMNS: readonly Column[] = [
  { id: 'key', header: 'Key', card: 1 },
  { id: 'levels', header: 'Set in', width: 260, card: 2, from: 620 },
  { id: 'used', header: 'Used by', width: 250, card: 2 },
  { id: 'changed', header: 'Changed', width: 108, align: 'end', card: 1 },
  { id: 'by', header: 'By', width: 140, from: 980 },
];

const FILTERS = { q: text(), state: list(CONTEXT_STATES), project: text() };

@Component({
  selector: 'hp-context-page',
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
  templateUrl: './context-page.html',
  styleUrl: './context-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ContextPage {
  private readonly dialogs = inject(MatDialog);
  private readonly router = inject(Router);
  protected readonly scope = inject(Scope);
  protected readonly list = listPage<ContextKeyRow, typeof FILTERS>({ path: 'context', filters: FILTERS });
  protected readonly columns = COLUMNS;
  protected readonly tabs = CONTEXT_STATES.map((value) => ({ value, ...statusLook(value) }));
  protected readonly firstOf = firstOf;
  protected readonly usedWords = usedWords;
  protected readonly rowId = (row: ContextKeyRow): string => row.key;
  protected readonly rowLink = (row: ContextKeyRow): readonly string[] => this.scope.link('context', row.key);

  protected descriptionOf(row: ContextKeyRow): string {
    return (
      row.levels.find(({ description }) => description !== null && description !== '')?.description ?? ''
    );
  }

  protected usesOf(row: ContextKeyRow): string {
    return row.used_by
      .flatMap((use) => use.declared_by.map((place) => `${use.project} · ${place}`))
      .slice(0, 12)
      .join('\n');
  }

  protected create(): void {
    this.dialogs
      .open<ValueDialog, ValueDialogData, string>(ValueDialog, {
        data: { kind: 'new' },
        width: '560px',
        maxWidth: '96vw',
      })
      .afterClosed()
      .subscribe((key) => {
        if (key !== undefined) void this.router.navigate([...this.scope.link('context', key)]);
      });
  }
}
