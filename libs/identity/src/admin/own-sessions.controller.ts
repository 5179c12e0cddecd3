import { Controller, Delete, Get, HttpCode, Param } from '@nestjs/common';
import type { AppSession } from '@app/contracts';
import { CurrentUser, ForSignedIn, SessionService, type SignedIn } from '@app/identity';
import { uuid } from '@app/platform/http';
import { toAppSession } from './me.mapper';

/** Where one is signed in. */
@Controller('admin/v1/me/sessions')
@ForSignedIn()
export class OwnSessionsController {
  constructor(private readonly sessions: SessionService) {}

  @Get()
  async list(@CurrentUser() user: SignedIn): Promise<readonly AppSession[]> {
    return (await this.sessions.list(user)).map((session) => toAppSession(session, user));
  }

  @Delete(':session_id')
  @HttpCode(204)
  async end(
    @CurrentUser() user: SignedIn,
    @Param('session_id', { schema: uuid }) sessionId: string,
  ): Promise<void> {
    await this.sessions.revoke(user, sessionId);
  }
}
