import { Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { AccountService } from './account.service';
import { AppSessionRepository } from './app-session.repository';
import { AppSessionGuard } from './app-session.guard';
import { AppSessionStrategy } from './app-session.strategy';
import { MembershipService } from './membership.service';
import { PasswordStrategy } from './password.strategy';
import { SessionCookieWriter } from './session-cookie.writer';
import { SessionService } from './session.service';
import { SignInService } from './sign-in.service';
import { UserRepository } from './user.repository';

const exported = [
  AccountService,
  SessionService,
  SignInService,
  MembershipService,
  SessionCookieWriter,
  AppSessionGuard,
];

@Module({
  imports: [PassportModule],
  providers: [UserRepository, AppSessionRepository, AppSessionStrategy, PasswordStrategy, ...exported],
  exports: exported,
})
export class IdentityModule {}
