import { CdkConnectedOverlay, CdkOverlayOrigin } from '@angular/cdk/overlay';
import { A11yModule } from '@angular/cdk/a11y';
import { ChangeDetectionStrategy, Component, computed, inject, input, output, signal } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { Clock, formatAbsolute } from '../format';
import { Icon } from '../icon';
import { isTyping } from '../table';
import { absolute, momentsOf, PRESETS, rangeWords, shiftRange, type RangeText } from './range';

/** Chooses the time that a page is about. Its keys: `t` opens it, Shift with an arrow moves by one length. */
@Component({
  selector: 'hp-range',
  imports: [A11yModule, CdkConnectedOverlay, CdkOverlayOrigin, Icon, MatTooltip],
  templateUrl: './range-picker.html',
  styleUrl: './range-picker.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '(document:keydown)': 'pressKey($event)' },
})
export class RangePicker {
  readonly value = input.required<RangeText>();
  readonly fallback = input('24h');
  readonly valueChange = output<RangeText>();

  protected readonly clock = inject(Clock);
  protected readonly presets = PRESETS;
  protected readonly open = signal(false);
  protected readonly draftFrom = signal('');
  protected readonly draftTo = signal('');
  protected readonly relative = computed(() => this.value().from === '' && this.value().to === '');
  protected readonly chosen = computed(() => (this.value().t === '' ? this.fallback() : this.value().t));
  protected readonly words = computed(() => rangeWords(this.value(), this.fallback(), this.clock.zone));
  protected readonly movable = computed(() => momentsOf(this.full(), Date.now()) !== null);
  protected readonly draft = computed(() => {
    const from = Date.parse(this.draftFrom());
    const to = Date.parse(this.draftTo());
    return Number.isNaN(from) || Number.isNaN(to) || from >= to ? null : absolute(from, to);
  });

  protected toggle(): void {
    if (!this.open()) {
      const moments = momentsOf(this.full(), Date.now());
      this.draftFrom.set(moments === null ? '' : localInput(moments.from, this.clock.zone));
      this.draftTo.set(localInput(moments?.to ?? Date.now(), this.clock.zone));
    }
    this.open.update((open) => !open);
  }

  protected choose(t: string): void {
    this.open.set(false);
    this.valueChange.emit({ t: t === this.fallback() ? '' : t, from: '', to: '' });
  }

  protected apply(): void {
    const draft = this.draft();
    if (draft === null) return;
    this.open.set(false);
    this.valueChange.emit(draft);
  }

  protected shift(steps: -1 | 1): void {
    const next = shiftRange(this.full(), steps, Date.now());
    if (next !== null) this.valueChange.emit(next);
  }

  protected text(event: Event): string {
    return event.target instanceof HTMLInputElement ? event.target.value : '';
  }

  protected pressKey(event: KeyboardEvent): void {
    if (isTyping(event)) return;
    if (event.key === 't') this.toggle();
    if (event.shiftKey && event.key === 'ArrowLeft') this.shift(-1);
    if (event.shiftKey && event.key === 'ArrowRight' && !this.relative()) this.shift(1);
  }

  private full(): RangeText {
    return this.value().t === '' ? { ...this.value(), t: this.fallback() } : this.value();
  }
}

/** The text a datetime-local field wants. */
function localInput(ms: number, zone: string): string {
  return formatAbsolute(ms, zone).replace(' ', 'T');
}
