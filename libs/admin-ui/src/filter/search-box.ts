import { ChangeDetectionStrategy, Component, ElementRef, input, output, viewChild } from '@angular/core';
import { Icon } from '../icon';
import { isTyping } from '../table';

const PAUSE_MS = 250;

/** Free text over a list. `/` leads here; what is typed is handed on in pauses. */
@Component({
  selector: 'hp-search',
  imports: [Icon],
  template: `
    <hp-icon name="search" />
    <input
      #field
      type="search"
      autocomplete="off"
      spellcheck="false"
      [attr.aria-label]="label()"
      [placeholder]="label()"
      [value]="value()"
      (input)="type($event)"
      (keydown.escape)="clear()"
    />
    <kbd aria-hidden="true">/</kbd>
  `,
  styleUrl: './search-box.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '(document:keydown)': 'pressKey($event)' },
})
export class SearchBox {
  readonly label = input('Search');
  readonly value = input('');
  readonly valueChange = output<string>();
  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');
  private pause: ReturnType<typeof setTimeout> | undefined;

  protected type(event: Event): void {
    if (!(event.target instanceof HTMLInputElement)) return;
    const text = event.target.value.trim();
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.valueChange.emit(text), PAUSE_MS);
  }

  protected clear(): void {
    clearTimeout(this.pause);
    const field = this.field().nativeElement;
    if (field.value === '') field.blur();
    field.value = '';
    this.valueChange.emit('');
  }

  protected pressKey(event: KeyboardEvent): void {
    if (event.key !== '/' || isTyping(event)) return;
    event.preventDefault();
    this.field().nativeElement.focus();
  }
}
