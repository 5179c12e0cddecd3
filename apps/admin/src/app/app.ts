import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { NavigationEnd, NavigationError, Router, RouterOutlet } from '@angular/router';
import { type ApiError, toApiError } from '@app/admin-ui/data';
import { ErrorState } from '@app/admin-ui/states';

@Component({
  selector: 'hp-root',
  imports: [ErrorState, RouterOutlet],
  template: `
    @if (problem(); as error) {
      <main class="card problem">
        <hp-error [error]="error" what="this page" (again)="again()" />
      </main>
    }
    <router-outlet />
  `,
  styles: `
    .problem {
      position: fixed;
      inset-inline: 16px;
      top: 20vh;
      z-index: 10;
      max-width: 520px;
      margin: 0 auto;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class App {
  private readonly router = inject(Router);
  private failedUrl = '/';
  /** A page that could not be opened: server away, or a part of the app replaced by a newer version. */
  protected readonly problem = signal<ApiError | undefined>(undefined);

  constructor() {
    this.router.events.pipe(takeUntilDestroyed()).subscribe((event) => {
      if (event instanceof NavigationEnd) this.problem.set(undefined);
      if (event instanceof NavigationError) {
        this.failedUrl = event.url;
        this.problem.set(toApiError(event.error));
      }
    });
  }

  protected again(): void {
    // A full load: parts of an older version of the app may not exist on the server any more.
    location.assign(this.failedUrl);
  }
}
