/** Tables: context, project. Variables of an environment or of one of its projects. */
import { Injectable } from '@nestjs/common';
import type { EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import type { Sealed } from '@app/platform/crypto';

/** null: the environment itself. */
export type LevelProjectId = string | null;

const AT_LEVEL = `
  CASE WHEN $2::uuid IS NULL THEN c.env_id = $1
       ELSE c.project_id = $2 AND EXISTS (
         SELECT 1 FROM hot.project p WHERE p.project_id = c.project_id AND p.env_id = $1 AND p.deleted_at IS NULL)
  END`;

const FIND = `SELECT c.context_id FROM hot.context c WHERE c.key = $3 AND ${AT_LEVEL}`;

const INSERT_OF_ENV = `
  INSERT INTO hot.context (context_id, env_id, key, value, key_version, description, created_by_user_id)
  VALUES ($2, $1, $3, $4, $5, $6, $7)`;

// Clients compare times of millisecond precision: the new one is always a later one.
const CHANGE = `
  UPDATE hot.context c SET value = coalesce($4, c.value), key_version = coalesce($5, c.key_version),
    description = CASE WHEN $6 THEN $7 ELSE c.description END, updated_by_user_id = $8,
    updated_at = greatest(now(), c.updated_at + interval '1 millisecond')
   WHERE c.context_id = $3 AND ${AT_LEVEL}`;

const DELETE = `DELETE FROM hot.context c WHERE c.key = $3 AND ${AT_LEVEL}`;

@Injectable()
export class ContextLevelRepository {
  constructor(private readonly db: Db) {}

  async find({ envId }: EnvScope, projectId: LevelProjectId, key: string): Promise<string | undefined> {
    const row = await this.db.queryOne<{ context_id: string }>(FIND, [envId, projectId, key]);
    return row?.context_id;
  }

  async insertOfEnv(
    { envId }: EnvScope,
    row: {
      readonly contextId: string;
      readonly key: string;
      readonly sealed: Sealed;
      readonly description: string | null;
      readonly userId: string;
    },
  ): Promise<void> {
    const { contextId, key, sealed, description, userId } = row;
    await this.db.execute(INSERT_OF_ENV, [
      envId,
      contextId,
      key,
      sealed.envelope,
      sealed.keyVersion,
      description,
      userId,
    ]);
  }

  /** What is undefined stays as it is. Answers whether the variable was there. */
  async change(
    { envId }: EnvScope,
    projectId: LevelProjectId,
    row: {
      readonly contextId: string;
      readonly sealed: Sealed | undefined;
      readonly description: string | null | undefined;
      readonly userId: string;
    },
  ): Promise<boolean> {
    const { contextId, sealed, description, userId } = row;
    const changed = await this.db.execute(CHANGE, [
      envId,
      projectId,
      contextId,
      sealed?.envelope ?? null,
      sealed?.keyVersion ?? null,
      description !== undefined,
      description ?? null,
      userId,
    ]);
    return changed > 0;
  }

  /** Answers whether there was such a variable. */
  async delete({ envId }: EnvScope, projectId: LevelProjectId, key: string): Promise<boolean> {
    return (await this.db.execute(DELETE, [envId, projectId, key])) > 0;
  }
}
