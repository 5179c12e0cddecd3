import { NgTemplateOutlet } from '@angular/common';
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  contentChildren,
  DestroyRef,
  ElementRef,
  inject,
  input,
  linkedSignal,
  output,
  signal,
  viewChild,
  type TemplateRef,
} from '@angular/core';
import { Router } from '@angular/router';
import { MatTooltip } from '@angular/material/tooltip';
import type { ApiError, FetchStatus } from '../data';
import { Icon } from '../icon';
import { ErrorState, Skeleton } from '../states';
import { Cell, type CellContext } from './cell';
import { nextSort, parseSort, type Column } from './column';
import { isInteractive, isTyping } from './row-events';

const CARD_BELOW = 520;

/**
 * A server-side list. Columns and rows go in; the order that somebody asks for and the row they open come out. Rows
 * stay where they are until the owner hands in others.
 */
@Component({
  selector: 'hp-table',
  imports: [ErrorState, Icon, MatTooltip, NgTemplateOutlet, Skeleton],
  templateUrl: './data-table.html',
  styleUrl: './data-table.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '(document:keydown)': 'pressKey($event)' },
})
export class DataTable<T> {
  readonly label = input.required<string>();
  readonly columns = input.required<readonly Column[]>();
  readonly rows = input.required<readonly T[] | undefined>();
  readonly rowId = input.required<(row: T) => string>();
  /** Where a row leads. Left out: rows are not opened. */
  readonly rowLink = input<(row: T) => readonly string[]>();
  readonly status = input<FetchStatus>('ready');
  readonly error = input<ApiError>();
  readonly sort = input('');
  /** Rows that came in since somebody looked last: tinted once. */
  readonly fresh = input<ReadonlySet<string>>(new Set());
  readonly skeletonRows = input(8);
  readonly sortChange = output<string>();
  readonly again = output();

  private readonly router = inject(Router);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly cells = contentChildren(Cell);
  private readonly width = signal(1200);
  private readonly frame = viewChild.required<ElementRef<HTMLElement>>('frame');
  protected readonly active = linkedSignal<readonly T[] | undefined, number>({
    source: this.rows,
    computation: () => -1,
  });

  protected readonly templates = computed(
    () => new Map(this.cells().map((cell) => [cell.id(), cell.template as TemplateRef<CellContext<T>>])),
  );
  protected readonly asCards = computed(() => this.width() < CARD_BELOW);
  protected readonly shown = computed(() =>
    this.columns().filter((column) => column.from === undefined || this.width() >= column.from),
  );
  protected readonly cardLines = computed(() =>
    ([1, 2] as const).map((line) => this.columns().filter((column) => column.card === line)),
  );
  protected readonly order = computed(() => parseSort(this.sort()));
  protected readonly placeholders = computed(() => Array.from({ length: this.skeletonRows() }, (_, i) => i));

  constructor() {
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) this.width.set(entry.contentRect.width);
    });
    observer.observe(this.host.nativeElement);
    inject(DestroyRef).onDestroy(() => observer.disconnect());
  }

  protected ariaSort(column: Column): string | null {
    if (column.sort === undefined) return null;
    if (column.sort !== this.order().key) return 'none';
    return this.order().descending ? 'descending' : 'ascending';
  }

  protected changeSort(key: string): void {
    this.sortChange.emit(nextSort(this.sort(), key));
  }

  protected openRow(row: T, event: MouseEvent): void {
    const link = this.rowLink();
    if (link === undefined || isInteractive(event.target) || String(getSelection()) !== '') return;
    if (event.metaKey || event.ctrlKey) {
      open(this.router.serializeUrl(this.router.createUrlTree([...link(row)])), '_blank', 'noopener');
      return;
    }
    void this.router.navigate([...link(row)]);
  }

  /** j, k and Enter walk and open rows wherever the focus is, as long as nobody types. */
  protected pressKey(event: KeyboardEvent): void {
    const rows = this.rows() ?? [];
    if (this.rowLink() === undefined || isTyping(event) || rows.length === 0) return;
    if (event.key === 'j' || event.key === 'k') {
      const next = Math.max(0, Math.min(rows.length - 1, this.active() + (event.key === 'j' ? 1 : -1)));
      this.active.set(next);
      this.frame().nativeElement.querySelectorAll('[data-row]')[next]?.scrollIntoView({ block: 'nearest' });
    }
    const row = rows[this.active()];
    if (event.key === 'Enter' && row !== undefined && !isInteractive(event.target)) {
      void this.router.navigate([...(this.rowLink()?.(row) ?? [])]);
    }
  }
}
