import { Controller, Get, HttpCode, Param, Post, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { BuildService, DeployService } from '@app/builds';
import type { BuildChanges, BuildDetail, BuildRow, HandlerRow } from '@app/contracts';
import { CurrentEnv, Needs, toPrincipal, type EnvMember } from '@app/identity';
import { bareUuid, NotFoundError } from '@app/kernel';
import { CatalogueQueries, toBuildRow, type BuildDetailRecord } from '@app/observe';
import { uuid } from '@app/platform/http';
import { AnswersFile, AnswersOne } from '@app/platform/lists';
import { requiredKeys, toBuildDetail, toHandlerRow } from './build-detail.mapper';

@ApiTags('Builds')
@Controller('admin/v1/orgs/:org/envs/:env/builds/:build_id')
export class BuildsController {
  constructor(
    private readonly catalogue: CatalogueQueries,
    private readonly builds: BuildService,
    private readonly deploys: DeployService,
  ) {}

  @Get()
  @Needs('view')
  @AnswersOne('BuildDetail', 'One build')
  async find(
    @CurrentEnv() member: EnvMember,
    @Param('build_id', { schema: uuid }) buildId: string,
  ): Promise<BuildDetail> {
    const build = await this.require(member, buildId);
    const [handlers, setKeys] = await Promise.all([
      this.catalogue.handlers(member, buildId),
      this.catalogue.setContextKeys(member, build.project_id, requiredKeys(build)),
    ]);
    return toBuildDetail(build, handlers, setKeys, member.role);
  }

  @Get('changes')
  @Needs('view')
  @AnswersOne('BuildChanges', 'What deploying it would change')
  async changes(
    @CurrentEnv() member: EnvMember,
    @Param('build_id', { schema: uuid }) buildId: string,
  ): Promise<BuildChanges> {
    const to = await this.require(member, buildId);
    const [deployed] = await this.catalogue.deployedBuilds(member, [to.project_id]);
    const [before, after, setKeys] = await Promise.all([
      deployed === undefined ? [] : this.catalogue.handlers(member, deployed.build_id),
      this.catalogue.handlers(member, buildId),
      this.catalogue.setContextKeys(member, to.project_id, requiredKeys(to)),
    ]);
    const [old, fresh] = [before.map(toHandlerRow), after.map(toHandlerRow)];
    return {
      from: deployed === undefined ? null : toBuildRow(deployed),
      to: toBuildRow(to),
      added: without(fresh, old),
      removed: without(old, fresh),
      missing_context_keys: requiredKeys(to).filter((key) => !setKeys.has(key)),
    };
  }

  @Post('deploy')
  @Needs('build.deploy')
  @HttpCode(202)
  @AnswersOne('BuildRow', 'Asks for a build to serve; it does so once a worker has loaded it', 202)
  async deploy(
    @CurrentEnv() member: EnvMember,
    @Param('build_id', { schema: uuid }) buildId: string,
  ): Promise<BuildRow> {
    const build = await this.require(member, buildId);
    await this.deploys.deploy(toPrincipal(member), build.project_id, buildId);
    return toBuildRow(await this.require(member, buildId));
  }

  @Get('download')
  @Needs('build.deploy')
  @AnswersFile('application/zip', 'The archive as it was uploaded')
  async download(
    @CurrentEnv() member: EnvMember,
    @Param('build_id', { schema: uuid }) buildId: string,
  ): Promise<StreamableFile> {
    const build = await this.require(member, buildId);
    const { stream, bytes } = await this.builds.download(toPrincipal(member), build.project_id, buildId);
    return new StreamableFile(stream, {
      type: 'application/zip',
      disposition: `attachment; filename="${bareUuid(buildId)}.hot.zip"`,
      length: bytes,
    });
  }

  private async require(member: EnvMember, buildId: string): Promise<BuildDetailRecord> {
    const build = await this.catalogue.build(member, buildId);
    if (build === undefined) throw new NotFoundError('Build');
    return build;
  }
}

/** Handlers by event type and function that the other list does not have. */
function without(rows: readonly HandlerRow[], others: readonly HandlerRow[]): readonly HandlerRow[] {
  const keyOf = (row: HandlerRow): string => `${row.event_type}\0${row.function}`;
  const known = new Set(others.map(keyOf));
  return rows.filter((row) => !known.has(keyOf(row)));
}
