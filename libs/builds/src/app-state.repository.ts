/**
 * Tables: app_state, platform_boot. What somebody decided about a project or one of its agents, besides what is deployed.
 * Writes belong into a transaction that has locked the project.
 */
import { Injectable } from '@nestjs/common';
import { Db } from '@app/platform/database';

/** What decides whether a project may serve. */
export interface Standing extends Record<string, unknown> {
  readonly stopped: boolean;
  /** Started although it is disabled, in this life of the platform. */
  readonly in_session: boolean;
  readonly enabled: boolean;
  readonly enabled_override: boolean | null;
  /** Loads that failed since somebody asked for one. */
  readonly load_failures: number;
  /** Types of agents that are stopped: `::ns/Type`. */
  readonly stopped_agents: readonly string[];
}

/** What a build says of its project and agents. */
export interface AppConfiguration {
  readonly enabled: boolean;
  /** Nothing else of the environment runs while this one does. */
  readonly onlyApp: boolean;
  /** The same of agents: `::ns/Type`. */
  readonly onlyAgents: readonly string[];
}

export type AppAction = 'start' | 'stop' | 'reload';

/** Which app: a project, or the agent `::ns/Type` of one. */
export interface AppRef {
  readonly projectId: string;
  readonly typeName: string | null;
}

export interface AppOperation {
  readonly operationId: string;
  readonly action: AppAction;
  readonly reason: string | null;
  readonly userId: string;
}

const TASK = 7;

/** Whether runs of the project go on that stands under this alias. Tasks have a life of their own: no stop waits for them. */
export function runsGoOn(project: string): string {
  return `EXISTS (SELECT 1 FROM hot.dispatch d
    WHERE d.env_id = ${project}.env_id AND d.run_id IS NOT NULL AND d.state = 2 AND d.project_id = ${project}.project_id
      AND d.run_type IS DISTINCT FROM ${TASK})`;
}

const STANDING = `
  SELECT coalesce(a.stopped_at IS NOT NULL, false) AS stopped, coalesce(a.enabled, true) AS enabled, a.enabled_override,
         coalesce(a.session_started_boot_id = (SELECT boot_id FROM hot.platform_boot), false) AS in_session,
         coalesce(a.load_failures, 0) AS load_failures,
         ARRAY(SELECT s.type_name FROM hot.app_state s
                WHERE s.project_id = $1 AND s.type_name IS NOT NULL AND s.stopped_at IS NOT NULL) AS stopped_agents
    FROM (SELECT) one LEFT JOIN hot.app_state a ON a.project_id = $1 AND a.type_name IS NULL`;

const ON_KEY = `ON CONFLICT ON CONSTRAINT app_state_key DO UPDATE SET`;

const LOADED = `
  INSERT INTO hot.app_state (project_id, enabled, only_app) VALUES ($1, $2, $3)
  ${ON_KEY} enabled = excluded.enabled, only_app = excluded.only_app, load_failures = 0, drain_until = NULL`;

const MARK_AGENTS = `
  WITH unmarked AS (
    UPDATE hot.app_state SET only_app = false
     WHERE project_id = $1 AND type_name IS NOT NULL AND only_app AND type_name <> ALL ($2::text[]))
  INSERT INTO hot.app_state (project_id, type_name, only_app) SELECT $1, type, true FROM unnest($2::text[]) AS type
  ${ON_KEY} only_app = true`;

const LOAD_FAILED = `
  INSERT INTO hot.app_state AS a (project_id, load_failures) VALUES ($1, 1)
  ${ON_KEY} load_failures = least(a.load_failures + 1, 1000), drain_until = NULL`;

// A deployment ends the session of a disabled project: from then on its configuration decides.
const ASKED_FOR = `
  UPDATE hot.app_state SET load_failures = 0, session_started_boot_id = NULL, drain_until = NULL
   WHERE project_id = $1 AND type_name IS NULL`;

const ENABLE = `
  INSERT INTO hot.app_state (project_id, enabled_override) VALUES ($1, true)
  ${ON_KEY} enabled_override = true, stopped_at = NULL, stopped_by = NULL`;

const DISABLE = `
  UPDATE hot.app_state SET enabled_override = NULL, session_started_boot_id = NULL, drain_until = NULL
   WHERE project_id = $1 AND type_name IS NULL`;

const START = `
  INSERT INTO hot.app_state (project_id, type_name) VALUES ($1, $2)
  ${ON_KEY} stopped_at = NULL, stopped_by = NULL, session_started_boot_id = NULL, load_failures = 0, drain_until = NULL`;

const BEGIN_SESSION = `
  UPDATE hot.app_state SET session_started_boot_id = (SELECT boot_id FROM hot.platform_boot)
   WHERE project_id = $1 AND type_name IS NULL`;

const STOP = `
  INSERT INTO hot.app_state (project_id, type_name, stopped_at, stopped_by) VALUES ($1, $2, now(), $3)
  ${ON_KEY} stopped_at = now(), stopped_by = excluded.stopped_by, drain_until = NULL`;

const DRAIN = `
  INSERT INTO hot.app_state (project_id, drain_until) VALUES ($1, now() + $2::int * interval '1 millisecond')
  ${ON_KEY} drain_until = excluded.drain_until`;

const RECORD = `
  UPDATE hot.app_state SET operation_id = $3, operation = $4, operation_reason = $5, operated_by = $6, operated_at = now()
   WHERE project_id = $1 AND type_name IS NOT DISTINCT FROM $2`;

@Injectable()
export class AppStateRepository {
  constructor(private readonly db: Db) {}

  /** Read it when the project's row is locked already: a lock that had to wait shows older rows of other tables. */
  async standing(projectId: string): Promise<Standing> {
    const row = await this.db.queryOne<Standing>(STANDING, [projectId]);
    if (row === undefined) throw new Error('A question without FROM always has an answer');
    return row;
  }

  async loaded(projectId: string, { enabled, onlyApp, onlyAgents }: AppConfiguration): Promise<void> {
    await this.db.execute(LOADED, [projectId, enabled, onlyApp]);
    await this.db.execute(MARK_AGENTS, [projectId, onlyAgents]);
  }

  async loadFailed(projectId: string): Promise<void> {
    await this.db.execute(LOAD_FAILED, [projectId]);
  }

  /** Somebody has asked for a build. */
  async askedFor(projectId: string): Promise<void> {
    await this.db.execute(ASKED_FOR, [projectId]);
  }

  /** Whatever the configuration says, and although somebody may have stopped it. */
  async enable(projectId: string): Promise<void> {
    await this.db.execute(ENABLE, [projectId]);
  }

  async disable(projectId: string): Promise<void> {
    await this.db.execute(DISABLE, [projectId]);
  }

  async start({ projectId, typeName }: AppRef): Promise<void> {
    await this.db.execute(START, [projectId, typeName]);
  }

  /** Until the platform starts again. */
  async beginSession(projectId: string): Promise<void> {
    await this.db.execute(BEGIN_SESSION, [projectId]);
  }

  async stop({ projectId, typeName }: AppRef, userId: string): Promise<void> {
    await this.db.execute(STOP, [projectId, typeName, userId]);
  }

  /** The build that is asked for is loaded when runs of the project have ended, or after that time. */
  async drain(projectId: string, graceMs: number): Promise<void> {
    await this.db.execute(DRAIN, [projectId, graceMs]);
  }

  /** Of an app that has a row. */
  async record({ projectId, typeName }: AppRef, operation: AppOperation): Promise<void> {
    const { operationId, action, reason, userId } = operation;
    await this.db.execute(RECORD, [projectId, typeName, operationId, action, reason, userId]);
  }
}
