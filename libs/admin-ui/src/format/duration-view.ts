import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { Clock } from './clock';
import { exactMicroseconds, formatDuration, formatTicking } from './duration';

/** How long something took; counts up while it has not ended. */
@Component({
  selector: 'hp-duration',
  imports: [MatTooltip],
  template: `<span class="num" [class.running]="us() === null" [matTooltip]="exact()">{{ shown() }}</span>`,
  styles: `
    :host {
      white-space: nowrap;
    }

    .running {
      color: var(--hot-run-fg);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Duration {
  /** Microseconds; null while it runs. */
  readonly us = input.required<number | null>();
  readonly startedAt = input<string>();

  private readonly clock = inject(Clock);
  protected readonly shown = computed(() => {
    const us = this.us();
    if (us !== null) return formatDuration(us);
    const startedAt = this.startedAt();
    return startedAt === undefined
      ? '—'
      : formatTicking((this.clock.second() - Date.parse(startedAt)) * 1000);
  });
  protected readonly exact = computed(() => {
    const us = this.us();
    return us === null ? 'Still running' : exactMicroseconds(us);
  });
}
