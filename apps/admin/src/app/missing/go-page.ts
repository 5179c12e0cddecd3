import { ChangeDetectionStrategy, Component, effect, inject, input } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { ADMIN_BASE, type Resolved, type Single } from '@app/contracts';
import { fetched, withQuery } from '@app/admin-ui/data';
import { EmptyState, ErrorState } from '@app/admin-ui/states';

/** Any id leads to its page, in whatever environment it is. */
@Component({
  selector: 'hp-go-page',
  imports: [EmptyState, ErrorState, RouterLink],
  template: `
    <main>
      <h1 class="visually-hidden">Looking up {{ id() }}</h1>
      @if (found.error(); as problem) {
        @if (problem.status === 404) {
          <hp-empty icon="search" title="Nothing has this id" [text]="id()">
            <a class="btn" routerLink="/">Go to the Dashboard</a>
          </hp-empty>
        } @else {
          <hp-error [error]="problem" what="this id" (again)="found.reload()" />
        }
      }
    </main>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class GoPage {
  readonly id = input.required<string>();
  private readonly router = inject(Router);
  protected readonly found = fetched<Single<Resolved>>(() =>
    withQuery(`${ADMIN_BASE}/resolve`, { id: this.id() }),
  );

  constructor() {
    effect(() => {
      const target = this.found.value()?.data;
      if (target !== undefined) void this.router.navigate(commandsTo(target), { replaceUrl: true });
    });
  }
}

export function commandsTo(target: Resolved): string[] {
  const base = ['/o', target.org, 'e', target.env];
  switch (target.kind) {
    case 'run':
      return [...base, 'runs', target.id];
    case 'event':
      return [...base, 'events', target.id];
    case 'stream':
      return [...base, 'streams', target.id];
    case 'build':
      return [...base, 'projects', target.project ?? '', 'builds', target.id];
  }
}
