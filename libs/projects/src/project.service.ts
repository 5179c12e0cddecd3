import { Injectable } from '@nestjs/common';
import {
  mapPage,
  NotFoundError,
  parseUuid,
  type EnvScope,
  type Page,
  type Paging,
  type Principal,
} from '@app/kernel';
import { requirePermission } from '@app/access';
import { Db } from '@app/platform/database';
import { ProjectEntity } from './project.entity';
import { parseProjectName } from './project-name';
import { ANY_PROJECT, projectUrns } from './project.permissions';
import { ProjectRepository } from './project.repository';

export interface ProjectView {
  readonly projectId: string;
  readonly envId: string;
  readonly name: string;
  readonly active: boolean;
  readonly servingBuildId: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Projects of an environment. A project is addressed by its id or by its name; names are never UUIDs. */
@Injectable()
export class ProjectService {
  constructor(
    private readonly db: Db,
    private readonly projects: ProjectRepository,
  ) {}

  async list(principal: Principal, paging: Paging): Promise<Page<ProjectView>> {
    requirePermission(principal, 'read', ANY_PROJECT);
    return mapPage(await this.projects.list(principal, paging), toProjectView);
  }

  /** Creates a project, or answers the one of that name, which is active afterwards. */
  async create(principal: Principal, untrustedName: string): Promise<ProjectView> {
    const name = parseProjectName(untrustedName);
    requirePermission(principal, 'create', `project:${name}`);
    return toProjectView(await this.projects.ensure(principal, name, principal.userId));
  }

  async get(principal: Principal, idOrName: string): Promise<ProjectView> {
    const project = await this.find(principal, idOrName);
    requirePermission(principal, 'read', ...projectUrns(project));
    return project;
  }

  async rename(principal: Principal, idOrName: string, untrustedName: string): Promise<ProjectView> {
    const name = parseProjectName(untrustedName);
    const project = await this.find(principal, idOrName);
    requirePermission(principal, 'update', ...projectUrns(project));
    return this.db.tx(async () => {
      if (!(await this.projects.rename(principal, project.projectId, name, principal.userId))) {
        throw new NotFoundError('Project');
      }
      if (name !== project.name) await this.projects.bumpRevision(principal);
      return this.find(principal, project.projectId);
    });
  }

  /** The project, inactive ones included; for callers that ask for permissions of their own. Throws NotFoundError. */
  async find(scope: EnvScope, idOrName: string): Promise<ProjectView> {
    const id = parseUuid(idOrName);
    const project = await (id === null
      ? this.projects.findByName(scope, idOrName)
      : this.projects.findById(scope, id));
    if (project === null) throw new NotFoundError('Project');
    return toProjectView(project);
  }
}

function toProjectView(project: ProjectEntity): ProjectView {
  return {
    projectId: project.projectId,
    envId: project.envId,
    name: project.name,
    active: project.active,
    servingBuildId: project.servingBuildId,
    createdAt: project.createdAt,
    updatedAt: project.updatedAt,
  };
}
