import { Directive, inject, input, TemplateRef } from '@angular/core';

export interface CellContext<T> {
  readonly $implicit: T;
}

/** What a column shows of a row: `<ng-template hpCell="status" [hpCellOf]="rows()" let-row>`. */
@Directive({ selector: '[hpCell]' })
export class Cell<T> {
  readonly id = input.required<string>({ alias: 'hpCell' });
  /** Only for its type. */
  readonly of = input<readonly T[] | undefined>(undefined, { alias: 'hpCellOf' });
  readonly template = inject<TemplateRef<CellContext<T>>>(TemplateRef);

  static ngTemplateContextGuard<T>(_cell: Cell<T>, _context: unknown): _context is CellContext<T> {
    return true;
  }
}
