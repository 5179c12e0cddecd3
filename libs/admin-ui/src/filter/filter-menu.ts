import { CdkConnectedOverlay, CdkOverlayOrigin } from '@angular/cdk/overlay';
import { A11yModule } from '@angular/cdk/a11y';
import { ChangeDetectionStrategy, Component, computed, input, output, signal } from '@angular/core';
import type { FacetValue } from '@app/contracts';
import { formatCount } from '../format';
import { Icon } from '../icon';
import { StatusGlyph, statusLook } from '../status';

export interface FilterOption {
  readonly value: string;
  readonly label: string;
}

interface Line extends FilterOption {
  readonly on: boolean;
  readonly count: number | undefined;
}

/** Picks any number of values of one field; shows how many rows each would give. */
@Component({
  selector: 'hp-filter',
  imports: [A11yModule, CdkConnectedOverlay, CdkOverlayOrigin, Icon, StatusGlyph],
  templateUrl: './filter-menu.html',
  styleUrl: './filter-menu.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class FilterMenu {
  readonly label = input.required<string>();
  readonly options = input.required<readonly FilterOption[]>();
  readonly value = input.required<readonly string[]>();
  readonly facets = input<readonly FacetValue[]>();
  /** Whether the options are statuses and carry their shapes. */
  readonly statuses = input(false);
  readonly valueChange = output<readonly string[]>();

  protected readonly open = signal(false);
  protected readonly needle = signal('');
  protected readonly searchable = computed(() => this.options().length > 8);
  protected readonly formatCount = formatCount;
  protected readonly lines = computed<readonly Line[]>(() => {
    const needle = this.needle().toLowerCase();
    const counts = new Map(this.facets()?.map(({ value, count }) => [value, count]));
    return this.options()
      .filter(({ label }) => label.toLowerCase().includes(needle))
      .map((option) => ({
        ...option,
        on: this.value().includes(option.value),
        count: this.facets() === undefined ? undefined : (counts.get(option.value) ?? 0),
      }));
  });
  protected readonly words = computed(() => {
    const chosen = this.options().filter(({ value }) => this.value().includes(value));
    const [first] = chosen;
    if (first === undefined) return '';
    return chosen.length === 1 ? first.label : `${chosen.length} selected`;
  });

  protected tone(value: string): ReturnType<typeof statusLook>['tone'] {
    return statusLook(value).tone;
  }

  protected toggle(value: string): void {
    const next = this.value().includes(value)
      ? this.value().filter((other) => other !== value)
      : [...this.value(), value];
    this.valueChange.emit(next);
  }

  protected close(): void {
    this.open.set(false);
    this.needle.set('');
  }

  protected search(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.needle.set(event.target.value);
  }
}
