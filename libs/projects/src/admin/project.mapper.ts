import type { Can, ProjectDetail, ProjectRow, ProjectStateName } from '@app/contracts';
import { roleMay, type Role } from '@app/identity';
import { toBuildRow, type BuildRecord, type ProjectRecord, type SparkRow } from '@app/observe';

const HOURS = 24;

export function toProjectRow(
  project: ProjectRecord,
  deployed: BuildRecord | undefined,
  sparks: readonly SparkRow[],
): ProjectRow {
  const spark = Array.from({ length: HOURS }, (_, index) => {
    const row = sparks.find(({ hour }) => hour === index + 1);
    return { ok: (row?.count ?? 0) - (row?.failed ?? 0), failed: row?.failed ?? 0 };
  });
  return {
    project_id: project.project_id,
    name: project.name,
    active: project.active,
    state: stateOf(project, deployed),
    update_failed:
      project.serving_build_id !== null &&
      deployed?.runtime_status === 'failed' &&
      deployed.build_id !== project.serving_build_id,
    deployed_build: deployed === undefined ? null : toBuildRow(deployed),
    serving_build_id: project.serving_build_id,
    builds: project.builds,
    handlers: project.handlers,
    runs_24h: {
      total: spark.reduce((sum, hour) => sum + hour.ok + hour.failed, 0),
      failed: spark.reduce((sum, hour) => sum + hour.failed, 0),
      spark,
    },
    created_at: project.created_at.toISOString(),
  };
}

export function toProjectDetail(project: ProjectRecord, row: ProjectRow, role: Role): ProjectDetail {
  const manage = may(role, 'project.manage');
  return {
    ...row,
    created_by:
      project.created_by_name === null
        ? null
        : { user_id: project.created_by_user_id, name: project.created_by_name },
    can: {
      deploy: deployable(role, project),
      activate: project.active ? { ok: false, reason: 'The project is active already' } : manage,
      deactivate: project.active ? manage : { ok: false, reason: 'The project is not active' },
    },
  };
}

/** What an operator calls the state of a project: whether something serves, and if not, why. */
function stateOf(project: ProjectRecord, deployed: BuildRecord | undefined): ProjectStateName {
  if (project.blocked && deployed !== undefined) return 'BLOCKED';
  if (project.serving_build_id !== null) return 'RUNNING';
  if (!project.active || project.disabled) return 'DISABLED';
  if (project.stopped) return 'STOPPED';
  if (deployed === undefined) return 'EMPTY';
  return deployed.runtime_status === 'failed' ? 'FAILED' : 'STARTING';
}

function deployable(role: Role, project: ProjectRecord): Can {
  if (project.builds === 0) return { ok: false, reason: 'Nothing has been uploaded yet' };
  return may(role, 'build.deploy');
}

const may = (role: Role, capability: 'project.manage' | 'build.deploy'): Can =>
  roleMay(role, capability) ? { ok: true } : { ok: false, reason: `You need "${capability}"` };
