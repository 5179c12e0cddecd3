import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-local';
import { SignInService } from './sign-in.service';

export const PASSWORD = 'password';

/** Email and password as a passport strategy. */
@Injectable()
export class PasswordStrategy extends PassportStrategy(Strategy, PASSWORD) {
  constructor(private readonly signIn: SignInService) {
    super({ usernameField: 'email', passwordField: 'password', passReqToCallback: true, session: false });
  }

  /** The id of the account. Throws what SignInService throws; passport passes it on. */
  validate(request: { readonly ip?: string }, email: string, password: string): Promise<string> {
    return this.signIn.withPassword(email, password, request.ip ?? '');
  }
}
