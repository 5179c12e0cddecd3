import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { Clock, formatRelative } from '@app/admin-ui/format';
import { Icon } from '@app/admin-ui/icon';
import { Live } from '@app/admin-ui/live';

/** Whether what is on screen keeps itself up to date. Pressing it pauses and resumes. */
@Component({
  selector: 'hp-live-pill',
  imports: [Icon, MatTooltip],
  template: `
    <button
      type="button"
      [class]="look().kind"
      [matTooltip]="tooltip()"
      [attr.aria-label]="look().word + '. ' + action()"
      (click)="press()"
    >
      @if (live.paused()) {
        <hp-icon name="pause" />
      } @else {
        <span class="dot"></span>
      }
      <span class="word num">{{ look().word }}</span>
    </button>
    <span class="visually-hidden" role="status">{{ announced() }}</span>
  `,
  styleUrl: './live-pill.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class LivePill {
  protected readonly live = inject(Live);
  private readonly clock = inject(Clock);

  protected readonly look = computed(() => {
    if (this.live.paused()) return { kind: 'paused', word: 'Paused' };
    const state = this.live.state();
    switch (state.kind) {
      case 'live':
        return { kind: 'live', word: 'Live' };
      case 'connecting':
        return { kind: 'waiting', word: 'Connecting' };
      case 'waiting': {
        const seconds = Math.max(0, Math.ceil((state.retryAt - this.clock.second()) / 1000));
        return { kind: 'waiting', word: `Reconnecting (${seconds} s)` };
      }
      default:
        return { kind: 'off', word: 'Offline' };
    }
  });
  /** Without the seconds: a screen reader must not count along. */
  protected readonly announced = computed(() => this.look().word.replace(/ \(.*/, ''));
  protected readonly action = computed(() => {
    if (this.live.paused()) return 'Resume live updates';
    return this.look().kind === 'live' ? 'Pause live updates' : 'Connect now';
  });
  protected readonly tooltip = computed(() => {
    const at = this.live.lastMessageAt();
    const heard =
      at === undefined
        ? 'Nothing heard yet'
        : `Last heard ${formatRelative(at, Math.max(at, this.clock.tenSeconds()), this.clock.zone)}`;
    return `${this.action()}. ${heard}.`;
  });

  protected press(): void {
    if (this.live.paused()) this.live.paused.set(false);
    else if (this.look().kind === 'live') this.live.paused.set(true);
    else this.live.hurry();
  }
}
