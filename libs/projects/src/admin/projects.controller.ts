import { Controller, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ProjectLifecycleService } from '@app/builds';
import type { ProjectDetail, ProjectRow } from '@app/contracts';
import { CurrentEnv, Needs, toPrincipal, type EnvMember } from '@app/identity';
import { Clock, NotFoundError, parseUuid, type EnvScope } from '@app/kernel';
import { CatalogueQueries, toBuildRow, type ProjectRecord } from '@app/observe';
import { JsonBody, type BareAnswer } from '@app/platform/http';
import {
  AnswersOne,
  AnswersPage,
  listing,
  listQueryShape,
  offsetPage,
  pagePosition,
  RequestId,
} from '@app/platform/lists';
import { z } from 'zod';
import { toProjectDetail, toProjectRow } from './project.mapper';

const projectsQuery = z.object({
  q: listQueryShape.q,
  sort: z.enum(['name']).optional(),
  limit: listQueryShape.limit,
  offset: listQueryShape.offset,
  cursor: listQueryShape.cursor,
});
const pageQuery = z.object({
  limit: listQueryShape.limit,
  offset: listQueryShape.offset,
  cursor: listQueryShape.cursor,
});
const changesBody = z.object({ active: z.boolean() });

@ApiTags('Projects')
@Controller('admin/v1/orgs/:org/envs/:env/projects')
export class ProjectsController {
  constructor(
    private readonly catalogue: CatalogueQueries,
    private readonly lifecycle: ProjectLifecycleService,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Needs('view')
  @AnswersPage('ProjectRow', 'Projects, by name')
  async list(
    @CurrentEnv() member: EnvMember,
    @Query({ schema: projectsQuery }) query: z.infer<typeof projectsQuery>,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    const { limit, offset } = pagePosition(query);
    const { rows, total } = await this.catalogue.projects(member, { q: query.q, limit, offset });
    return listing(offsetPage(await this.toRows(member, rows), total, { limit, offset }), {
      requestId,
      nowMs: this.clock.nowMs(),
    });
  }

  @Get(':name')
  @Needs('view')
  @AnswersOne('ProjectDetail', 'One project, by name or id')
  async find(@CurrentEnv() member: EnvMember, @Param('name') name: string): Promise<ProjectDetail> {
    return this.detail(member, await this.require(member, name));
  }

  @Patch(':name')
  @Needs('project.manage')
  @AnswersOne('ProjectDetail', 'Starts or stops a project')
  async change(
    @CurrentEnv() member: EnvMember,
    @Param('name') name: string,
    @JsonBody(changesBody) { active }: z.infer<typeof changesBody>,
  ): Promise<ProjectDetail> {
    const project = await this.require(member, name);
    const principal = toPrincipal(member);
    if (active) await this.lifecycle.activate(principal, project.project_id);
    else await this.lifecycle.deactivate(principal, project.project_id);
    return this.detail(member, await this.require(member, project.project_id));
  }

  @Get(':name/builds')
  @Needs('view')
  @AnswersPage('BuildRow', 'Builds of a project, newest first')
  async builds(
    @CurrentEnv() member: EnvMember,
    @Param('name') name: string,
    @Query({ schema: pageQuery }) query: z.infer<typeof pageQuery>,
    @RequestId() requestId: string,
  ): Promise<BareAnswer> {
    const project = await this.require(member, name);
    const { limit, offset } = pagePosition(query);
    const { rows, total } = await this.catalogue.builds(member, project.project_id, { limit, offset });
    return listing(offsetPage(rows.map(toBuildRow), total, { limit, offset }), {
      requestId,
      nowMs: this.clock.nowMs(),
    });
  }

  private async require(scope: EnvScope, name: string): Promise<ProjectRecord> {
    const project = await this.catalogue.project(scope, name, parseUuid(name));
    if (project === undefined) throw new NotFoundError('Project');
    return project;
  }

  private async detail(member: EnvMember, project: ProjectRecord): Promise<ProjectDetail> {
    const [row] = await this.toRows(member, [project]);
    if (row === undefined) throw new NotFoundError('Project');
    return toProjectDetail(project, row, member.role);
  }

  private async toRows(scope: EnvScope, projects: readonly ProjectRecord[]): Promise<readonly ProjectRow[]> {
    const ids = projects.map(({ project_id }) => project_id);
    const [deployed, sparks] = await Promise.all([
      this.catalogue.deployedBuilds(scope, ids),
      this.catalogue.sparks(scope, ids, this.clock.nowMs()),
    ]);
    return projects.map((project) =>
      toProjectRow(
        project,
        deployed.find(({ project_id }) => project_id === project.project_id),
        sparks.filter(({ project_id }) => project_id === project.project_id),
      ),
    );
  }
}
