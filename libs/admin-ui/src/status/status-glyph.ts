import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { Tone } from './tone';

const OUTLINE: Readonly<Record<Tone, string>> = {
  run: 'M7 1.5a5.5 5.5 0 1 1-5.5 5.5',
  ok: 'm4.4 7.2 1.8 1.8 3.5-3.9',
  bad: 'm5 5 4 4M9 5 5 9',
  off: 'M3.5 10.5l7-7',
  wait: 'M4.2 7h.01M7 7h.01M9.8 7h.01',
  warn: 'M7 5v2.6M7 9.7h.01',
  move: '',
  idle: 'M4.7 7h4.6',
};
const RING: Readonly<Record<Tone, string>> = {
  run: '',
  ok: 'M7 1.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 7 1.2z',
  bad: 'M4.6 1.2h4.8l3.4 3.4v4.8l-3.4 3.4H4.6L1.2 9.4V4.6z',
  off: 'M7 1.5a5.5 5.5 0 1 0 0 11A5.5 5.5 0 0 0 7 1.5z',
  wait: 'M7 1.5a5.5 5.5 0 1 0 0 11A5.5 5.5 0 0 0 7 1.5z',
  warn: 'M7 1.8 13 12.2H1z',
  move: 'M7 1.5a5.5 5.5 0 1 0 0 11z',
  idle: 'M7 1.5a5.5 5.5 0 1 0 0 11A5.5 5.5 0 0 0 7 1.5z',
};

/** The shape of a status: check in a circle, cross in an octagon, triangle, turning arc … */
@Component({
  selector: 'hp-status-glyph',
  template: `<svg viewBox="0 0 14 14" aria-hidden="true" [class]="tone()">
    <path class="ring" [attr.d]="ring()" />
    <path class="line" [attr.d]="line()" />
  </svg>`,
  styles: `
    :host {
      display: inline-flex;
      flex: none;
      width: 14px;
      height: 14px;
    }

    svg {
      width: 100%;
      height: 100%;
      overflow: visible;
      fill: none;
      stroke: currentcolor;
      stroke-width: 1.5;
      stroke-linecap: round;
      stroke-linejoin: round;
    }

    .ok .ring,
    .bad .ring {
      fill: currentcolor;
      stroke: none;
    }

    .ok .line,
    .bad .line {
      stroke: var(--glyph-hole, var(--hot-surface));
    }

    .move .ring {
      fill: currentcolor;
    }

    .idle .ring {
      stroke-dasharray: 1.8 2;
    }

    .run {
      animation: turn 1.1s linear infinite;
      transform-origin: center;
    }

    @keyframes turn {
      to {
        transform: rotate(360deg);
      }
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class StatusGlyph {
  readonly tone = input.required<Tone>();
  protected readonly ring = computed(() => RING[this.tone()]);
  protected readonly line = computed(() => OUTLINE[this.tone()]);
}
