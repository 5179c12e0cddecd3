import { Controller, Delete, Get, HttpCode, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { AppSession } from '@app/contracts';
import { CurrentUser, ForSignedIn, SessionService, type SignedIn } from '@app/identity';
import { uuid } from '@app/platform/http';
import { AnswersAll, AnswersNothing } from '@app/platform/lists';
import { toAppSession } from './me.mapper';

/** Where one is signed in. */
@ApiTags('Sign-in')
@Controller('admin/v1/me/sessions')
@ForSignedIn()
export class OwnSessionsController {
  constructor(private readonly sessions: SessionService) {}

  @Get()
  @AnswersAll('AppSession', 'Where one is signed in')
  async list(@CurrentUser() user: SignedIn): Promise<readonly AppSession[]> {
    return (await this.sessions.list(user)).map((session) => toAppSession(session, user));
  }

  @Delete(':session_id')
  @HttpCode(204)
  @AnswersNothing('Ends one of one’s own sessions')
  async end(
    @CurrentUser() user: SignedIn,
    @Param('session_id', { schema: uuid }) sessionId: string,
  ): Promise<void> {
    await this.sessions.revoke(user, sessionId);
  }
}
