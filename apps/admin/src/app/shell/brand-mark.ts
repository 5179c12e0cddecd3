import { ChangeDetectionStrategy, Component, input } from '@angular/core';

/** The flame. */
@Component({
  selector: 'hp-brand-mark',
  template: `<svg viewBox="0 0 32 32" aria-hidden="true" [attr.width]="size()" [attr.height]="size()">
    <path
      class="outer"
      d="M16.9 2.2c.5 4.5-1.6 6.9-3.9 9.4C10.4 14.3 7 17.4 7 22.2 7 27 10.9 30 16 30s9-3.2 9-8.2c0-3.7-1.8-6.1-3.3-8-.3 1.5-.9 2.7-2.1 3.6.6-4.9-.2-10.9-2.7-15.2Z"
    />
    <path
      class="inner"
      d="M16.3 27c-2.6 0-4.3-1.5-4.3-3.7 0-2.5 2-3.8 3.3-6.1 1.8 1.4 1.3 3 1.6 4.3.6-.3 1-.9 1.2-1.6 1 1 1.9 2.2 1.9 3.7 0 2-1.5 3.4-3.7 3.4Z"
    />
  </svg>`,
  styles: `
    :host {
      display: inline-flex;
      flex: none;
    }

    .outer {
      fill: var(--hot-brand);
    }

    .inner {
      fill: var(--hot-page);
      opacity: 0.92;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class BrandMark {
  readonly size = input(24);
}
