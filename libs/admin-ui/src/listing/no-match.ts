import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { EmptyState } from '../states';
import type { ListState } from './list-page';

/** In place of the rows when the filters leave none, with the ways out. */
@Component({
  selector: 'hp-no-match',
  imports: [EmptyState],
  template: `
    <hp-empty
      icon="filter"
      [title]="'No ' + what() + ' match'"
      [text]="
        list().fallbackRange === undefined
          ? undefined
          : 'Nothing in this range has all of the chosen properties.'
      "
    >
      <button type="button" class="btn" (click)="list().clear()">{{ way() }}</button>
      @if (list().fallbackRange !== undefined) {
        <button type="button" class="btn" (click)="list().lookAtAllTime()">Look at all time</button>
      }
    </hp-empty>
  `,
  styles: `
    :host {
      display: contents;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class NoMatch {
  readonly list = input.required<ListState>();
  /** Plural: `runs`. */
  readonly what = input.required<string>();
  readonly way = input('Clear the filters');
}
