import { Controller, Get, HttpCode, Param, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { bareUuid, mapPage, type Paging, type RequestPrincipal } from '@app/kernel';
import { BuildService, DeployService } from '@app/builds';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import { ApiBytes, ApiItem, ApiList, list, pagingQuery, uuid, type ListAnswer } from '@app/platform/http';
import { buildResponse, toBuildResponse, type BuildResponse } from './build.schemas';

@ApiTags('Builds')
@Controller('v1')
export class BuildsController {
  constructor(
    private readonly builds: BuildService,
    private readonly deploys: DeployService,
  ) {}

  @Get('builds')
  @Access('build', 'read')
  @ApiList('Builds of all projects of the environment, deployed ones first', buildResponse)
  async listAll(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Query({ schema: pagingQuery }) paging: Paging,
  ): Promise<ListAnswer> {
    return list(mapPage(await this.builds.listAll(principal, paging), toBuildResponse));
  }

  @Get('projects/:project_id_or_slug/builds')
  @Access('build', 'read')
  @ApiList('Builds of a project, the deployed one first', buildResponse)
  async list(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('project_id_or_slug') project: string,
    @Query({ schema: pagingQuery }) paging: Paging,
  ): Promise<ListAnswer> {
    return list(mapPage(await this.builds.list(principal, project, paging), toBuildResponse));
  }

  @Get('projects/:project_id_or_slug/builds/deployed')
  @Access('build', 'read')
  @ApiItem('The deployed build of a project', buildResponse)
  async deployed(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('project_id_or_slug') project: string,
  ): Promise<BuildResponse> {
    return toBuildResponse(await this.builds.deployed(principal, project));
  }

  @Get('projects/:project_id_or_slug/builds/live')
  @Access('build', 'read')
  @ApiItem('The live build of a project', buildResponse)
  async live(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('project_id_or_slug') project: string,
  ): Promise<BuildResponse> {
    return toBuildResponse(await this.builds.live(principal, project));
  }

  @Get('projects/:project_id_or_slug/builds/:build_id')
  @Access('build', 'read')
  @ApiItem('One build', buildResponse)
  async get(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('project_id_or_slug') project: string,
    @Param('build_id', { schema: uuid }) buildId: string,
  ): Promise<BuildResponse> {
    return toBuildResponse(await this.builds.get(principal, project, buildId));
  }

  @Get('projects/:project_id_or_slug/builds/:build_id/download')
  @Access('build', 'read')
  @ApiBytes('The archive as it was uploaded', 'application/zip')
  async download(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('project_id_or_slug') project: string,
    @Param('build_id', { schema: uuid }) buildId: string,
  ): Promise<StreamableFile> {
    const { stream, bytes } = await this.builds.download(principal, project, buildId);
    return new StreamableFile(stream, {
      type: 'application/zip',
      disposition: `attachment; filename="${bareUuid(buildId)}.hot.zip"`,
      length: bytes,
    });
  }

  @Post('projects/:project_id_or_slug/builds/:build_id/deploy')
  @Access('build', 'execute')
  @HttpCode(200)
  @ApiItem('Asks for a build to serve', buildResponse)
  async deploy(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('project_id_or_slug') project: string,
    @Param('build_id', { schema: uuid }) buildId: string,
  ): Promise<BuildResponse> {
    return toBuildResponse(await this.deploys.deploy(principal, project, buildId));
  }
}
