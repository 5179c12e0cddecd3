/** Tables: project, build. Read-only. What the dashboard shows of deployments. */
import { Injectable } from '@nestjs/common';
import type { EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';

export interface DeployRow {
  readonly at: Date;
  readonly project: string;
  readonly build_id: string;
  readonly hash: string;
}

export interface ProjectNameRow {
  readonly project_id: string;
  readonly name: string;
  readonly deleted: boolean;
  readonly has_builds: boolean;
}

@Injectable()
export class DashboardQueries {
  constructor(private readonly db: Db) {}

  projects(scope: EnvScope): Promise<readonly ProjectNameRow[]> {
    return this.db.query<ProjectNameRow>(
      `SELECT p.project_id, p.name, p.deleted_at IS NOT NULL AS deleted,
              EXISTS (SELECT 1 FROM hot.build b WHERE b.project_id = p.project_id) AS has_builds
         FROM hot.project p WHERE p.env_id = $1 ORDER BY lower(p.name), p.project_id LIMIT 1000`,
      [scope.envId],
    );
  }

  deploys(scope: EnvScope, fromMs: number, toMs: number): Promise<readonly DeployRow[]> {
    return this.db.query<DeployRow>(
      `SELECT b.runtime_ready_at AS at, p.name AS project, b.build_id, b.hash
         FROM hot.project p
         JOIN hot.build b ON b.project_id = p.project_id
        WHERE p.env_id = $1 AND b.runtime_ready_at >= $2 AND b.runtime_ready_at < $3
        ORDER BY b.runtime_ready_at DESC LIMIT 100`,
      [scope.envId, new Date(fromMs), new Date(toMs)],
    );
  }
}
