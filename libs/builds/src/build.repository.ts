import { Injectable } from '@nestjs/common';
import { pageOf, type EnvScope, type Page, type Paging } from '@app/kernel';
import { Db } from '@app/platform/database';
import { ProjectEntity } from '@app/projects';
import type { SelectQueryBuilder } from 'typeorm';
import { BUILD_TYPE_IDS, BuildEntity } from './build.entity';

export interface BuildWithProject {
  readonly build: BuildEntity;
  readonly projectName: string;
}

/** What is known of a build from its archive. */
export type ArchiveFacts = Pick<
  BuildEntity,
  'hash' | 'contentSha256' | 'size' | 'inspectionError' | 'engineVersion' | 'hotStdVersion' | 'requirements'
> & { readonly storagePath: string; readonly storageBackend: 'local' | 's3' };

export type NewBuild = ArchiveFacts & Pick<BuildEntity, 'buildId' | 'projectId' | 'createdByUserId'>;

const WAKE_PROJECT = `
  UPDATE hot.project SET active = true, updated_at = now(), updated_by_user_id = $2
   WHERE project_id = $1 AND NOT active AND deleted_at IS NULL`;

/** Simple reads and the insert of builds. Every read is confined to the projects of an environment. */
@Injectable()
export class BuildRepository {
  constructor(private readonly db: Db) {}

  async list(scope: EnvScope, projectId: string | null, paging: Paging): Promise<Page<BuildWithProject>> {
    const query = this.inScope(scope)
      .orderBy('build.deployed', 'DESC')
      .addOrderBy('build.createdAt', 'DESC')
      .addOrderBy('build.buildId', 'DESC');
    if (projectId !== null) query.andWhere('build.projectId = :projectId', { projectId });
    const total = await query.getCount();
    const { entities, raw } = await query
      .limit(paging.limit)
      .offset(paging.offset)
      .getRawAndEntities<{ project_name: string }>();
    const items = entities.map((build, index) => ({ build, projectName: raw[index]?.project_name ?? '' }));
    return pageOf(items, total, paging);
  }

  find(scope: EnvScope, projectId: string, buildId: string): Promise<BuildEntity | null> {
    return this.inScope(scope)
      .andWhere('build.projectId = :projectId AND build.buildId = :buildId', { projectId, buildId })
      .getOne();
  }

  findDeployed(scope: EnvScope, projectId: string): Promise<BuildEntity | null> {
    return this.inScope(scope)
      .andWhere('build.projectId = :projectId AND build.deployed', { projectId })
      .getOne();
  }

  findLive(scope: EnvScope, projectId: string): Promise<BuildEntity | null> {
    return this.inScope(scope)
      .andWhere('build.projectId = :projectId AND build.buildTypeId = :live', {
        projectId,
        live: BUILD_TYPE_IDS.live,
      })
      .getOne();
  }

  findNewest(scope: EnvScope, projectId: string): Promise<BuildEntity | null> {
    return this.inScope(scope)
      .andWhere('build.projectId = :projectId AND build.active', { projectId })
      .orderBy('build.createdAt', 'DESC')
      .addOrderBy('build.buildId', 'DESC')
      .limit(1)
      .getOne();
  }

  /** The project of a build of that id, whosever it is: an id that a client chose may be taken. */
  async findOwnerAcrossTenants(buildId: string): Promise<string | null> {
    const build = await this.db
      .repository(BuildEntity)
      .findOne({ where: { buildId }, select: { buildId: true, projectId: true } });
    return build?.projectId ?? null;
  }

  /**
   * False when there is a build of that id already. Waits for another transaction that is inserting the same id, so
   * that of two uploads at once the second sees what became of the first.
   */
  async insert(build: NewBuild): Promise<boolean> {
    const result = await this.db
      .repository(BuildEntity)
      .createQueryBuilder()
      .insert()
      .values(build)
      .orIgnore()
      .returning('build_id')
      .updateEntity(false)
      .execute();
    return Array.isArray(result.raw) && result.raw.length > 0;
  }

  /** New bytes for a build whose archive was lost. */
  async restore(buildId: string, archive: ArchiveFacts): Promise<void> {
    await this.db
      .repository(BuildEntity)
      .update({ buildId }, { ...archive, active: true, updatedAt: () => 'now()' });
  }

  async wakeProject(projectId: string, userId: string): Promise<void> {
    await this.db.execute(WAKE_PROJECT, [projectId, userId]);
  }

  private inScope({ envId }: EnvScope): SelectQueryBuilder<BuildEntity> {
    return this.db
      .repository(BuildEntity)
      .createQueryBuilder('build')
      .innerJoin(ProjectEntity, 'project', 'project.projectId = build.projectId')
      .addSelect('project.name', 'project_name')
      .where('project.envId = :envId AND project.deletedAt IS NULL', { envId });
  }
}
