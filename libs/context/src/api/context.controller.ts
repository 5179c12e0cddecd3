import { ContextService } from '@app/context';
import { mapPage, type Paging, type RequestPrincipal } from '@app/kernel';
import { Access, CurrentPrincipal } from '@app/platform/auth';
import {
  ApiItem,
  ApiList,
  ApiNothing,
  JsonBody,
  list,
  pagingQuery,
  type ListAnswer,
} from '@app/platform/http';
import { Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  contextInput,
  contextResponse,
  contextUpdate,
  toContextResponse,
  type ContextResponse,
  type ContextVariableInput,
  type ContextVariableUpdate,
} from './context.schemas';

@ApiTags('Context')
@Controller('v1/projects/:project_id_or_slug/context')
export class ContextController {
  constructor(private readonly context: ContextService) {}

  @Get()
  @Access('context', 'read')
  @ApiList('Context variables of a project, by key; never their values', contextResponse)
  async list(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('project_id_or_slug') project: string,
    @Query({ schema: pagingQuery }) paging: Paging,
  ): Promise<ListAnswer> {
    return list(mapPage(await this.context.list(principal, project, paging), toContextResponse));
  }

  @Post()
  @Access('context', 'create')
  @ApiItem('Creates a context variable', contextResponse, 201)
  async create(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('project_id_or_slug') project: string,
    @JsonBody(contextInput) { key, value, description = null }: ContextVariableInput,
  ): Promise<ContextResponse> {
    return toContextResponse(await this.context.create(principal, project, key, { value, description }));
  }

  @Put(':key')
  @Access('context', 'update')
  @ApiItem('Replaces the value and description of a context variable', contextResponse)
  async replace(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('project_id_or_slug') project: string,
    @Param('key') key: string,
    @JsonBody(contextUpdate) { value, description = null }: ContextVariableUpdate,
  ): Promise<ContextResponse> {
    return toContextResponse(await this.context.replace(principal, project, key, { value, description }));
  }

  @Delete(':key')
  @Access('context', 'delete')
  @HttpCode(204)
  @ApiNothing('Deletes a context variable')
  async delete(
    @CurrentPrincipal() principal: RequestPrincipal,
    @Param('project_id_or_slug') project: string,
    @Param('key') key: string,
  ): Promise<void> {
    await this.context.delete(principal, project, key);
  }
}
