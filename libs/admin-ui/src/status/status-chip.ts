import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { StatusGlyph } from './status-glyph';
import { statusLook } from './tone';

/** One status as shape, word and colour. */
@Component({
  selector: 'hp-status',
  imports: [StatusGlyph],
  template: `<span class="chip" [class]="look().tone" [class.plain]="plain()"
    ><hp-status-glyph [tone]="look().tone" /><span class="word">{{ look().label }}</span></span
  >`,
  styleUrl: './status-chip.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class StatusChip {
  readonly status = input.required<string>();
  /** Without the tinted background: where a row already has enough of it. */
  readonly plain = input(false);
  protected readonly look = computed(() => statusLook(this.status()));
}
