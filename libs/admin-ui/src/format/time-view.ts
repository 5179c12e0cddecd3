import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { Clock } from './clock';
import { formatAbsolute, formatRelative } from './time';

/** A moment: how long ago in tables, the full time on request; the other form and UTC in its tooltip. */
@Component({
  selector: 'hp-time',
  imports: [MatTooltip],
  template: `<time
    class="num"
    [attr.datetime]="at()"
    [matTooltip]="tooltip()"
    matTooltipClass="hp-lines"
    [attr.aria-label]="label()"
    >{{ shown() }}</time
  >`,
  styles: `
    :host {
      white-space: nowrap;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class TimeView {
  readonly at = input.required<string>();
  readonly absolute = input(false);
  readonly milliseconds = input(false);

  private readonly clock = inject(Clock);
  private readonly ms = computed(() => Date.parse(this.at()));
  private readonly relative = computed(() =>
    formatRelative(
      this.ms(),
      Math.max(this.clock.tenSeconds(), Math.min(Date.now(), this.ms())),
      this.clock.zone,
    ),
  );
  private readonly full = computed(() =>
    formatAbsolute(this.ms(), this.clock.zone, { zone: true, milliseconds: this.milliseconds() }),
  );
  protected readonly shown = computed(() => (this.absolute() ? this.full() : this.relative()));
  protected readonly tooltip = computed(
    () =>
      `${this.absolute() ? this.relative() : this.full()}\n${formatAbsolute(this.ms(), 'UTC', { milliseconds: true })} UTC`,
  );
  protected readonly label = computed(() => `${this.relative()}, ${this.full()}`);
}
