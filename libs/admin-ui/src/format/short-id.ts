import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { MatTooltip } from '@angular/material/tooltip';
import { CopyButton } from './copy-button';

/**
 * An id by its last 12 digits. Its beginning is the time it was made: ids of the same minute begin alike and could not be
 * told apart. The whole id is in the tooltip and on the clipboard, and a search finds it by either part.
 */
@Component({
  selector: 'hp-id',
  imports: [CopyButton, MatTooltip, RouterLink],
  template: `
    @if (link(); as commands) {
      <a class="mono" [routerLink]="commands" [matTooltip]="id()">{{ short() }}</a>
    } @else {
      <span class="mono" [matTooltip]="id()">{{ short() }}</span>
    }
    @if (copy()) {
      <hp-copy [text]="id()" [what]="what()" />
    }
  `,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 2px;
      white-space: nowrap;
    }

    .mono {
      font-size: 12px;
    }

    a {
      color: inherit;
    }

    a:hover {
      color: var(--hot-link);
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ShortId {
  readonly id = input.required<string>();
  readonly link = input<readonly string[]>();
  readonly copy = input(true);
  readonly what = input('id');
  protected readonly short = computed(() => shortId(this.id()));
}

export function shortId(id: string): string {
  return id.slice(-12);
}
