import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { StatusGlyph } from './status-glyph';
import { statusLook } from './tone';

/** One status as shape, word and colour. */
@Component({
  selector: 'hp-status',
  imports: [StatusGlyph],
  template: `<span class="badge" [class]="look().tone" [class.plain]="plain()"
    ><hp-status-glyph [tone]="look().tone" /><span class="word">{{ look().label }}</span></span
  >`,
  styleUrl: './status-chip.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class StatusChip {
  readonly status = input.required<string>();
  /** In lists: what is as it should be stays without a tinted background, so that the exceptions stand out. */
  readonly quiet = input(false);
  protected readonly look = computed(() => statusLook(this.status()));
  protected readonly plain = computed(() => this.quiet() && ['ok', 'off', 'idle'].includes(this.look().tone));
}
