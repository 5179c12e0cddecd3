import { requireApiKey } from '@app/access';
import { mapPage, type Paging, type RequestPrincipal } from '@app/kernel';
import { SessionService } from '@app/keys';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import {
  ApiItem,
  ApiList,
  ApiNothing,
  JsonText,
  list,
  pagingQuery,
  uuid,
  type ListAnswer,
} from '@app/platform/http';
import { Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import { readJsonBody } from './json-body';
import {
  createdSessionResponse,
  createSessionRequest,
  revokedResponse,
  sessionResponse,
  toSessionResponse,
} from './session.schemas';

@ApiTags('Sessions')
@Controller('v1/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionService) {}

  @Post()
  @Access('session', 'create')
  @ApiItem(
    'Makes a session: a short-lived credential with part of what the API key may do',
    createdSessionResponse,
    201,
  )
  @ApiBody(createSessionRequest)
  async create(@CurrentPrincipal() principal: RequestPrincipal, @JsonText() text: string): Promise<object> {
    requireApiKey(principal);
    const body = readJsonBody(text);
    const { session, token } = await this.sessions.create(principal, {
      permissions: body.value('permissions'),
      metadata: body.text('metadata') ?? null,
      expiresIn: body.value('expires_in'),
    });
    return toSessionResponse(session, token);
  }

  @Get()
  @Access('session', 'read')
  @ApiList('Active sessions that this API key made, newest first', sessionResponse)
  async list(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Query({ schema: pagingQuery }) paging: Paging,
  ): Promise<ListAnswer> {
    return list(mapPage(await this.sessions.list(principal, paging), (each) => toSessionResponse(each)));
  }

  @Delete()
  @Access('session', 'delete')
  @ApiItem('Revokes all active sessions that this API key made', revokedResponse)
  async revokeAll(@CurrentPrincipal() principal: RequestPrincipal): Promise<object> {
    return { revoked_count: await this.sessions.revokeAll(principal) };
  }

  @Delete(':session_id')
  @Access('session', 'delete')
  @HttpCode(204)
  @ApiNothing('Revokes a session')
  async revoke(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('session_id', { schema: uuid }) sessionId: string,
  ): Promise<void> {
    await this.sessions.revoke(principal, sessionId);
  }
}
