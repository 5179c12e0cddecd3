import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { mapPage, type Paging, type RequestPrincipal } from '@app/kernel';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import { ApiList, list, pagingQuery, type ListAnswer } from '@app/platform/http';
import { ScheduleService, type ScheduleView } from '@app/schedules';
import { z } from 'zod';

const scheduleResponse = z
  .object({
    schedule_id: z.uuid(),
    build_id: z.uuid(),
    cron: z.string().meta({
      description: 'As written in code: cron, or words. `@at:` and the time for what happens once.',
    }),
    ns: z.string(),
    var: z.string(),
  })
  .meta({ id: 'Schedule' });

@ApiTags('Projects')
@Controller('v1/projects/:project_id_or_slug/schedules')
export class SchedulesController {
  constructor(private readonly schedules: ScheduleService) {}

  @Get()
  @Access('project', 'read')
  @ApiList('Active schedules of a project', scheduleResponse)
  async list(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('project_id_or_slug') project: string,
    @Query({ schema: pagingQuery }) paging: Paging,
  ): Promise<ListAnswer> {
    return list(mapPage(await this.schedules.list(principal, project, paging), toResponse));
  }
}

function toResponse(schedule: ScheduleView): z.infer<typeof scheduleResponse> {
  return {
    schedule_id: schedule.scheduleId,
    build_id: schedule.buildId,
    cron: schedule.cron,
    ns: schedule.ns,
    var: schedule.var,
  };
}
