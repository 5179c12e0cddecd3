import { Injectable } from '@nestjs/common';
import { AppError, Clock } from '@app/kernel';
import { hashPassword, needsRehash, verifyNothing, verifyPassword } from './password-hash';
import { SignInLimiter } from './sign-in-limiter';
import { UserRepository } from './user.repository';

/** The account that a local installation is set up with. */
export const LOCAL_USER_EMAIL = 'local@hot.dev';

/** One text for every cause: nobody learns which addresses have an account. */
export class SignInFailedError extends AppError {
  constructor() {
    super('unauthorized', 'Email or password is wrong');
  }
}

export class TooManySignInsError extends AppError {
  constructor(retryAfterSeconds: number) {
    super('rate_limit_exceeded', 'Too many attempts to sign in. Try again later.', { retryAfterSeconds });
  }
}

@Injectable()
export class SignInService {
  private readonly limiter: SignInLimiter;

  constructor(
    private readonly users: UserRepository,
    clock: Clock,
  ) {
    this.limiter = new SignInLimiter(() => clock.nowMs());
  }

  /** The id of the account. Throws SignInFailedError or TooManySignInsError. */
  async withPassword(email: string, password: string, address: string): Promise<string> {
    const wait = this.limiter.take(address, email);
    if (wait !== undefined) throw new TooManySignInsError(wait);
    const row = await this.users.findForSignIn(email.trim());
    const right =
      row === undefined ? await verifyNothing(password) : await verifyPassword(password, row.auth_data);
    if (row === undefined || !right) throw new SignInFailedError();
    this.limiter.giveBack(address, email);
    if (needsRehash(row.auth_data)) {
      await this.users.replacePasswordHash(row.user_auth_id, await hashPassword(password));
    }
    return row.user_id;
  }

  /** The local account of a development installation. Throws SignInFailedError when there is none. */
  async asLocalUser(): Promise<string> {
    const row = await this.users.findActiveIdByEmail(LOCAL_USER_EMAIL);
    if (row === undefined) throw new SignInFailedError();
    return row.user_id;
  }
}
