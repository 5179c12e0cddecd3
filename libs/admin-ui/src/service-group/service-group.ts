import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { CopyButton } from '../format';

/** What belongs to one service that is reached from outside: its name, its address, and what it offers. */
@Component({
  selector: 'hp-service-group',
  imports: [CopyButton, RouterLink],
  template: `
    <div class="card-head">
      <h2>
        <a [routerLink]="link()">{{ name() }}</a>
      </h2>
      <span class="muted count">{{ count() }}</span>
      <span class="address">
        <span class="mono" [title]="address()">{{ address() }}</span>
        <hp-copy [text]="address()" what="address" />
      </span>
    </div>
    <ng-content />
  `,
  styles: `
    :host {
      display: block;
      margin-bottom: 16px;
    }

    .card-head {
      flex-wrap: wrap;
    }

    h2 a {
      color: inherit;
    }

    .count {
      font-size: 12.5px;
    }

    .address {
      display: flex;
      align-items: center;
      min-width: 0;
      max-width: 100%;
      margin-inline-start: auto;
      color: var(--hot-text-2);
      font-size: 12px;
    }

    .address .mono {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
  `,
  host: { class: 'card', role: 'region', '[attr.aria-label]': 'name()' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ServiceGroup {
  readonly name = input.required<string>();
  readonly link = input.required<readonly string[]>();
  readonly address = input.required<string>();
  /** Such as `3 tools`. */
  readonly count = input.required<string>();
}
