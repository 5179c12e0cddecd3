import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { EventHandlerService, type EventHandlerView } from '@app/builds';
import { mapPage, type Paging, type RequestPrincipal } from '@app/kernel';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import { ApiList, list, pagingQuery, type ListAnswer } from '@app/platform/http';
import { z } from 'zod';

const eventHandlerResponse = z
  .object({
    event_handler_id: z.uuid(),
    build_id: z.uuid(),
    event_type: z.string(),
    ns: z.string(),
    var: z.string(),
  })
  .meta({ id: 'EventHandler' });

@ApiTags('Projects')
@Controller('v1/projects/:project_id_or_slug/event-handlers')
export class EventHandlersController {
  constructor(private readonly handlers: EventHandlerService) {}

  @Get()
  @Access('project', 'read')
  @ApiList('What the deployed build of a project listens to', eventHandlerResponse)
  async list(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('project_id_or_slug') project: string,
    @Query({ schema: pagingQuery }) paging: Paging,
  ): Promise<ListAnswer> {
    return list(mapPage(await this.handlers.list(principal, project, paging), toResponse));
  }
}

function toResponse(handler: EventHandlerView): z.infer<typeof eventHandlerResponse> {
  return {
    event_handler_id: handler.eventHandlerId,
    build_id: handler.buildId,
    event_type: handler.eventType,
    ns: handler.ns,
    var: handler.var,
  };
}
