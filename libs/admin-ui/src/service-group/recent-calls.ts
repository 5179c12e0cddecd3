import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import type { RecentCalls } from '@app/contracts';

/** How often something was called lately, and how much of that failed. */
@Component({
  selector: 'hp-recent-calls',
  imports: [MatTooltip],
  template: `
    @if (calls().total === 0) {
      <span class="muted">no calls</span>
    } @else {
      <span class="num" [matTooltip]="words()"
        >{{ calls().total }}
        @if (calls().failed > 0) {
          <span class="bad">· {{ calls().failed }} failed</span>
        }
      </span>
    }
  `,
  styles: `
    .bad {
      color: var(--hot-bad-fg);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RecentCallsView {
  readonly calls = input.required<RecentCalls>();
  protected readonly words = computed(
    () => `${this.calls().total} in the last day, among the newest 5,000 runs of the environment`,
  );
}
