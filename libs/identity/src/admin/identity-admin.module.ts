import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AppSessionGuard, IdentityModule } from '@app/identity';
import { OwnSessionsController } from './own-sessions.controller';
import { PasswordGuard } from './password.guard';
import { SignInController } from './sign-in.controller';

/** Signing in, and the guard in front of every route of the app. */
@Module({
  imports: [IdentityModule],
  controllers: [SignInController, OwnSessionsController],
  providers: [PasswordGuard, { provide: APP_GUARD, useExisting: AppSessionGuard }],
})
export class IdentityAdminModule {}
