import { EventReads, requireEventPermission } from '@app/events';
import { mapPage, type Paging, type RequestPrincipal } from '@app/kernel';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import { ApiList, list, pagingQuery, uuid, type ListAnswer } from '@app/platform/http';
import { RunReads } from '@app/runs';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { runResponse, toRunResponse } from './run.response';

@ApiTags('Events')
@Controller('v1/events/:event_id/runs')
export class EventRunsController {
  constructor(
    private readonly events: EventReads,
    private readonly runs: RunReads,
  ) {}

  @Get()
  @Access('event', 'read')
  @ApiList('Runs that the event caused, newest first', runResponse)
  async list(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('event_id', { schema: uuid }) eventId: string,
    @Query({ schema: pagingQuery }) paging: Paging,
  ): Promise<ListAnswer> {
    const event = await this.events.get(principal, eventId);
    requireEventPermission(principal, 'read', event.eventType, event.eventData);
    return list(mapPage(await this.runs.ofEvent(principal, eventId, paging), toRunResponse));
  }
}
