import { Inject, Injectable } from '@nestjs/common';
import { NotFoundError, type Principal } from '@app/kernel';
import { requirePermission } from '@app/access';
import { Db } from '@app/platform/database';
import { BlobStore } from '@app/platform/storage';
import { ProjectService, type ProjectView } from '@app/projects';
import { AppStateRepository } from './app-state.repository';
import { buildConfig, type BuildConfig } from './build.config';
import { BUILD_TYPE_IDS, BuildEntity } from './build.entity';
import { UndeployableError } from './build.errors';
import { buildUrns } from './build.permissions';
import { BuildRepository } from './build.repository';
import { toBuildView, versionVerdicts, type BuildView } from './build.view';
import { DeployQueue } from './deploy-tickets';
import { DeploymentRepository } from './deployment.repository';

/**
 * Asking for a build to serve. Nothing of what serves changes here: a worker loads the build, and only then it takes
 * the place of the former one.
 */
@Injectable()
export class DeployService {
  constructor(
    private readonly db: Db,
    private readonly projects: ProjectService,
    private readonly builds: BuildRepository,
    private readonly deployments: DeploymentRepository,
    private readonly states: AppStateRepository,
    private readonly queue: DeployQueue,
    private readonly store: BlobStore,
    @Inject(buildConfig.token) private readonly config: BuildConfig,
  ) {}

  /** Throws UndeployableError before anything is changed. */
  async deploy(principal: Principal, idOrName: string, buildId: string): Promise<BuildView> {
    const project = await this.projects.find(principal, idOrName);
    const build = await this.builds.find(principal, project.projectId, buildId);
    if (build === null) throw new NotFoundError('Build');
    requirePermission(principal, 'execute', ...buildUrns(project, buildId));
    await this.checkArchive(build);
    const notes = await this.checkContext(project, build);
    const requested = await this.request(principal, project.projectId, buildId);
    return toBuildView(requested, project.name, notes);
  }

  /**
   * Asks without checks: for a build that was deployed before. A load that fails says why on the build.
   * @returns the build as it was when that was decided: a worker may have begun to load it by now
   */
  async request(principal: Principal, projectId: string, buildId: string): Promise<BuildEntity> {
    return this.db.tx(async () => {
      const project = await this.deployments.lockProject(principal, projectId);
      if (project === undefined) throw new NotFoundError('Project');
      await this.deployments.wake(projectId, principal.userId);
      await this.requestWithin(projectId, buildId);
      await this.states.askedFor(projectId);
      const requested = await this.builds.find(principal, projectId, buildId);
      if (requested === null) throw new NotFoundError('Build');
      return requested;
    });
  }

  /** In a transaction that has locked the project. What was decided about the project stays as it is. */
  async requestWithin(projectId: string, buildId: string): Promise<void> {
    const sequence = await this.deployments.request(projectId, buildId);
    this.db.afterCommit(() => this.queue.announce(buildId, sequence));
  }

  private async checkArchive(build: BuildEntity): Promise<void> {
    if (build.buildTypeId === BUILD_TYPE_IDS.live)
      throw new UndeployableError('it is a live build, without an archive');
    if (build.inspectionError !== null) throw new UndeployableError(build.inspectionError);
    if (build.storagePath === null || !(await this.store.has(build.storagePath))) {
      throw new UndeployableError(
        'its archive is gone from storage; upload it again under the same build_id',
      );
    }
    for (const verdict of versionVerdicts(build)) {
      if (verdict.verdict === 'refuse') throw new UndeployableError(verdict.message);
    }
  }

  /** Remarks on context variables that are missing now; in strict mode they are a refusal. */
  private async checkContext(project: ProjectView, build: BuildEntity): Promise<readonly string[]> {
    const required = build.requirements.context ?? [];
    const keys = required.map((need) => need.key);
    const missing = await this.deployments.missingContext(project.envId, project.projectId, keys);
    if (missing.length === 0) return [];
    const list = missing
      .map((key) => {
        const by = required.find((need) => need.key === key)?.declaredBy;
        return by ? `${key} (required by ${by})` : key;
      })
      .join(', ');
    const text = `These context variables are not set: ${list}. Set them with hot context set <key>`;
    if (this.config.strictContext) throw new UndeployableError(text);
    return [text];
  }
}
