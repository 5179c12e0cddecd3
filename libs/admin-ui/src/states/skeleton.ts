import { ChangeDetectionStrategy, Component, input } from '@angular/core';

/** A grey place where something will be. Appears only when the answer takes longer than 120 ms. */
@Component({
  selector: 'hp-skeleton',
  template: '',
  host: { '[style.width]': 'width()', '[style.height]': 'height()', 'aria-hidden': 'true' },
  styles: `
    :host {
      display: block;
      max-width: 100%;
      border-radius: 4px;
      background: var(--hot-surface-3);
      animation:
        appear 1ms 120ms both,
        breathe 1.6s 300ms ease-in-out infinite alternate;
    }

    @keyframes appear {
      from {
        visibility: hidden;
      }
    }

    @keyframes breathe {
      to {
        opacity: 0.45;
      }
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Skeleton {
  readonly width = input('100%');
  readonly height = input('14px');
}
