import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { Icon } from '../icon';
import type { ListState } from './list-page';

/** Beside the filters, while any of them narrows the list. */
@Component({
  selector: 'hp-clear-filters',
  imports: [Icon],
  template: `
    @if (list().filtered()) {
      <button type="button" class="btn ghost" (click)="list().clear()"><hp-icon name="close" />Clear</button>
    }
  `,
  styles: `
    :host {
      display: contents;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ClearFilters {
  readonly list = input.required<Pick<ListState, 'filtered' | 'clear'>>();
}
