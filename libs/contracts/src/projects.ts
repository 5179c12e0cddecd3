import type { Can, ListQuery, PersonRef } from './envelope';
import type { SourceRef } from './runs';

export const BUILD_RUNTIME_STATUSES = ['pending', 'loading', 'ready', 'failed', 'superseded'] as const;
export type BuildRuntimeStatus = (typeof BUILD_RUNTIME_STATUSES)[number];

/**
 * EMPTY: nothing was ever deployed. FAILED: nothing serves and the newest deployment failed. STOPPED: somebody stopped it.
 * BLOCKED: another app is the only one of the environment.
 */
export const PROJECT_STATES = [
  'RUNNING',
  'STARTING',
  'FAILED',
  'STOPPED',
  'BLOCKED',
  'DISABLED',
  'EMPTY',
] as const;
export type ProjectStateName = (typeof PROJECT_STATES)[number];

export interface BuildRow {
  readonly build_id: string;
  readonly project: string;
  readonly hash: string;
  readonly type: 'bundle' | 'live';
  readonly size: number;
  readonly deployed: boolean;
  /** Whether events go to it now; a deployed build that failed to load leaves the one before serving. */
  readonly serving: boolean;
  /** false: its archive was cleaned up, it cannot be deployed any more. */
  readonly active: boolean;
  /** Times deployed in this project up to this build's last deployment; 0: never. */
  readonly deployment_sequence: number;
  readonly runtime_status: BuildRuntimeStatus;
  readonly runtime_error: string | null;
  readonly ready_at: string | null;
  readonly created_at: string;
  readonly created_by: PersonRef | null;
  readonly engine_version: string | null;
  readonly std_version: string | null;
}

export interface ProjectRow {
  readonly project_id: string;
  readonly name: string;
  readonly active: boolean;
  readonly state: ProjectStateName;
  /** True when an older build serves because the newest deployment failed. */
  readonly update_failed: boolean;
  readonly deployed_build: BuildRow | null;
  readonly serving_build_id: string | null;
  readonly builds: number;
  readonly handlers: number;
  readonly runs_24h: {
    readonly total: number;
    readonly failed: number;
    /** 24 hours, oldest first. */
    readonly spark: readonly { readonly ok: number; readonly failed: number }[];
  };
  readonly created_at: string;
}

/** GET {E}/projects?q&sort=name&limit&offset → Listing<ProjectRow>. By name. */
export type ProjectListQuery = Pick<ListQuery, 'q' | 'limit' | 'offset'>;

/** GET {E}/projects/{name} → Single<ProjectDetail>. */
export interface ProjectDetail extends ProjectRow {
  readonly created_by: PersonRef | null;
  readonly can: { readonly deploy: Can; readonly activate: Can; readonly deactivate: Can };
}

// PATCH {E}/projects/{name} {active} → Single<ProjectDetail>
// GET {E}/projects/{name}/builds?limit&offset → Listing<BuildRow>, newest first

export interface HandlerRow {
  readonly event_type: string;
  readonly function: string;
  readonly doc: string | null;
  readonly at: SourceRef | null;
  /** Attempts after the first; 0: none. */
  readonly retries: number;
}

/** GET {E}/builds/{build_id} → Single<BuildDetail>. */
export interface BuildDetail extends BuildRow {
  readonly handlers: readonly HandlerRow[];
  readonly warnings: readonly string[];
  /** Context keys the code reads. */
  readonly context_keys: readonly {
    readonly key: string;
    readonly required: boolean;
    readonly set: boolean;
  }[];
  readonly can: { readonly deploy: Can };
}

/**
 * GET {E}/builds/{build_id}/changes → Single<BuildChanges>: what deploying it would change against what is deployed
 * now. Handlers by event type and function.
 */
export interface BuildChanges {
  readonly from: BuildRow | null;
  readonly to: BuildRow;
  readonly added: readonly HandlerRow[];
  readonly removed: readonly HandlerRow[];
  readonly missing_context_keys: readonly string[];
}

// POST {E}/builds/{build_id}/deploy → 202 Single<BuildRow>; progress comes as build:status
// GET  {E}/builds/{build_id}/download → the archive
