/** Tables: project, build, app_state, platform_boot, dispatch. Read-only: the apps of an environment and how they stand. */
import { runsGoOn } from '@app/builds';
import type { EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import { Injectable } from '@nestjs/common';
import { agentKey, type AskedApp } from './app-key';
import type { AppStateName } from './app-state';

export interface AppView {
  readonly key: string;
  readonly projectId: string;
  readonly projectName: string;
  /** `::ns/Type` of an agent, null of a project. */
  readonly typeName: string | null;
  readonly state: AppStateName;
  /** Why the newest deployment failed, also while an earlier one serves. */
  readonly error: string | null;
  /** Key of the app that is the only one of the environment and not this one; null unless BLOCKED. */
  readonly blockedBy: string | null;
}

interface AppRow extends Record<string, unknown> {
  readonly project_id: string;
  readonly name: string;
  readonly type_name: string | null;
  readonly state: AppStateName;
  readonly error: string | null;
  readonly blocker: string | null;
  readonly blocker_type: string | null;
}

/** How long a stop is shown as going on, and a reload waits for what runs. */
export const GRACE_MS = 60_000;
/** So many loads may fail that nobody asked for, after the one that somebody did. */
export const MAX_RECOVERIES = 3;

const WANTED = `p.env_id = $1 AND p.deleted_at IS NULL AND ($2::text[] IS NULL OR p.name = ANY($2) OR p.project_id = $3)`;

const AGENT_RUNS_GO_ON = `EXISTS (SELECT 1 FROM hot.dispatch d
    WHERE d.env_id = a.env_id AND d.run_id IS NOT NULL AND d.state = 2 AND d.project_id = a.project_id
      AND b.definitions -> 'function_agents' ->> d.function_name = a.type_name)`;

const STATES = `
  WITH a AS (
    SELECT p.env_id, p.project_id, p.name, NULL::text AS type_name, p.active, p.serving_build_id
      FROM hot.project p
     WHERE ${WANTED} AND EXISTS (SELECT 1 FROM hot.build any_build WHERE any_build.project_id = p.project_id)
    UNION ALL
    SELECT p.env_id, p.project_id, p.name, (agent ->> 'namespace') || '/' || (agent ->> 'type_name'), p.active,
           p.serving_build_id
      FROM hot.project p JOIN hot.build b ON b.build_id = p.serving_build_id
           CROSS JOIN LATERAL jsonb_array_elements(b.definitions -> 'agents') AS agent
     WHERE ${WANTED})
  SELECT a.project_id, a.name, a.type_name,
    CASE WHEN newest.runtime_status = 'failed' AND a.type_name IS NULL THEN newest.runtime_error END AS error,
    blocker.name AS blocker, blocker.type_name AS blocker_type,
    CASE
      WHEN blocker.name IS NOT NULL THEN 'BLOCKED'
      WHEN a.type_name IS NOT NULL AND s.stopped_at > now() - interval '${GRACE_MS} milliseconds' AND ${AGENT_RUNS_GO_ON}
        THEN 'STOPPING'
      WHEN a.type_name IS NOT NULL THEN CASE WHEN s.stopped_at IS NULL THEN 'RUNNING' ELSE 'STOPPED' END
      WHEN NOT (a.active AND coalesce(s.enabled_override, s.enabled, true))
           AND (SELECT boot_id FROM hot.platform_boot) IS DISTINCT FROM s.session_started_boot_id THEN 'DISABLED'
      WHEN s.stopped_at > now() - interval '${GRACE_MS} milliseconds' AND ${runsGoOn('a')} THEN 'STOPPING'
      WHEN s.stopped_at IS NOT NULL THEN 'STOPPED'
      WHEN a.serving_build_id IS NOT NULL THEN 'RUNNING'
      WHEN s.drain_until > now() AND ${runsGoOn('a')} THEN 'STOPPING'
      WHEN newest.runtime_status IN ('pending', 'loading') THEN 'STARTING'
      WHEN newest.runtime_status = 'failed' AND s.load_failures > ${MAX_RECOVERIES} THEN 'CRASHED'
      WHEN newest.runtime_status = 'failed' THEN 'FAILED'
      -- Nothing of it was ever asked for, or what was is superseded.
      ELSE 'STOPPED'
    END AS state
    FROM a
    LEFT JOIN hot.app_state s ON s.project_id = a.project_id AND s.type_name IS NOT DISTINCT FROM a.type_name
    LEFT JOIN hot.build b ON b.build_id = a.serving_build_id
    LEFT JOIN LATERAL (SELECT d.runtime_status, d.runtime_error FROM hot.build d
                        WHERE d.project_id = a.project_id AND d.deployment_sequence > 0
                        ORDER BY d.deployment_sequence DESC LIMIT 1) newest ON true
    LEFT JOIN LATERAL (SELECT p.name, o.type_name FROM hot.only_apps(a.env_id) o
                         JOIN hot.project p ON p.project_id = o.project_id
                        WHERE hot.is_blocked(a.project_id, a.type_name)
                          -- A project runs as long as one of its agents does.
                          AND NOT (a.type_name IS NULL AND EXISTS (SELECT 1 FROM hot.only_apps(a.env_id) own
                                                                    WHERE own.project_id = a.project_id))
                        ORDER BY p.name COLLATE "C", o.type_name COLLATE "C" NULLS FIRST LIMIT 1) blocker ON true
   ORDER BY a.name COLLATE "C", a.type_name COLLATE "C" NULLS FIRST`;

// What was asked for last comes first; then what served last, the newest that has been ready, what failed last.
const BUILD_TO_START = `
  SELECT b.build_id FROM hot.build b JOIN hot.project p ON p.project_id = b.project_id
   WHERE p.env_id = $1 AND p.project_id = $2 AND b.active AND b.build_type_id = 1
   ORDER BY b.deployed DESC, b.build_id = p.last_served_build_id DESC NULLS LAST, b.runtime_status = 'ready' DESC,
     b.build_id = p.last_deployed_build_id DESC NULLS LAST, b.created_at DESC, b.build_id DESC
   LIMIT 1`;

const DEPLOYED_READY = `
  SELECT b.build_id FROM hot.build b JOIN hot.project p ON p.project_id = b.project_id
   WHERE p.env_id = $1 AND p.project_id = $2 AND b.deployed AND b.runtime_status = 'ready'`;

@Injectable()
export class AppQueries {
  constructor(private readonly db: Db) {}

  /** All apps of the environment: by name of the project, which comes before its agents. */
  async list({ envId }: EnvScope): Promise<readonly AppView[]> {
    return toViews(await this.db.query<AppRow>(STATES, [envId, null, null]));
  }

  /** Null when there is no such app. */
  async find({ envId }: EnvScope, asked: AskedApp): Promise<AppView | null> {
    const rows = await this.db.query<AppRow>(STATES, [envId, asked.projectNames, asked.projectId]);
    const views = toViews(rows);
    return (
      views.find((app) => app.typeName === null && app.projectId === asked.projectId) ??
      views.find((app) => app.key === asked.key) ??
      views.find((app) => app.typeName !== null && `${app.projectName}:${app.typeName}` === asked.key) ??
      null
    );
  }

  /** Null while a deployment is on its way. */
  async deployedAndReady({ envId }: EnvScope, projectId: string): Promise<string | null> {
    const row = await this.db.queryOne<{ build_id: string }>(DEPLOYED_READY, [envId, projectId]);
    return row?.build_id ?? null;
  }

  async buildToStart({ envId }: EnvScope, projectId: string): Promise<string | null> {
    const row = await this.db.queryOne<{ build_id: string }>(BUILD_TO_START, [envId, projectId]);
    return row?.build_id ?? null;
  }
}

function toViews(rows: readonly AppRow[]): readonly AppView[] {
  const types = Map.groupBy(
    rows.filter((row) => row.type_name !== null),
    (row) => row.project_id,
  );
  return rows.map((row) => ({
    key:
      row.type_name === null
        ? row.name
        : agentKey(
            row.name,
            row.type_name,
            (types.get(row.project_id) ?? []).map((each) => each.type_name ?? ''),
          ),
    projectId: row.project_id,
    projectName: row.name,
    typeName: row.type_name,
    state: row.state,
    error: row.error,
    blockedBy: row.blocker === null ? null : blockerKey(row.blocker, row.blocker_type),
  }));
}

function blockerKey(projectName: string, type: string | null): string {
  return type === null ? projectName : agentKey(projectName, type, [type]);
}
