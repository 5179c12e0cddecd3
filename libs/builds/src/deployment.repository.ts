/**
 * Tables: project, build, build_doc, env, context, event_handler, worker_lease; app_state, dispatch (read). Every change of
 * what is deployed or serves happens here, with the project's row locked first and the environment's last.
 */
import { Injectable } from '@nestjs/common';
import { newId, type EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import { runsGoOn } from './app-state.repository';
import type { BuildRequirements } from './build.entity';
import type { BuildDefinitions } from './definitions';
import { splitQualifiedName } from './definitions';
import { storableJson, storableText } from './storable-json';

export interface LockedProject {
  readonly project_id: string;
  readonly active: boolean;
  readonly deployment_sequence: number;
  readonly serving_build_id: string | null;
}

/** A build that a worker has taken to load, with what loading needs. */
export interface ClaimedBuild {
  readonly build_id: string;
  readonly project_id: string;
  readonly project_name: string;
  readonly env_id: string;
  readonly org_id: string;
  readonly deployment_sequence: number;
  readonly load_attempts: number;
  readonly storage_path: string | null;
  readonly storage_backend: string | null;
  readonly engine_version: string | null;
  readonly hot_std_version: string | null;
  readonly artifact_hash: string | null;
  readonly definitions: BuildDefinitions | null;
  readonly requirements: BuildRequirements;
}

const LOCK_PROJECT = `
  SELECT project_id, active, deployment_sequence, serving_build_id FROM hot.project
   WHERE env_id = $1 AND project_id = $2 AND deleted_at IS NULL
     FOR UPDATE`;

const NEXT_SEQUENCE = `
  UPDATE hot.project SET deployment_sequence = deployment_sequence + 1 WHERE project_id = $1
  RETURNING deployment_sequence`;

// Two statements take the place of one: "at most one deployed build" is an index, which is checked row by row.
const STAND_DOWN = `
  UPDATE hot.build SET deployed = false, updated_at = now(), loading_incarnation = NULL,
    runtime_status = CASE WHEN runtime_status IN ('pending', 'loading') THEN 'superseded' ELSE runtime_status END
   WHERE project_id = $1 AND build_id IS DISTINCT FROM $2
     AND (deployed OR runtime_status IN ('pending', 'loading') AND deployment_sequence > 0)`;

const REQUEST = `
  UPDATE hot.build SET deployed = true, runtime_status = 'pending', runtime_error = NULL, deployment_sequence = $2,
    loading_incarnation = NULL, load_attempts = 0, load_warnings = '[]', updated_at = now()
   WHERE build_id = $1`;

const MARK_DEPLOYED_LAST = `UPDATE hot.project SET last_deployed_build_id = $2 WHERE project_id = $1`;

const WAKE = `
  UPDATE hot.project SET active = true, updated_by_user_id = $2, updated_at = now()
   WHERE project_id = $1 AND NOT active`;

const DEACTIVATE = `
  UPDATE hot.project SET serving_build_id = NULL, active = false, updated_by_user_id = $2, updated_at = now()
   WHERE project_id = $1`;

const STOP_SERVING = `
  UPDATE hot.project SET serving_build_id = NULL WHERE project_id = $1 AND serving_build_id IS NOT NULL`;

const DELETE_PROJECT = `UPDATE hot.project SET deleted_at = now() WHERE project_id = $1`;
const DELETE_CONTEXT = `DELETE FROM hot.context WHERE project_id = $1`;
const BUMP_REVISION = `UPDATE hot.env SET runtime_revision = runtime_revision + 1 WHERE env_id = $1`;

const MISSING_CONTEXT = `
  SELECT need.key FROM unnest($3::text[]) AS need(key)
   WHERE NOT EXISTS (SELECT 1 FROM hot.context c WHERE c.key = need.key AND (c.env_id = $1 OR c.project_id = $2))
   ORDER BY need.key`;

// Taken over from another worker only when that one's lease has ended.
const CLAIM = `
  UPDATE hot.build b SET runtime_status = 'loading', loading_incarnation = $2, load_attempts = b.load_attempts + 1,
    updated_at = now()
    FROM hot.project p, hot.env e
   WHERE b.build_id = $1 AND p.project_id = b.project_id AND e.env_id = p.env_id
     AND b.deployed AND b.runtime_status IN ('pending', 'loading')
     AND NOT EXISTS (SELECT 1 FROM hot.app_state a
                      WHERE a.project_id = p.project_id AND a.type_name IS NULL AND a.drain_until > now()
                        AND ${runsGoOn('p')})
     AND NOT EXISTS (SELECT 1 FROM hot.worker_lease l
                      WHERE l.incarnation = b.loading_incarnation AND l.expires_at > now())
  RETURNING b.build_id, b.project_id, p.name AS project_name, e.env_id, e.org_id, b.deployment_sequence,
    b.load_attempts, b.storage_path, b.storage_backend, b.engine_version, b.hot_std_version, b.artifact_hash,
    b.definitions, b.requirements`;

const RELEASE = `
  UPDATE hot.build SET runtime_status = 'pending', loading_incarnation = NULL, load_attempts = load_attempts - 1,
    updated_at = now()
   WHERE build_id = $1 AND loading_incarnation = $2 AND runtime_status = 'loading'`;

// The row stays as it is until the end of the transaction.
const IS_LOADING = `
  SELECT 1 FROM hot.build WHERE build_id = $1 AND loading_incarnation = $2 AND runtime_status = 'loading' FOR UPDATE`;

const STORE_PROGRAM = `
  UPDATE hot.build SET definitions = $2, artifact_hash = $3, load_warnings = $4 WHERE build_id = $1`;

const DROP_HANDLERS = `DELETE FROM hot.event_handler WHERE build_id = $1`;
const STORE_HANDLERS = `
  INSERT INTO hot.event_handler (event_handler_id, build_id, event_type, ns, var, meta, file, line, "column", position)
  SELECT h.id, $1, h.event_type, h.ns, h.var, h.meta, h.file, h.line, h.col, h.position
    FROM jsonb_to_recordset($2) AS h(id uuid, event_type text, ns text, var text, meta jsonb, file text, line int,
                                     col int, position int)`;

const DROP_DOCS = `DELETE FROM hot.build_doc WHERE build_id = $1`;
const STORE_DOCS = `
  INSERT INTO hot.build_doc (build_id, package, doc)
  SELECT $1, d.package, d.doc FROM unnest($2::text[], $3::text[]) AS d(package, doc)`;

const SERVE = `
  UPDATE hot.project SET serving_build_id = $2, last_served_build_id = $2 WHERE project_id = $1`;
const READY = `
  UPDATE hot.build SET runtime_status = 'ready', runtime_ready_at = now(), runtime_error = NULL,
    loading_incarnation = NULL, load_attempts = 0, updated_at = now()
   WHERE build_id = $1 AND loading_incarnation = $2 AND runtime_status = 'loading'`;
const FAIL = `
  UPDATE hot.build SET runtime_status = 'failed', runtime_error = $3, deployed = false, loading_incarnation = NULL,
    updated_at = now()
   WHERE build_id = $1 AND loading_incarnation = $2 AND runtime_status = 'loading'`;
const SUPERSEDE = `
  UPDATE hot.build SET runtime_status = 'superseded', loading_incarnation = NULL, updated_at = now()
   WHERE build_id = $1 AND loading_incarnation = $2 AND runtime_status = 'loading'`;
const DEPLOY_SERVING_AGAIN = `UPDATE hot.build SET deployed = true, updated_at = now() WHERE build_id = $1`;
const IS_ENV_ACTIVE = `SELECT active FROM hot.env WHERE env_id = $1`;

@Injectable()
export class DeploymentRepository {
  constructor(private readonly db: Db) {}

  /** Locks the project until the end of the transaction. Undefined when it is not there any more. */
  lockProject({ envId }: Pick<EnvScope, 'envId'>, projectId: string): Promise<LockedProject | undefined> {
    return this.db.queryOne<LockedProject>(LOCK_PROJECT, [envId, projectId]);
  }

  /** Makes the build the one that is asked for. Answers its place in the project's order of deployments. */
  async request(projectId: string, buildId: string): Promise<number> {
    const sequence = await this.nextSequence(projectId);
    await this.db.execute(STAND_DOWN, [projectId, buildId]);
    await this.db.execute(REQUEST, [buildId, sequence]);
    await this.db.execute(MARK_DEPLOYED_LAST, [projectId, buildId]);
    return sequence;
  }

  /** Whoever deploys to a project that is inactive wants it to be active. */
  async wake(projectId: string, userId: string): Promise<void> {
    await this.db.execute(WAKE, [projectId, userId]);
  }

  /** Nothing of the project serves or is about to. */
  async deactivate({ envId }: EnvScope, projectId: string, userId: string): Promise<void> {
    await this.nextSequence(projectId);
    await this.db.execute(STAND_DOWN, [projectId, null]);
    await this.db.execute(DEACTIVATE, [projectId, userId]);
    await this.db.execute(BUMP_REVISION, [envId]);
  }

  /** Nothing of the project serves any more; what is about to is another matter. */
  async stopServing({ envId }: Pick<EnvScope, 'envId'>, projectId: string): Promise<void> {
    if ((await this.db.execute(STOP_SERVING, [projectId])) > 0) await this.bumpRevision({ envId });
  }

  /** Makes all processes read again what serves. */
  async bumpRevision({ envId }: Pick<EnvScope, 'envId'>): Promise<void> {
    await this.db.execute(BUMP_REVISION, [envId]);
  }

  async deleteProject(scope: EnvScope, projectId: string, userId: string): Promise<void> {
    await this.db.execute(DELETE_CONTEXT, [projectId]);
    await this.db.execute(DELETE_PROJECT, [projectId]);
    await this.deactivate(scope, projectId, userId);
  }

  async missingContext(
    envId: string,
    projectId: string,
    keys: readonly string[],
  ): Promise<readonly string[]> {
    if (keys.length === 0) return [];
    const rows = await this.db.query<{ key: string }>(MISSING_CONTEXT, [envId, projectId, keys]);
    return rows.map((row) => row.key);
  }

  /** Takes a build to load. Undefined when there is nothing to do, or another worker does it. */
  claimAcrossTenants(buildId: string, incarnation: string): Promise<ClaimedBuild | undefined> {
    return this.db.queryOne<ClaimedBuild>(CLAIM, [buildId, incarnation]);
  }

  /** Gives a claim back, as if it had not been taken: what failed was not the build's fault. */
  async release(buildId: string, incarnation: string): Promise<void> {
    await this.db.execute(RELEASE, [buildId, incarnation]);
  }

  /** Whether the claim is still ours; in a transaction it stays so until the end. */
  async isLoading(buildId: string, incarnation: string): Promise<boolean> {
    return (await this.db.queryOne(IS_LOADING, [buildId, incarnation])) !== undefined;
  }

  /** What the compiler found and made. Inert until the build serves. */
  async storeProgram(
    buildId: string,
    definitions: BuildDefinitions,
    artifactHash: string,
    warnings: readonly string[],
  ): Promise<void> {
    const stored = storableJson(definitions);
    await this.db.execute(STORE_PROGRAM, [
      buildId,
      JSON.stringify(stored),
      artifactHash,
      JSON.stringify(storableJson(warnings)),
    ]);
    await this.db.execute(DROP_HANDLERS, [buildId]);
    await this.db.execute(STORE_HANDLERS, [buildId, JSON.stringify(handlerRows(stored))]);
  }

  /** @param docs JSON texts by package */
  async storeDocs(buildId: string, docs: Readonly<Record<string, string>>): Promise<void> {
    await this.db.execute(DROP_DOCS, [buildId]);
    const texts = Object.values(docs).map(storableText);
    await this.db.execute(STORE_DOCS, [buildId, Object.keys(docs).map(storableText), texts]);
  }

  /** Marks the build loaded. False when the claim is no longer ours. */
  async ready(buildId: string, incarnation: string): Promise<boolean> {
    return (await this.db.execute(READY, [buildId, incarnation])) > 0;
  }

  async serve({ envId }: Pick<EnvScope, 'envId'>, build: ClaimedBuild): Promise<void> {
    await this.db.execute(SERVE, [build.project_id, build.build_id]);
    await this.bumpRevision({ envId });
  }

  /** Marks the build failed; what serves counts as deployed again. False when the claim is no longer ours. */
  async fail(
    build: ClaimedBuild,
    incarnation: string,
    reason: string,
    serving: string | null,
  ): Promise<boolean> {
    if ((await this.db.execute(FAIL, [build.build_id, incarnation, reason])) === 0) return false;
    if (serving !== null) await this.db.execute(DEPLOY_SERVING_AGAIN, [serving]);
    return true;
  }

  async supersede(buildId: string, incarnation: string): Promise<void> {
    await this.db.execute(SUPERSEDE, [buildId, incarnation]);
  }

  async isEnvActive(envId: string): Promise<boolean> {
    return (await this.db.queryOne<{ active: boolean }>(IS_ENV_ACTIVE, [envId]))?.active === true;
  }

  private async nextSequence(projectId: string): Promise<number> {
    const row = await this.db.queryOne<{ deployment_sequence: number }>(NEXT_SEQUENCE, [projectId]);
    if (row === undefined) throw new Error('The project vanished while its row was locked');
    return row.deployment_sequence;
  }
}

function handlerRows(definitions: BuildDefinitions): readonly object[] {
  return Object.entries(definitions.event_handlers).flatMap(([eventType, handlers]) =>
    handlers.map((handler) => ({
      id: newId(),
      event_type: eventType,
      ...splitQualifiedName(handler.fn),
      meta: handler.meta,
      file: handler.file ?? null,
      line: handler.line ?? null,
      col: handler.column ?? null,
      position: handler.position ?? null,
    })),
  );
}
