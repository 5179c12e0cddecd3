import type { BuildRow } from '@app/contracts';

/** A build as lists know it. */
export interface BuildRecord {
  readonly build_id: string;
  readonly project_id: string;
  readonly project: string;
  readonly hash: string;
  readonly build_type_id: number;
  readonly size: number;
  readonly deployed: boolean;
  readonly serving: boolean;
  readonly active: boolean;
  readonly deployment_sequence: number;
  readonly runtime_status: BuildRow['runtime_status'];
  readonly runtime_error: string | null;
  readonly runtime_ready_at: Date | null;
  readonly created_at: Date;
  readonly created_by_user_id: string | null;
  readonly created_by_name: string | null;
  readonly engine_version: string | null;
  readonly hot_std_version: string | null;
}

/** Columns of a build `b` of a project `p`, made by user `u`. */
export const BUILD_COLUMNS = `b.build_id, b.project_id, p.name AS project, b.hash, b.build_type_id, b.size, b.deployed,
  b.build_id IS NOT DISTINCT FROM p.serving_build_id AS serving, b.active, b.deployment_sequence, b.runtime_status,
  b.runtime_error, b.runtime_ready_at, b.created_at, b.created_by_user_id, u.name AS created_by_name, b.engine_version,
  b.hot_std_version`;

const LIVE = 2;

export const toBuildRow = (build: BuildRecord): BuildRow => ({
  build_id: build.build_id,
  project: build.project,
  hash: build.hash,
  type: build.build_type_id === LIVE ? 'live' : 'bundle',
  size: build.size,
  deployed: build.deployed,
  serving: build.serving,
  active: build.active,
  deployment_sequence: build.deployment_sequence,
  runtime_status: build.runtime_status,
  runtime_error: build.runtime_status === 'failed' ? build.runtime_error : null,
  ready_at: build.runtime_ready_at?.toISOString() ?? null,
  created_at: build.created_at.toISOString(),
  created_by:
    build.created_by_user_id === null || build.created_by_name === null
      ? null
      : { user_id: build.created_by_user_id, name: build.created_by_name },
  engine_version: build.engine_version,
  std_version: build.hot_std_version,
});
