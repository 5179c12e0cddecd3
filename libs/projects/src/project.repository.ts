import { Injectable } from '@nestjs/common';
import { newId, pageOf, type EnvScope, type Page, type Paging } from '@app/kernel';
import { Db, isUniqueViolation } from '@app/platform/database';
import { IsNull } from 'typeorm';
import { ProjectEntity } from './project.entity';
import { ProjectNameTakenError } from './project.errors';

// One statement, so that two calls at once end with one row: the second finds it and wakes it up if it was inactive.
const CREATE = `
  INSERT INTO hot.project (project_id, env_id, name, created_by_user_id) VALUES ($1, $2, $3, $4)
  ON CONFLICT (env_id, name) WHERE deleted_at IS NULL DO UPDATE SET
    active = true,
    updated_at = CASE WHEN project.active THEN project.updated_at ELSE now() END,
    updated_by_user_id = CASE WHEN project.active THEN project.updated_by_user_id ELSE $4 END
  RETURNING project_id`;

// Clients compare times of millisecond precision: the new one is always a later one.
const RENAME = `
  UPDATE hot.project SET name = $3, updated_by_user_id = $4,
    updated_at = greatest(now(), updated_at + interval '1 millisecond')
   WHERE env_id = $1 AND project_id = $2 AND deleted_at IS NULL`;

const BUMP_REVISION = `UPDATE hot.env SET runtime_revision = runtime_revision + 1 WHERE env_id = $1`;

/** Writes and simple reads of projects. Deleted ones exist only for those who ask for them by id on purpose. */
@Injectable()
export class ProjectRepository {
  constructor(private readonly db: Db) {}

  async list({ envId }: EnvScope, paging: Paging): Promise<Page<ProjectEntity>> {
    const [items, total] = await this.db.repository(ProjectEntity).findAndCount({
      where: { envId, deletedAt: IsNull() },
      order: { active: 'DESC', createdAt: 'DESC', projectId: 'DESC' },
      take: paging.limit,
      skip: paging.offset,
    });
    return pageOf(items, total, paging);
  }

  findById({ envId }: EnvScope, projectId: string): Promise<ProjectEntity | null> {
    return this.db.repository(ProjectEntity).findOneBy({ envId, projectId, deletedAt: IsNull() });
  }

  findByName({ envId }: EnvScope, name: string): Promise<ProjectEntity | null> {
    return this.db.repository(ProjectEntity).findOneBy({ envId, name, deletedAt: IsNull() });
  }

  /** The project of that name: a new one, or the one there is, active again. */
  async ensure({ envId }: EnvScope, name: string, userId: string): Promise<ProjectEntity> {
    const row = await this.db.queryOne<{ project_id: string }>(CREATE, [newId(), envId, name, userId]);
    return this.db.repository(ProjectEntity).findOneByOrFail({ envId, projectId: row?.project_id ?? '' });
  }

  /** Answers whether there was such a project. Throws ProjectNameTakenError. */
  async rename({ envId }: EnvScope, projectId: string, name: string, userId: string): Promise<boolean> {
    try {
      return (await this.db.execute(RENAME, [envId, projectId, name, userId])) > 0;
    } catch (error) {
      throw isUniqueViolation(error, 'project_name_key') ? new ProjectNameTakenError(name, error) : error;
    }
  }

  /** Routing caches carry project names. */
  async bumpRevision({ envId }: EnvScope): Promise<void> {
    await this.db.execute(BUMP_REVISION, [envId]);
  }
}
