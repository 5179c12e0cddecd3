import { ChangeDetectionStrategy, Component } from '@angular/core';
import { RouterLink } from '@angular/router';
import { EmptyState } from '@app/admin-ui/states';

@Component({
  selector: 'hp-missing-page',
  imports: [EmptyState, RouterLink],
  template: `
    <h1 class="visually-hidden">Not found</h1>
    <hp-empty
      icon="search"
      title="There is no such page"
      text="The address may be mistyped or from another version."
    >
      <a class="btn" routerLink="/">Go to the Dashboard</a>
    </hp-empty>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class MissingPage {}
