import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';

export interface SparkBar {
  readonly ok: number;
  readonly failed: number;
}

/** How busy something was lately, in the size of a word. */
@Component({
  selector: 'hp-spark',
  template: `<svg
    role="img"
    preserveAspectRatio="none"
    [attr.viewBox]="'0 0 ' + bars().length * 4 + ' 24'"
    [attr.aria-label]="words()"
  >
    @for (bar of shapes(); track $index) {
      <rect
        class="ok"
        width="3"
        [attr.x]="$index * 4"
        [attr.y]="24 - bar.ok - bar.failed"
        [attr.height]="bar.ok"
      />
      @if (bar.failed > 0) {
        <rect
          class="bad"
          width="3"
          [attr.x]="$index * 4"
          [attr.y]="24 - bar.failed"
          [attr.height]="bar.failed"
        />
      }
    }
  </svg>`,
  styles: `
    :host {
      display: inline-block;
      width: 96px;
      height: 24px;
    }

    svg {
      width: 100%;
      height: 100%;
    }

    .ok {
      fill: var(--hot-off-mark);
      opacity: 0.6;
    }

    .bad {
      fill: var(--hot-bad-mark);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Sparkline {
  readonly bars = input.required<readonly SparkBar[]>();
  protected readonly shapes = computed(() => {
    const top = Math.max(1, ...this.bars().map(({ ok, failed }) => ok + failed));
    return this.bars().map(({ ok, failed }) => ({
      ok: ok + failed === 0 ? 1 : (22 * ok) / top,
      // A failure among thousands must still be seen.
      failed: failed === 0 ? 0 : Math.max(2, (22 * failed) / top),
    }));
  });
  protected readonly words = computed(() => {
    const all = this.bars().reduce((sum, { ok, failed }) => sum + ok + failed, 0);
    const failed = this.bars().reduce((sum, bar) => sum + bar.failed, 0);
    return `${all} runs, ${failed} failed`;
  });
}
