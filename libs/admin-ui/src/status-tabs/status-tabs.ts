import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import type { FacetValue } from '@app/contracts';
import { formatCount } from '../format';
import { StatusGlyph, type Tone } from '../status';

export interface StatusTab {
  readonly value: string;
  readonly label: string;
  readonly tone: Tone;
}

/** Statuses with their counts, above a list; pressing one shows only those. */
@Component({
  selector: 'hp-status-tabs',
  imports: [StatusGlyph],
  template: `
    <div class="tabs" role="group" [attr.aria-label]="label()">
      <button
        type="button"
        [class.on]="value().length === 0"
        [attr.aria-pressed]="value().length === 0"
        (click)="valueChange.emit([])"
      >
        All
      </button>
      @for (tab of tabs(); track tab.value) {
        <button
          type="button"
          [class.on]="tab.on"
          [attr.aria-pressed]="tab.on"
          (click)="valueChange.emit(tab.on ? [] : [tab.value])"
        >
          <hp-status-glyph [tone]="tab.tone" [class]="tab.count === 0 ? 'none' : tab.tone" />
          {{ tab.label }}
          @if (tab.count !== undefined) {
            <span class="num count">{{ formatCount(tab.count) }}</span>
          }
        </button>
      }
    </div>
  `,
  styleUrl: './status-tabs.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class StatusTabs {
  readonly label = input.required<string>();
  readonly options = input.required<readonly StatusTab[]>();
  readonly value = input.required<readonly string[]>();
  readonly facets = input<readonly FacetValue[]>();
  readonly valueChange = output<readonly string[]>();
  protected readonly formatCount = formatCount;

  protected readonly tabs = computed(() => {
    const facets = this.facets();
    const counts = new Map(facets?.map(({ value, count }) => [value, count]));
    return this.options().map((option) => ({
      ...option,
      on: this.value().includes(option.value),
      count: facets === undefined ? undefined : (counts.get(option.value) ?? 0),
    }));
  });
}
