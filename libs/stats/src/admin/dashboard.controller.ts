import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Dashboard, NavBadges } from '@app/contracts';
import { CurrentEnv, Needs, roleMay, type EnvMember } from '@app/identity';
import { BadRequestError, Clock } from '@app/kernel';
import { AnswersOne, GRANULARITIES, isTimeZone, listRange, parseFreeValues } from '@app/platform/lists';
import { z } from 'zod';
import { DashboardService } from './dashboard.service';
import { NavQueries } from './nav.queries';

const dashboardQuery = z.object({
  project: z.string().max(4000).optional(),
  t: z.string().max(20).optional(),
  from: z.string().max(40).optional(),
  to: z.string().max(40).optional(),
  g: z.string().max(20).optional(),
  tz: z.string().max(64).optional(),
});

@ApiTags('Dashboard')
@Controller('admin/v1/orgs/:org/envs/:env')
export class DashboardController {
  constructor(
    private readonly dashboards: DashboardService,
    private readonly nav: NavQueries,
    private readonly clock: Clock,
  ) {}

  @Get('dashboard')
  @Needs('view')
  @AnswersOne('Dashboard', 'What is wrong, how much is going on, is it normal')
  dashboard(
    @CurrentEnv() member: EnvMember,
    @Query({ schema: dashboardQuery }) query: z.infer<typeof dashboardQuery>,
  ): Promise<Dashboard> {
    const timeZone = query.tz === undefined || query.tz === '' ? 'UTC' : query.tz;
    if (!isTimeZone(timeZone)) throw new BadRequestError('tz must be a time zone such as Europe/Berlin');
    const projects = parseFreeValues('project', query.project);
    return this.dashboards.build(member, {
      range: listRange(query, this.clock.nowMs()),
      // A width that does not exist or does not suit is chosen anew: an old link still opens.
      granularity: GRANULARITIES.find((granularity) => granularity === query.g),
      timeZone,
      projects: projects?.values,
      showPayload: roleMay(member.role, 'payload.view'),
    });
  }

  @Get('nav')
  @Needs('view')
  @AnswersOne('NavBadges', 'What needs attention, beside the navigation')
  badges(@CurrentEnv() member: EnvMember): Promise<NavBadges> {
    return this.nav.badges(member, this.clock.nowMs());
  }
}
