import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import type { ScheduleOccurrence } from '@app/contracts';
import { Clock, formatAbsolute } from '@app/admin-ui/format';
import { Scope } from '@app/admin-ui/session';
import { statusLook } from '@app/admin-ui/status';
import { outcomeOf } from './outcome';

const SLOTS = 10;

/** What became of the last occurrences, oldest on the left; a mark leads to its run. */
@Component({
  selector: 'hp-outcome-strip',
  imports: [MatTooltip, RouterLink],
  template: `
    @for (mark of marks(); track mark.key) {
      @if (mark.link; as link) {
        <a
          class="mark"
          [class]="'mark ' + mark.tone"
          [routerLink]="link"
          [attr.aria-label]="mark.words"
          [matTooltip]="mark.words"
        ></a>
      } @else {
        <span
          class="mark"
          [class]="'mark ' + mark.tone"
          role="img"
          [attr.aria-label]="mark.words"
          [matTooltip]="mark.words"
        ></span>
      }
    } @empty {
      <span class="muted">has not happened yet</span>
    }
  `,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 2px;
      height: 24px;
    }

    .mark {
      display: block;
      width: 8px;
      height: 16px;
      border-radius: 2px;
      background: var(--hot-off-mark);
    }

    .mark.ok {
      background: var(--hot-ok-mark);
    }

    .mark.bad {
      height: 20px;
      background: var(--hot-bad-mark);
    }

    .mark.run,
    .mark.wait {
      background: var(--hot-run-mark);
    }

    .mark.warn {
      background: var(--hot-warn-mark);
    }

    .mark.idle {
      height: 6px;
      background: var(--hot-line-strong);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class OutcomeStrip {
  /** Newest first. */
  readonly occurrences = input.required<readonly ScheduleOccurrence[]>();
  private readonly scope = inject(Scope);
  private readonly clock = inject(Clock);
  protected readonly marks = computed(() =>
    this.occurrences()
      .slice(0, SLOTS)
      .toReversed()
      .map((each) => {
        const outcome = outcomeOf(each);
        return {
          key: each.scheduled_at,
          tone: outcome.status === null ? 'idle' : statusLook(outcome.status).tone,
          words: `${outcome.words}, ${formatAbsolute(Date.parse(each.scheduled_at), this.clock.zone, { zone: true })}`,
          link: each.run_id === null ? null : this.scope.link('runs', each.run_id),
        };
      }),
  );
}
