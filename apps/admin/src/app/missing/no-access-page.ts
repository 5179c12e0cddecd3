import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { landingScope, Session } from '@app/admin-ui/session';
import { EmptyState } from '@app/admin-ui/states';

/** Somebody signed in, at an organization or environment that they do not belong to (or that does not exist: same answer). */
@Component({
  selector: 'hp-no-access-page',
  imports: [EmptyState, RouterLink],
  template: `
    <main>
      <h1 class="visually-hidden">No access</h1>
      <hp-empty icon="lock" [title]="title()" [text]="text()">
        @if (home()) {
          <a class="btn primary" routerLink="/">Go to your environment</a>
        }
        <button type="button" class="btn" (click)="signOut()">Sign in as somebody else</button>
      </hp-empty>
    </main>
  `,
  styles: `
    main {
      display: grid;
      min-height: 100dvh;
      place-items: center;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class NoAccessPage {
  readonly org = input<string>();
  readonly env = input<string>();
  private readonly session = inject(Session);
  private readonly router = inject(Router);

  protected readonly home = computed(() => {
    const me = this.session.me();
    return me != null && landingScope(me) !== null;
  });
  protected readonly title = computed(() =>
    this.org() === undefined
      ? 'You belong to no environment yet'
      : `No access to ${this.env() ?? ''} of ${this.org() ?? ''}`,
  );
  protected readonly text = computed(() =>
    this.org() === undefined
      ? 'An admin of an organization has to add you before there is something to see.'
      : `It does not exist, or ${this.session.me()?.user.email ?? 'this account'} is not a member.`,
  );

  protected async signOut(): Promise<void> {
    await this.session.signOut();
    await this.router.navigateByUrl('/login');
  }
}
