import { Injectable } from '@nestjs/common';
import type { Page, Paging, Principal } from '@app/kernel';
import { requirePermission } from '@app/access';
import { ProjectService, projectUrns } from '@app/projects';
import { ScheduleQueries, type ScheduleView } from './schedule.queries';

/** What a project runs at times. */
@Injectable()
export class ScheduleService {
  constructor(
    private readonly projects: ProjectService,
    private readonly schedules: ScheduleQueries,
  ) {}

  /** Active schedules, none while nothing is deployed. */
  async list(principal: Principal, idOrName: string, paging: Paging): Promise<Page<ScheduleView>> {
    const project = await this.projects.find(principal, idOrName);
    requirePermission(principal, 'read', ...projectUrns(project));
    return this.schedules.active(principal, project.projectId, paging);
  }
}
