import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { Pager } from '../table';
import type { ListState } from './list-page';

/**
 * Below the rows. Lists that grow by themselves always say how many there are; the others only when there is more than
 * what is shown.
 */
@Component({
  selector: 'hp-list-pager',
  imports: [Pager],
  template: `
    @if (shown(); as page) {
      <hp-pager
        [page]="page"
        [count]="list().count()"
        [size]="list().size()"
        (move)="list().moveTo($event.cursor)"
        (sizeChange)="list().resize($event)"
      />
    }
  `,
  styles: `
    :host {
      display: contents;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ListPager {
  readonly list = input.required<ListState>();

  protected readonly shown = computed(() => {
    const page = this.list().page();
    const count = this.list().count();
    const isWorthIt = this.list().fallbackRange === undefined ? (page?.total ?? 0) > count : count > 0;
    return isWorthIt ? page : undefined;
  });
}
