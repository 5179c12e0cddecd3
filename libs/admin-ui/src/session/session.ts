import { computed, inject, Injectable, signal } from '@angular/core';
import {
  LOCAL_LOGIN_URL,
  LOGIN_URL,
  LOGOUT_URL,
  ME_URL,
  type LoginBody,
  type Me,
  type Single,
} from '@app/contracts';
import { ApiClient, ApiError, forgetAnswers } from '../data';

/** Who is signed in. */
@Injectable({ providedIn: 'root' })
export class Session {
  private readonly api = inject(ApiClient);
  private readonly current = signal<Me | null | undefined>(undefined);
  private loading: Promise<Me | null> | undefined;

  /** undefined before the first answer, null when nobody is signed in. */
  readonly me = this.current.asReadonly();
  /** Whether a session that was there is over; the page stays as it is and asks for the password. */
  readonly ended = computed(() => this.current() != null && this.api.unauthorized() > 0);

  /** Asks once who is signed in. Rejects when the server cannot be reached. */
  async load(): Promise<Me | null> {
    const known = this.current();
    if (known !== undefined) return known;
    this.loading ??= this.ask().finally(() => (this.loading = undefined));
    return this.loading;
  }

  async signIn(body: LoginBody): Promise<Me> {
    return this.begin(await this.api.send<Single<Me>>('POST', LOGIN_URL, body));
  }

  /** One click in development. */
  async signInLocally(): Promise<Me> {
    return this.begin(await this.api.send<Single<Me>>('POST', LOCAL_LOGIN_URL));
  }

  async signOut(): Promise<void> {
    await this.api.send('POST', LOGOUT_URL);
    forgetAnswers();
    this.api.csrfToken = null;
    this.current.set(null);
  }

  private async ask(): Promise<Me | null> {
    try {
      return this.keep((await this.api.get<Single<Me>>(ME_URL)).data);
    } catch (problem) {
      if (problem instanceof ApiError && problem.status === 401) {
        this.api.unauthorized.set(0);
        this.current.set(null);
        return null;
      }
      throw problem;
    }
  }

  private begin(answer: Single<Me>): Me {
    // The same person going on after a session ended keeps what is on screen.
    if (this.current()?.user.user_id !== answer.data.user.user_id) forgetAnswers();
    return this.keep(answer.data);
  }

  private keep(me: Me): Me {
    this.api.csrfToken = me.csrf_token;
    this.api.unauthorized.set(0);
    this.current.set(me);
    return me;
  }
}
