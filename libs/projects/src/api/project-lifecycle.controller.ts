import { Controller, Delete, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { RequestPrincipal } from '@app/kernel';
import { ProjectLifecycleService } from '@app/builds';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import { ApiItem, ApiNothing } from '@app/platform/http';
import { lifecycleResponse, toLifecycleResponse, type LifecycleResponse } from './project.schemas';

@ApiTags('Projects')
@Controller('v1/projects/:project_id_or_slug')
export class ProjectLifecycleController {
  constructor(private readonly lifecycle: ProjectLifecycleService) {}

  @Post('activate')
  @Access('project', 'update')
  @HttpCode(200)
  @ApiItem('Activates a project and deploys its newest build', lifecycleResponse)
  async activate(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('project_id_or_slug') project: string,
  ): Promise<LifecycleResponse> {
    return toLifecycleResponse(await this.lifecycle.activate(principal, project));
  }

  @Post('deactivate')
  @Access('project', 'update')
  @HttpCode(200)
  @ApiItem('Deactivates a project: nothing of it serves', lifecycleResponse)
  async deactivate(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('project_id_or_slug') project: string,
  ): Promise<LifecycleResponse> {
    return toLifecycleResponse(await this.lifecycle.deactivate(principal, project));
  }

  @Delete()
  @Access('project', 'delete')
  @HttpCode(204)
  @ApiNothing('Deletes a project')
  async delete(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('project_id_or_slug') project: string,
  ): Promise<void> {
    await this.lifecycle.delete(principal, project);
  }
}
