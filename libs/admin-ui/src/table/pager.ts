import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import type { Pagination } from '@app/contracts';
import { formatCount } from '../format';
import { Icon } from '../icon';

export const PAGE_SIZES = [25, 50, 100] as const;

export interface PageMove {
  /** '' for the first page. */
  readonly cursor: string;
}

/** "1–25 of 3,412", and the way to the rows before and after. */
@Component({
  selector: 'hp-pager',
  imports: [Icon],
  template: `
    <span class="num count">{{ words() }}</span>
    <label class="size">
      <span>Rows</span>
      <select [value]="size()" (change)="resize($event)" aria-label="Rows per page">
        @for (option of sizes; track option) {
          <option [value]="option" [selected]="option === size()">{{ option }}</option>
        }
      </select>
    </label>
    <span class="moves">
      <button
        type="button"
        class="btn small"
        [disabled]="page().offset === 0"
        (click)="move.emit({ cursor: '' })"
      >
        First
      </button>
      <button
        type="button"
        class="btn small icon"
        aria-label="Previous page"
        [disabled]="page().prev_cursor === null"
        (click)="step(page().prev_cursor)"
      >
        <hp-icon name="chevron-left" />
      </button>
      <button
        type="button"
        class="btn small icon"
        aria-label="Next page"
        [disabled]="page().next_cursor === null"
        (click)="step(page().next_cursor)"
      >
        <hp-icon name="chevron-right" />
      </button>
    </span>
  `,
  styles: `
    :host {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 8px 16px;
      padding: 8px 16px;
      border-top: 1px solid var(--hot-line);
      color: var(--hot-text-2);
      font-size: 12px;
    }

    .count {
      margin-inline-end: auto;
    }

    .size {
      display: inline-flex;
      align-items: center;
      gap: 6px;
    }

    select {
      height: 28px;
      padding: 0 4px;
      border: 1px solid var(--hot-line-strong);
      border-radius: 6px;
      background: var(--hot-surface);
    }

    .moves {
      display: inline-flex;
      gap: 4px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Pager {
  readonly page = input.required<Pagination>();
  /** Rows on this page. */
  readonly count = input.required<number>();
  readonly size = input.required<number>();
  readonly move = output<PageMove>();
  readonly sizeChange = output<number>();
  protected readonly sizes = PAGE_SIZES;

  protected readonly words = computed(() => {
    const { offset, total, total_is_capped: capped } = this.page();
    const all = `${formatCount(total)}${capped ? '+' : ''}`;
    if (this.count() === 0) return `0 of ${all}`;
    return `${formatCount(offset + 1)}–${formatCount(offset + this.count())} of ${all}`;
  });

  protected step(cursor: string | null): void {
    if (cursor !== null) this.move.emit({ cursor });
  }

  protected resize(event: Event): void {
    if (event.target instanceof HTMLSelectElement) this.sizeChange.emit(Number(event.target.value));
  }
}
