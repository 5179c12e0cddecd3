import { A11yModule } from '@angular/cdk/a11y';
import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { AUTH_CONFIG_URL, type AuthConfig, type Single } from '@app/contracts';
import { fetched, toApiError } from '@app/admin-ui/data';
import { Session } from '@app/admin-ui/session';

const LOCAL_EMAIL = 'local@hot.dev';

/** Over the page when the session is over: signing in again goes on where one was, with nothing lost. */
@Component({
  selector: 'hp-session-ended',
  imports: [A11yModule],
  template: `
    <div class="cover">
      <form
        class="card"
        role="dialog"
        aria-modal="true"
        aria-labelledby="ended-title"
        cdkTrapFocus
        cdkTrapFocusAutoCapture
        (submit)="signIn($event)"
      >
        <h2 id="ended-title">Your session is over</h2>
        <p>Sign in again to go on. Nothing on this page is lost.</p>
        @if (local()) {
          <button type="button" class="btn primary" [disabled]="busy()" (click)="signInLocally()">
            Continue as local developer
          </button>
        }
        <label>
          {{ email() }}
          <input
            type="password"
            autocomplete="current-password"
            placeholder="Password"
            [value]="password()"
            (input)="password.set(text($event))"
          />
        </label>
        <p class="problem" role="alert">{{ problem() }}</p>
        <div class="row">
          <button type="button" class="btn ghost" (click)="leave()">Sign in as somebody else</button>
          <button
            type="submit"
            class="btn"
            [class.primary]="!local()"
            [disabled]="busy() || password() === ''"
          >
            Sign in
          </button>
        </div>
      </form>
    </div>
  `,
  styles: `
    .cover {
      position: fixed;
      inset: 0;
      z-index: 40;
      display: grid;
      padding: 16px;
      place-items: center;
      background: var(--hot-scrim);
    }

    form {
      display: flex;
      flex-direction: column;
      gap: 12px;
      width: 100%;
      max-width: 400px;
      padding: 24px;
      border-radius: 12px;
    }

    h2 {
      font-size: 16px;
    }

    p {
      color: var(--hot-text-2);
    }

    label {
      display: flex;
      flex-direction: column;
      gap: 6px;
      font-size: 13px;
      font-weight: 500;
    }

    input {
      height: 36px;
      padding: 0 10px;
      border: 1px solid var(--hot-line-strong);
      border-radius: 6px;
      background: var(--hot-surface);
    }

    .problem {
      color: var(--hot-bad-fg);
      font-size: 13px;
    }

    .problem:empty {
      display: none;
    }

    .row {
      display: flex;
      flex-wrap: wrap;
      justify-content: flex-end;
      gap: 8px;
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SessionEnded {
  private readonly session = inject(Session);
  private readonly config = fetched<Single<AuthConfig>>(() => AUTH_CONFIG_URL);
  /** Only for the account that one click signs in: going on as somebody else would mix two people's pages. */
  protected readonly local = computed(
    () => this.config.value()?.data.local_sign_in === true && this.email() === LOCAL_EMAIL,
  );
  protected readonly email = computed(() => this.session.me()?.user.email ?? '');
  protected readonly password = signal('');
  protected readonly problem = signal('');
  protected readonly busy = signal(false);

  protected text(event: Event): string {
    return event.target instanceof HTMLInputElement ? event.target.value : '';
  }

  protected async signIn(event: Event): Promise<void> {
    event.preventDefault();
    await this.again(() => this.session.signIn({ email: this.email(), password: this.password() }));
  }

  protected async signInLocally(): Promise<void> {
    await this.again(() => this.session.signInLocally());
  }

  private async again(begin: () => Promise<unknown>): Promise<void> {
    this.busy.set(true);
    try {
      await begin();
    } catch (failure) {
      const error = toApiError(failure);
      this.problem.set(error.status === 401 ? 'The password is wrong.' : error.message);
    } finally {
      this.busy.set(false);
    }
  }

  protected leave(): void {
    location.assign('/login');
  }
}
