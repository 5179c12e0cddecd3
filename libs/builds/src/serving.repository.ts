/** Tables: env, org, project, build, app_state. Read models of what serves; built once per revision and kept by the catalogue. */
import { Injectable } from '@nestjs/common';
import { Db, statement } from '@app/platform/database';
import type { ContextNeed, FunctionDefinition } from './definitions';

export interface EnvRow {
  readonly env_id: string;
  readonly env_name: string;
  readonly org_id: string;
  readonly org_slug: string;
  readonly runtime_revision: number;
}

export interface ServingBuildRow {
  readonly project_id: string;
  readonly project_name: string;
  readonly build_id: string;
  readonly build_hash: string;
  readonly artifact_hash: string;
  readonly event_handlers: Readonly<Record<string, readonly FunctionDefinition[]>> | null;
  readonly scheduled_functions: Readonly<Record<string, readonly FunctionDefinition[]>> | null;
  readonly functions: readonly string[] | null;
  readonly context: readonly ContextNeed[] | null;
  /** Types of agents that are stopped: `::ns/Type`. */
  readonly stopped_agents: readonly string[];
  /** Another app is the only one of the environment. */
  readonly blocked: boolean;
  /** Types of agents that are not blocked all the same. */
  readonly only_agents: readonly string[];
}

const COLUMNS = `p.project_id, p.name AS project_name, b.build_id, b.hash AS build_hash, b.artifact_hash,
  b.definitions->'event_handlers' AS event_handlers, b.definitions->'functions' AS functions,
  b.definitions->'scheduled_functions' AS scheduled_functions,
  b.definitions->'context' AS context,
  ARRAY(SELECT s.type_name FROM hot.app_state s
         WHERE s.project_id = p.project_id AND s.type_name IS NOT NULL AND s.stopped_at IS NOT NULL) AS stopped_agents,
  hot.is_blocked(p.project_id, NULL) AS blocked,
  ARRAY(SELECT o.type_name FROM hot.only_apps(p.env_id) o
         WHERE o.project_id = p.project_id AND o.type_name IS NOT NULL) AS only_agents`;

const ENV = statement(
  'serving_env',
  `SELECT e.env_id, e.name AS env_name, o.org_id, o.slug AS org_slug, e.runtime_revision
     FROM hot.env e JOIN hot.org o ON o.org_id = e.org_id WHERE e.env_id = $1`,
);
const REVISION = statement('serving_revision', `SELECT runtime_revision FROM hot.env WHERE env_id = $1`);
const SERVING = statement(
  'serving_builds',
  `SELECT ${COLUMNS} FROM hot.project p JOIN hot.build b ON b.build_id = p.serving_build_id
    WHERE p.env_id = $1 AND p.deleted_at IS NULL AND b.artifact_hash IS NOT NULL`,
);
// Loaded once, serving or not: a running conversation ends on the build that accepted it.
const ONE_BUILD = statement(
  'serving_one_build',
  `SELECT ${COLUMNS} FROM hot.build b JOIN hot.project p ON p.project_id = b.project_id
    WHERE p.env_id = $1 AND b.build_id = $2 AND b.artifact_hash IS NOT NULL`,
);
const ARCHIVE = statement(
  'serving_archive',
  `SELECT b.storage_path FROM hot.build b JOIN hot.project p ON p.project_id = b.project_id
    WHERE p.env_id = $1 AND b.build_id = $2`,
);
const DEPLOYING = statement(
  'serving_deploying',
  `SELECT EXISTS (SELECT 1 FROM hot.build b JOIN hot.project p ON p.project_id = b.project_id
                   WHERE p.env_id = $1 AND b.deployed AND b.runtime_status IN ('pending', 'loading')) AS deploying`,
);

@Injectable()
export class ServingRepository {
  constructor(private readonly db: Db) {}

  env(envId: string): Promise<EnvRow | undefined> {
    return this.db.queryOne<EnvRow>(ENV, [envId]);
  }

  /** Key of the build's archive in storage; null when it is gone. */
  async archiveOf(envId: string, buildId: string): Promise<string | null> {
    const row = await this.db.queryOne<{ storage_path: string | null }>(ARCHIVE, [envId, buildId]);
    return row?.storage_path ?? null;
  }

  async revision(envId: string): Promise<number | undefined> {
    return (await this.db.queryOne<{ runtime_revision: number }>(REVISION, [envId]))?.runtime_revision;
  }

  servingBuilds(envId: string): Promise<readonly ServingBuildRow[]> {
    return this.db.query<ServingBuildRow & Record<string, unknown>>(SERVING, [envId]);
  }

  build(envId: string, buildId: string): Promise<ServingBuildRow | undefined> {
    return this.db.queryOne<ServingBuildRow & Record<string, unknown>>(ONE_BUILD, [envId, buildId]);
  }

  async isDeploying(envId: string): Promise<boolean> {
    return (await this.db.queryOne<{ deploying: boolean }>(DEPLOYING, [envId]))?.deploying === true;
  }
}
