import { Injectable } from '@nestjs/common';
import type { Page, Paging, Principal } from '@app/kernel';
import { requirePermission } from '@app/access';
import { ProjectService, projectUrns } from '@app/projects';
import { EventHandlerQueries, type EventHandlerView } from './event-handler.queries';

/** What a project listens to. */
@Injectable()
export class EventHandlerService {
  constructor(
    private readonly projects: ProjectService,
    private readonly handlers: EventHandlerQueries,
  ) {}

  /** Handlers of the deployed build, none while nothing is deployed. */
  async list(principal: Principal, idOrName: string, paging: Paging): Promise<Page<EventHandlerView>> {
    const project = await this.projects.find(principal, idOrName);
    requirePermission(principal, 'read', ...projectUrns(project));
    return this.handlers.deployed(principal, project.projectId, paging);
  }
}
