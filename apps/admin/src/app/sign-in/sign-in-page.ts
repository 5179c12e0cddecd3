import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { Router } from '@angular/router';
import { MatFormField, MatLabel, MatSuffix } from '@angular/material/form-field';
import { MatInput } from '@angular/material/input';
import { AUTH_CONFIG_URL, type AuthConfig, type Me, type Single } from '@app/contracts';
import { type ApiError, fetched, toApiError } from '@app/admin-ui/data';
import { Icon } from '@app/admin-ui/icon';
import { landingScope, Session } from '@app/admin-ui/session';
import { BrandMark } from '../shell/brand-mark';
import { returnPath } from './return-path';

@Component({
  selector: 'hp-sign-in-page',
  imports: [BrandMark, Icon, MatFormField, MatInput, MatLabel, MatSuffix],
  templateUrl: './sign-in-page.html',
  styleUrl: './sign-in-page.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SignInPage {
  /** Where somebody wanted to go. */
  readonly return = input<string>();

  private readonly session = inject(Session);
  private readonly router = inject(Router);
  private readonly config = fetched<Single<AuthConfig>>(() => AUTH_CONFIG_URL);
  protected readonly email = signal('');
  protected readonly password = signal('');
  protected readonly visible = signal(false);
  protected readonly capsLock = signal(false);
  protected readonly busy = signal(false);
  protected readonly problem = signal<ApiError | undefined>(undefined);
  protected readonly local = computed(() => this.config.value()?.data.local_sign_in ?? false);
  protected readonly version = computed(() => this.config.value()?.data.version);
  protected readonly complete = computed(() => this.email().trim() !== '' && this.password() !== '');
  protected readonly words = computed(() => {
    const problem = this.problem();
    if (problem === undefined) return '';
    if (problem.status === 401) return 'Email or password is wrong.';
    if (problem.status === 429) {
      return `Too many attempts. Try again in ${problem.retryAfterSeconds ?? 60} seconds.`;
    }
    return problem.message;
  });

  protected text(event: Event): string {
    return event.target instanceof HTMLInputElement ? event.target.value : '';
  }

  protected noteCapsLock(event: KeyboardEvent): void {
    this.capsLock.set(event.getModifierState('CapsLock'));
  }

  protected signIn(event: Event): void {
    event.preventDefault();
    if (!this.complete()) return;
    void this.enter(() => this.session.signIn({ email: this.email().trim(), password: this.password() }));
  }

  protected signInLocally(): void {
    void this.enter(() => this.session.signInLocally());
  }

  private async enter(begin: () => Promise<Me>): Promise<void> {
    if (this.busy()) return;
    this.busy.set(true);
    this.problem.set(undefined);
    try {
      const me = await begin();
      const scope = landingScope(me);
      const fallback = scope === null ? '/no-access' : `/o/${scope.org}/e/${scope.env}/dashboard`;
      await this.router.navigateByUrl(returnPath(this.return()) ?? fallback, { replaceUrl: true });
    } catch (problem) {
      this.problem.set(toApiError(problem));
      this.password.set('');
    } finally {
      this.busy.set(false);
    }
  }
}
