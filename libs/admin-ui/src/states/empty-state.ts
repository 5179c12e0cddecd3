import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { Icon, type IconName } from '../icon';

/** Nothing here, and why. What could be done about it goes inside. */
@Component({
  selector: 'hp-empty',
  imports: [Icon],
  template: `
    <span class="mark"><hp-icon [name]="icon()" /></span>
    <p class="title">{{ title() }}</p>
    @if (text(); as words) {
      <p class="text">{{ words }}</p>
    }
    <div class="more"><ng-content /></div>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      align-items: center;
      padding: 48px 24px;
      text-align: center;
    }

    .mark {
      display: inline-flex;
      align-items: center;
      justify-content: center;
      width: 40px;
      height: 40px;
      margin-bottom: 12px;
      border: 1px solid var(--hot-line);
      border-radius: 10px;
      background: var(--hot-surface);
      color: var(--hot-text-3);
      box-shadow: 0 1px 2px var(--hot-shadow);
    }

    .title {
      font-weight: 600;
    }

    .text {
      max-width: 52ch;
      margin-top: 4px;
      color: var(--hot-text-2);
      font-size: 13px;
    }

    .more {
      display: flex;
      flex-wrap: wrap;
      justify-content: center;
      gap: 8px;
      max-width: 100%;
      margin-top: 16px;
    }

    .more:empty {
      display: none;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class EmptyState {
  readonly icon = input.required<IconName>();
  readonly title = input.required<string>();
  readonly text = input<string>();
}
