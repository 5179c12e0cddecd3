import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { Icon } from '../icon';

/** Says which parts of the address count for nothing, instead of showing another list than somebody was sent to. */
@Component({
  selector: 'hp-ignored',
  imports: [Icon],
  template: `
    @if (names().length > 0) {
      <p class="notice" role="status">
        <hp-icon name="info" />Left out of the address because its value is not known:
        {{ names().join(', ') }}
      </p>
    }
  `,
  styles: `
    :host {
      display: contents;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class IgnoredNotice {
  readonly names = input.required<readonly string[]>();
}
