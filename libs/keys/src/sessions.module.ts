import { Module } from '@nestjs/common';
import { SessionRepository } from './session.repository';
import { SessionService } from './session.service';

/** Managing sessions. What makes them credentials is KeyCredentialsModule. */
@Module({ providers: [SessionRepository, SessionService], exports: [SessionRepository, SessionService] })
export class SessionsModule {}
