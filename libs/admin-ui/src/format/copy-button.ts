import { Clipboard } from '@angular/cdk/clipboard';
import { ChangeDetectionStrategy, Component, inject, input, signal } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { Icon } from '../icon';

/** Copies a text and says so by a check mark where the pointer is. */
@Component({
  selector: 'hp-copy',
  imports: [Icon, MatTooltip],
  template: `
    <button
      type="button"
      [attr.aria-label]="copied() ? 'Copied' : 'Copy ' + what()"
      [matTooltip]="copied() ? 'Copied' : 'Copy ' + what()"
      (click)="copy($event)"
    >
      <hp-icon [name]="copied() ? 'check' : 'copy'" />
    </button>
  `,
  styles: `
    :host {
      display: inline-flex;
    }

    button {
      display: inline-flex;
      align-items: center;
      justify-content: center;
      width: 24px;
      height: 24px;
      padding: 0;
      border: 0;
      border-radius: 4px;
      background: none;
      color: var(--hot-text-3);
      cursor: pointer;
    }

    button:hover {
      background: var(--hot-surface-3);
      color: var(--hot-text);
    }

    hp-icon {
      width: 14px;
      height: 14px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class CopyButton {
  readonly text = input.required<string>();
  readonly what = input('text');
  protected readonly copied = signal(false);
  private readonly clipboard = inject(Clipboard);

  protected copy(event: Event): void {
    event.preventDefault();
    event.stopPropagation();
    if (!this.clipboard.copy(this.text())) return;
    this.copied.set(true);
    setTimeout(() => this.copied.set(false), 1500);
  }
}
