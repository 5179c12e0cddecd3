import { Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { mapPage, type Paging, type RequestPrincipal } from '@app/kernel';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import { ApiItem, ApiList, JsonBody, list, pagingQuery, type ListAnswer } from '@app/platform/http';
import { ProjectService } from '@app/projects';
import {
  projectInput,
  projectResponse,
  toProjectResponse,
  type ProjectInput,
  type ProjectResponse,
} from './project.schemas';

@ApiTags('Projects')
@Controller('v1/projects')
export class ProjectsController {
  constructor(private readonly projects: ProjectService) {}

  @Get()
  @Access('project', 'read')
  @ApiList('Projects of the environment, active ones first', projectResponse)
  async list(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Query({ schema: pagingQuery }) paging: Paging,
  ): Promise<ListAnswer> {
    return list(mapPage(await this.projects.list(principal, paging), toProjectResponse));
  }

  @Post()
  @Access('project', 'create')
  @ApiItem('Creates a project, or answers the one of that name', projectResponse, 201)
  async create(
    @CurrentPrincipal() principal: RequestPrincipal,
    @JsonBody(projectInput) input: ProjectInput,
  ): Promise<ProjectResponse> {
    return toProjectResponse(await this.projects.create(principal, input.name));
  }

  @Get(':project_id_or_slug')
  @Access('project', 'read')
  @ApiItem('One project', projectResponse)
  async get(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('project_id_or_slug') project: string,
  ): Promise<ProjectResponse> {
    return toProjectResponse(await this.projects.get(principal, project));
  }

  @Patch(':project_id_or_slug')
  @Access('project', 'update')
  @ApiItem('Renames a project', projectResponse)
  async rename(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('project_id_or_slug') project: string,
    @JsonBody(projectInput) input: ProjectInput,
  ): Promise<ProjectResponse> {
    return toProjectResponse(await this.projects.rename(principal, project, input.name));
  }
}
