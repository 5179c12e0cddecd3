import { newId, BadRequestError } from '@app/kernel';
import { Db } from '@app/platform/database';
import { Injectable } from '@nestjs/common';
import { hashPassword } from './password-hash';

/** Length is what makes a password strong; the upper bound only keeps the hashing cheap. */
export const PASSWORD_LENGTH = { min: 12, max: 256 } as const;

const SET_PASSWORD = `
INSERT INTO hot.user_auth (user_auth_id, user_id, auth_type, auth_identifier, auth_data)
VALUES ($1, $2, 'email_password', lower($3), $4::jsonb)
ON CONFLICT (auth_type, auth_identifier)
DO UPDATE SET auth_data = excluded.auth_data, user_id = excluded.user_id, updated_at = now()`;

const END_SESSIONS = `UPDATE hot.app_session SET revoked_at = now() WHERE user_id = $1 AND revoked_at IS NULL`;

/** Tables: user_auth, app_session. */
@Injectable()
export class AccountService {
  constructor(private readonly db: Db) {}

  /** @throws BadRequestError when it is too short or too long */
  checkPassword(password: string): void {
    const length = [...password].length;
    if (length >= PASSWORD_LENGTH.min && length <= PASSWORD_LENGTH.max) return;
    throw new BadRequestError(
      `A password has ${PASSWORD_LENGTH.min} to ${PASSWORD_LENGTH.max} characters; this one has ${length}`,
    );
  }

  /**
   * Gives a user a password, or another one; whoever is signed in as them is signed out.
   * @throws BadRequestError when it is too short or too long
   */
  async setPassword(
    user: { readonly userId: string; readonly email: string },
    password: string,
  ): Promise<void> {
    this.checkPassword(password);
    const hash = await hashPassword(password);
    await this.db.tx(async () => {
      await this.db.execute(SET_PASSWORD, [newId(), user.userId, user.email, JSON.stringify(hash)]);
      await this.db.execute(END_SESSIONS, [user.userId]);
    });
  }
}
