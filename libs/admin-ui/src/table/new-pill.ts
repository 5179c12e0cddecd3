import { ChangeDetectionStrategy, Component, input, output } from '@angular/core';
import { Icon } from '../icon';

/** "12 new — show": rows that came in since, and are shown when somebody wants to see them. */
@Component({
  selector: 'hp-new-pill',
  imports: [Icon],
  template: `
    @if (count() > 0) {
      <button type="button" (click)="show.emit()"><hp-icon name="arrow-up" />{{ count() }} new — show</button>
    }
    <span class="visually-hidden" role="status">{{ count() > 0 ? count() + ' new' : '' }}</span>
  `,
  styles: `
    :host {
      position: sticky;
      top: calc(var(--hot-topbar) + 8px);
      z-index: 3;
      display: flex;
      justify-content: center;
      height: 0;
    }

    button {
      display: inline-flex;
      align-items: center;
      gap: 6px;
      height: 28px;
      margin-top: 6px;
      padding: 0 12px 0 8px;
      border: 0;
      border-radius: 14px;
      background: var(--hot-primary);
      color: var(--hot-on-primary);
      font-size: 12px;
      font-weight: 500;
      box-shadow: 0 4px 12px var(--hot-shadow);
      cursor: pointer;
    }

    hp-icon {
      width: 14px;
      height: 14px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class NewPill {
  readonly count = input.required<number>();
  readonly show = output();
}
