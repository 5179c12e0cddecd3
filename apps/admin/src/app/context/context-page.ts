import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { MatTooltip } from '@angular/material/tooltip';
import { Router, RouterLink } from '@angular/router';
import { CONTEXT_STATES, type ContextKeyRow, type Listing } from '@app/contracts';
import { fetched, withQuery } from '@app/admin-ui/data';
import { SearchBox } from '@app/admin-ui/filter';
import { TimeView } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { Scope } from '@app/admin-ui/session';
import { EmptyState } from '@app/admin-ui/states';
import { StatusChip, statusLook } from '@app/admin-ui/status';
import { StatusTabs } from '@app/admin-ui/status-tabs';
import { Cell, type Column, DataTable, isTyping, PAGE_SIZES, Pager } from '@app/admin-ui/table';
import { integer, list, text, urlState } from '@app/admin-ui/url';
import { firstOf, usedWords } from './uses';
import { ValueDialog, type ValueDialogData } from './value-dialog';

const COLUMNS: readonly Column[] = [
  { id: 'key', header: 'Key', card: 1 },
  { id: 'levels', header: 'Set in', width: 260, card: 2, from: 620 },
  { id: 'used', header: 'Used by', width: 250, card: 2 },
  { id: 'changed', header: 'Changed', width: 108, align: 'end', card: 1 },
  { id: 'by', header: 'By', width: 140, from: 980 },
];

@Component({
  selector: 'hp-context-page',
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
  templateUrl: './context-page.html',
  styleUrl: './context-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '(document:keydown)': 'pressKey($event)' },
})
export class ContextPage {
  private readonly dialogs = inject(MatDialog);
  private readonly router = inject(Router);
  protected readonly scope = inject(Scope);
  protected readonly url = urlState({
    q: text(),
    state: list(CONTEXT_STATES),
    project: text(),
    size: integer(25, PAGE_SIZES),
    cur: text(),
  });
  protected readonly columns = COLUMNS;
  protected readonly tabs = CONTEXT_STATES.map((value) => ({ value, ...statusLook(value) }));
  protected readonly variables = fetched<Listing<ContextKeyRow>>(
    () => {
      const base = this.scope.api();
      const { q, state, project, size, cur } = this.url.values();
      const query = { q, state: state.join(','), project, limit: size, cursor: cur, include: 'facets' };
      return base === undefined ? undefined : withQuery(`${base}/context`, query);
    },
    { keep: true },
  );
  protected readonly filtered = computed(() => {
    const { q, state, project } = this.url.values();
    return q !== '' || project !== '' || state.length > 0;
  });
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

  protected change(change: Partial<{ q: string; state: readonly string[]; project: string }>): void {
    this.url.set({ ...change, cur: '' }, { replace: change.q !== undefined });
  }

  protected clear(): void {
    this.change({ q: '', state: [], project: '' });
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

  protected pressKey(event: KeyboardEvent): void {
    if (isTyping(event)) return;
    if (event.key === 'r') void this.variables.reload();
    if (event.key === 'F' && event.shiftKey) this.clear();
  }
}
