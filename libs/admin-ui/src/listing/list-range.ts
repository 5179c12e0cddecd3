import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { RangePicker } from '../range';
import type { ListState } from './list-page';

@Component({
  selector: 'hp-list-range',
  imports: [RangePicker],
  template: `
    @if (list().fallbackRange; as fallback) {
      <hp-range [value]="list().range()" [fallback]="fallback" (valueChange)="list().changeRange($event)" />
    }
  `,
  styles: `
    :host {
      display: contents;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ListRange {
  readonly list = input.required<ListState>();
}
