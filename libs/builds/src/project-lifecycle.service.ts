import { Injectable } from '@nestjs/common';
import { NotFoundError, type Principal } from '@app/kernel';
import { requirePermission, type Action } from '@app/access';
import { Db } from '@app/platform/database';
import { ProjectService, projectUrns, type ProjectView } from '@app/projects';
import { AppStateRepository } from './app-state.repository';
import { BuildRepository } from './build.repository';
import { DeployService } from './deploy.service';
import { DeploymentRepository } from './deployment.repository';

export interface LifecycleOutcome {
  readonly project: ProjectView;
  readonly redeployedBuildId: string | null;
}

/** Starting, stopping and deleting whole projects. It lives beside builds because that is what they start and stop. */
@Injectable()
export class ProjectLifecycleService {
  constructor(
    private readonly db: Db,
    private readonly projects: ProjectService,
    private readonly builds: BuildRepository,
    private readonly deployments: DeploymentRepository,
    private readonly states: AppStateRepository,
    private readonly deploys: DeployService,
  ) {}

  /**
   * Deploys the newest build, if there is one; also when the project was active already. It serves then, whoever has
   * stopped the project and whatever its configuration says.
   */
  async activate(principal: Principal, idOrName: string): Promise<LifecycleOutcome> {
    const { projectId } = await this.allowed(principal, idOrName, 'update');
    const newest = await this.builds.findNewest(principal, projectId);
    await this.locked(principal, projectId, async () => {
      await this.states.enable(projectId);
      if (newest === null) await this.builds.wakeProject(projectId, principal.userId);
      else await this.deploys.request(principal, projectId, newest.buildId);
    });
    const project = await this.projects.find(principal, projectId);
    return { project, redeployedBuildId: newest?.buildId ?? null };
  }

  /** Nothing of the project serves any more; builds and settings stay. Repeating it changes nothing. */
  async deactivate(principal: Principal, idOrName: string): Promise<LifecycleOutcome> {
    const { projectId, active, servingBuildId } = await this.allowed(principal, idOrName, 'update');
    if (active || servingBuildId !== null)
      await this.locked(principal, projectId, async () => {
        await this.states.disable(projectId);
        await this.deployments.deactivate(principal, projectId, principal.userId);
      });
    return { project: await this.projects.find(principal, projectId), redeployedBuildId: null };
  }

  /** What ran stays readable under the project's id and last name; the name is free for another project. */
  async delete(principal: Principal, idOrName: string): Promise<void> {
    const { projectId } = await this.allowed(principal, idOrName, 'delete');
    await this.locked(principal, projectId, () =>
      this.deployments.deleteProject(principal, projectId, principal.userId),
    );
  }

  private async allowed(principal: Principal, idOrName: string, action: Action): Promise<ProjectView> {
    const project = await this.projects.find(principal, idOrName);
    requirePermission(principal, action, ...projectUrns(project));
    return project;
  }

  private locked(principal: Principal, projectId: string, work: () => Promise<void>): Promise<void> {
    return this.db.tx(async () => {
      if ((await this.deployments.lockProject(principal, projectId)) === undefined)
        throw new NotFoundError('Project');
      await work();
    });
  }
}
