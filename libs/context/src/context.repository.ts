/** Tables: context, project, env. Values leave this file only as envelopes. */
import { Injectable } from '@nestjs/common';
import { pageOf, type EnvScope, type Page, type Paging } from '@app/kernel';
import { Db, statement } from '@app/platform/database';
import type { Sealed } from '@app/platform/crypto';

export interface ContextRow {
  readonly context_id: string;
  readonly key: string;
  readonly description: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** A value as a run's environment and project have it. */
export interface SealedVariable {
  readonly context_id: string;
  readonly key: string;
  readonly value: string;
  /** Whether it is the project's own. */
  readonly own: boolean;
}

export interface StaleVariable {
  readonly context_id: string;
  readonly org_id: string;
  readonly env_id: string;
  readonly value: string;
}

const COLUMNS = 'c.context_id, c.key, c.description, c.created_at, c.updated_at';
const OF_PROJECT = `
  FROM hot.context c JOIN hot.project p ON p.project_id = c.project_id
 WHERE p.env_id = $1 AND p.project_id = $2 AND p.deleted_at IS NULL`;

// Byte order: the same in every database, whatever its language.
const PAGE = `SELECT ${COLUMNS} ${OF_PROJECT} ORDER BY c.key COLLATE "C" LIMIT $3 OFFSET $4`;
const TOTAL = `SELECT count(*) AS total ${OF_PROJECT}`;
const FIND = `SELECT ${COLUMNS} ${OF_PROJECT} AND c.key = $3`;

// The lock keeps a deletion of the project from passing in between, which would leave the variable behind.
const INSERT = `
  INSERT INTO hot.context AS c (context_id, project_id, key, value, key_version, description, created_by_user_id)
  SELECT $3, p.project_id, $4, $5, $6, $7, $8 FROM hot.project p
   WHERE p.env_id = $1 AND p.project_id = $2 AND p.deleted_at IS NULL FOR SHARE
  RETURNING ${COLUMNS}`;

// Clients compare times of millisecond precision: the new one is always a later one.
const REPLACE = `
  UPDATE hot.context c SET value = $4, key_version = $5, description = $6, updated_by_user_id = $7,
    updated_at = greatest(now(), c.updated_at + interval '1 millisecond')
    FROM hot.project p
   WHERE p.project_id = c.project_id AND p.env_id = $1 AND p.project_id = $2 AND p.deleted_at IS NULL
     AND c.context_id = $3
  RETURNING ${COLUMNS}`;

const DELETE = `
  DELETE FROM hot.context c USING hot.project p
   WHERE p.project_id = c.project_id AND p.env_id = $1 AND p.project_id = $2 AND p.deleted_at IS NULL AND c.key = $3`;

const FOR_RUNS = statement(
  'context_for_runs',
  `SELECT context_id, key, value, false AS own FROM hot.context WHERE env_id = $1
   UNION ALL
   SELECT c.context_id, c.key, c.value, true FROM hot.context c JOIN hot.project p ON p.project_id = c.project_id
    WHERE c.project_id = $2 AND p.env_id = $1`,
);

const STALE = `
  SELECT c.context_id, e.org_id, e.env_id, c.value
    FROM hot.context c LEFT JOIN hot.project p ON p.project_id = c.project_id
    JOIN hot.env e ON e.env_id = coalesce(c.env_id, p.env_id)
   WHERE c.key_version <> $1 AND c.context_id > $2
   ORDER BY c.context_id LIMIT $3 FOR UPDATE OF c SKIP LOCKED`;

const RESEAL = `UPDATE hot.context SET value = $2, key_version = $3 WHERE context_id = $1`;

@Injectable()
export class ContextRepository {
  constructor(private readonly db: Db) {}

  async list({ envId }: EnvScope, projectId: string, paging: Paging): Promise<Page<ContextRow>> {
    const [rows, count] = await Promise.all([
      this.db.query<ContextRow & Record<string, unknown>>(PAGE, [
        envId,
        projectId,
        paging.limit,
        paging.offset,
      ]),
      this.db.queryOne<{ total: number }>(TOTAL, [envId, projectId]),
    ]);
    return pageOf(rows, count?.total ?? 0, paging);
  }

  find({ envId }: EnvScope, projectId: string, key: string): Promise<ContextRow | undefined> {
    return this.db.queryOne<ContextRow & Record<string, unknown>>(FIND, [envId, projectId, key]);
  }

  /** Undefined when the project is not there any more. */
  insert(
    { envId }: EnvScope,
    projectId: string,
    row: {
      readonly contextId: string;
      readonly key: string;
      readonly sealed: Sealed;
      readonly description: string | null;
      readonly userId: string;
    },
  ): Promise<ContextRow | undefined> {
    const { contextId, key, sealed, description, userId } = row;
    return this.db.queryOne<ContextRow & Record<string, unknown>>(INSERT, [
      envId,
      projectId,
      contextId,
      key,
      sealed.envelope,
      sealed.keyVersion,
      description,
      userId,
    ]);
  }

  /** Undefined when the variable is not there any more. */
  replace(
    { envId }: EnvScope,
    projectId: string,
    row: {
      readonly contextId: string;
      readonly sealed: Sealed;
      readonly description: string | null;
      readonly userId: string;
    },
  ): Promise<ContextRow | undefined> {
    const { contextId, sealed, description, userId } = row;
    return this.db.queryOne<ContextRow & Record<string, unknown>>(REPLACE, [
      envId,
      projectId,
      contextId,
      sealed.envelope,
      sealed.keyVersion,
      description,
      userId,
    ]);
  }

  /** Answers whether there was such a variable. */
  async delete({ envId }: EnvScope, projectId: string, key: string): Promise<boolean> {
    return (await this.db.execute(DELETE, [envId, projectId, key])) > 0;
  }

  /** Those of the environment and those of the project. */
  forRuns({ envId }: EnvScope, projectId: string): Promise<readonly SealedVariable[]> {
    return this.db.query<SealedVariable & Record<string, unknown>>(FOR_RUNS, [envId, projectId]);
  }

  /** Variables sealed with another key than this one, after `afterId`, locked until the end of the transaction. */
  staleAcrossTenants(keyVersion: string, afterId: string, limit: number): Promise<readonly StaleVariable[]> {
    return this.db.query<StaleVariable & Record<string, unknown>>(STALE, [keyVersion, afterId, limit]);
  }

  /** The same value in another envelope. */
  async reseal(contextId: string, sealed: Sealed): Promise<void> {
    await this.db.execute(RESEAL, [contextId, sealed.envelope, sealed.keyVersion]);
  }
}
