import { requirePermission } from '@app/access';
import { EventCommands, EventReads, readPublishBody, requireEventPermission } from '@app/events';
import { mapPage, type Paging, type RequestPrincipal } from '@app/kernel';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import { ApiItem, ApiList, JsonText, list, pagingQuery, uuid, type ListAnswer } from '@app/platform/http';
import { RunQuota } from '@app/plans';
import { Controller, Get, Headers, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiTags } from '@nestjs/swagger';
import { eventResponse, publishRequest, toEventResponse } from './event.response';

@ApiTags('Events')
@Controller('v1/events')
export class EventsController {
  constructor(
    private readonly commands: EventCommands,
    private readonly reads: EventReads,
    private readonly quota: RunQuota,
  ) {}

  @Post()
  @Access('event', 'create')
  @ApiItem('The published event', eventResponse, 201)
  @ApiBody(publishRequest)
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  async publish(
    @CurrentPrincipal() principal: RequestPrincipal,
    @JsonText() text: string,
    @Headers('idempotency-key') idempotencyKey?: string,
  ): Promise<object> {
    const body = readPublishBody(text);
    requireEventPermission(principal, 'create', body.eventType, body.eventData);
    // Without a limit nothing is waited for.
    const checked = this.quota.check(principal);
    if (checked !== undefined) await checked;
    const event = await this.commands.publish(principal, body, {
      source: 'api',
      idempotencyKey: idempotencyKey ?? null,
    });
    return toEventResponse(event);
  }

  @Get()
  @Access('event', 'read')
  @ApiList('Events, newest first', eventResponse)
  async list(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Query({ schema: pagingQuery }) paging: Paging,
  ): Promise<ListAnswer> {
    requirePermission(principal, 'read', 'event:*');
    return list(mapPage(await this.reads.list(principal, paging), toEventResponse));
  }

  @Get(':event_id')
  @Access('event', 'read')
  @ApiItem('One event', eventResponse)
  async get(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('event_id', { schema: uuid }) eventId: string,
  ): Promise<object> {
    const event = await this.reads.get(principal, eventId);
    requireEventPermission(principal, 'read', event.eventType, event.eventData);
    return toEventResponse(event);
  }
}
