/** Tables: project, build, app_state, event_handler, context, user, run_bucket. Read-only. What has been brought, and what serves. */
import { Injectable } from '@nestjs/common';
import type { EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import { escapeLike } from '@app/platform/lists';
import { BUILD_COLUMNS, type BuildRecord } from './build-record';

export interface ProjectRecord {
  readonly project_id: string;
  readonly name: string;
  readonly active: boolean;
  /** By its configuration, which nobody has overruled. */
  readonly disabled: boolean;
  readonly stopped: boolean;
  /** Another app is the only one of the environment. */
  readonly blocked: boolean;
  readonly serving_build_id: string | null;
  readonly last_deployed_build_id: string | null;
  readonly created_at: Date;
  readonly created_by_user_id: string;
  readonly created_by_name: string | null;
  readonly builds: number;
  readonly handlers: number;
}

export interface HandlerRecord {
  readonly event_type: string;
  readonly ns: string;
  readonly var: string;
  readonly meta: unknown;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

export interface BuildDetailRecord extends BuildRecord {
  readonly load_warnings: unknown;
  readonly inspection_error: string | null;
  readonly requirements: unknown;
  readonly project_active: boolean;
}

export interface SparkRow {
  readonly project_id: string;
  /** 1 is 23 to 24 hours ago, 24 the hour that goes on. */
  readonly hour: number;
  readonly count: number;
  readonly failed: number;
}

const PROJECT = `SELECT p.project_id, p.name, p.active, NOT coalesce(s.enabled_override, s.enabled, true) AS disabled,
    coalesce(s.stopped_at IS NOT NULL, false) AS stopped,
    hot.is_blocked(p.project_id, NULL) AND NOT EXISTS (
      SELECT 1 FROM hot.only_apps(p.env_id) o WHERE o.project_id = p.project_id) AS blocked, p.serving_build_id, p.last_deployed_build_id, p.created_at,
    p.created_by_user_id, u.name AS created_by_name,
    (SELECT count(*)::int FROM hot.build b WHERE b.project_id = p.project_id) AS builds,
    (SELECT count(*)::int FROM hot.event_handler h WHERE h.build_id = p.serving_build_id) AS handlers
  FROM hot.project p LEFT JOIN hot."user" u ON u.user_id = p.created_by_user_id
  LEFT JOIN hot.app_state s ON s.project_id = p.project_id AND s.type_name IS NULL`;

const BUILD = `FROM hot.build b JOIN hot.project p ON p.project_id = b.project_id AND p.deleted_at IS NULL
  LEFT JOIN hot."user" u ON u.user_id = b.created_by_user_id`;

const HOUR_MS = 3_600_000;
const FAILED = 3;

@Injectable()
export class CatalogueQueries {
  constructor(private readonly db: Db) {}

  async projects(
    scope: EnvScope,
    filter: { readonly q: string | undefined; readonly limit: number; readonly offset: number },
  ): Promise<{ readonly rows: readonly ProjectRecord[]; readonly total: number }> {
    const like = filter.q === undefined ? '%' : `%${escapeLike(filter.q)}%`;
    const [rows, total] = await Promise.all([
      this.db.query<ProjectRecord>(
        `${PROJECT} WHERE p.env_id = $1 AND p.deleted_at IS NULL AND p.name ILIKE $2
          ORDER BY lower(p.name), p.project_id LIMIT $3 OFFSET $4`,
        [scope.envId, like, filter.limit, filter.offset],
      ),
      this.db.queryOne<{ count: number }>(
        `SELECT count(*)::int AS count FROM hot.project
          WHERE env_id = $1 AND deleted_at IS NULL AND name ILIKE $2`,
        [scope.envId, like],
      ),
    ]);
    return { rows, total: total?.count ?? 0 };
  }

  project(scope: EnvScope, name: string, id: string | null): Promise<ProjectRecord | undefined> {
    return this.db.queryOne<ProjectRecord>(
      `${PROJECT} WHERE p.env_id = $1 AND p.deleted_at IS NULL AND (p.name = $2 OR p.project_id = $3)`,
      [scope.envId, name, id],
    );
  }

  deployedBuilds(scope: EnvScope, projectIds: readonly string[]): Promise<readonly BuildRecord[]> {
    return this.db.query<BuildRecord>(
      `SELECT ${BUILD_COLUMNS} ${BUILD} WHERE p.env_id = $1 AND b.project_id = ANY ($2::uuid[]) AND b.deployed`,
      [scope.envId, projectIds],
    );
  }

  async builds(
    scope: EnvScope,
    projectId: string,
    page: { readonly limit: number; readonly offset: number },
  ): Promise<{ readonly rows: readonly BuildRecord[]; readonly total: number }> {
    const [rows, total] = await Promise.all([
      this.db.query<BuildRecord>(
        `SELECT ${BUILD_COLUMNS} ${BUILD} WHERE p.env_id = $1 AND b.project_id = $2
          ORDER BY b.created_at DESC, b.build_id DESC LIMIT $3 OFFSET $4`,
        [scope.envId, projectId, page.limit, page.offset],
      ),
      this.db.queryOne<{ count: number }>(
        `SELECT count(*)::int AS count ${BUILD} WHERE p.env_id = $1 AND b.project_id = $2`,
        [scope.envId, projectId],
      ),
    ]);
    return { rows, total: total?.count ?? 0 };
  }

  build(scope: EnvScope, buildId: string): Promise<BuildDetailRecord | undefined> {
    return this.db.queryOne<BuildDetailRecord>(
      `SELECT ${BUILD_COLUMNS}, b.load_warnings, b.inspection_error, b.requirements, p.active AS project_active
         ${BUILD} WHERE p.env_id = $1 AND b.build_id = $2`,
      [scope.envId, buildId],
    );
  }

  handlers(scope: EnvScope, buildId: string): Promise<readonly HandlerRecord[]> {
    return this.db.query<HandlerRecord>(
      `SELECT h.event_type, h.ns, h.var, h.meta, h.file, h.line, h."column"
         FROM hot.event_handler h
         JOIN hot.build b ON b.build_id = h.build_id
         JOIN hot.project p ON p.project_id = b.project_id
        WHERE p.env_id = $1 AND h.build_id = $2
        ORDER BY h.event_type, h.ns, h.var LIMIT 5000`,
      [scope.envId, buildId],
    );
  }

  /** Which of the keys have a value, in the environment or in the project. */
  async setContextKeys(
    scope: EnvScope,
    projectId: string,
    keys: readonly string[],
  ): Promise<ReadonlySet<string>> {
    if (keys.length === 0) return new Set();
    const rows = await this.db.query<{ key: string }>(
      `SELECT DISTINCT key FROM hot.context
        WHERE key = ANY ($3::text[]) AND (env_id = $1 OR project_id = $2)`,
      [scope.envId, projectId, keys],
    );
    return new Set(rows.map(({ key }) => key));
  }

  /** Runs of the last 24 hours by project and hour. */
  sparks(scope: EnvScope, projectIds: readonly string[], nowMs: number): Promise<readonly SparkRow[]> {
    const end = Math.ceil(nowMs / HOUR_MS) * HOUR_MS;
    const edges = Array.from({ length: 24 }, (_, i) => new Date(end - (24 - i) * HOUR_MS));
    return this.db.query<SparkRow>(
      `SELECT project_id, width_bucket(bucket_start, $3::timestamptz[]) AS hour, sum(count)::bigint AS count,
              coalesce(sum(count) FILTER (WHERE status = ${FAILED}), 0)::bigint AS failed
         FROM hot.run_bucket
        WHERE env_id = $1 AND granularity = ANY ('{1,2}'::smallint[]) AND bucket_start >= $4
          AND project_id = ANY ($2::uuid[]) AND run_type <> 7
        GROUP BY 1, 2`,
      [scope.envId, projectIds, edges, edges[0]],
    );
  }
}
