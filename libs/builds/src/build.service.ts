import { Injectable } from '@nestjs/common';
import { mapPage, NotFoundError, type Page, type Paging, type Principal } from '@app/kernel';
import { requirePermission } from '@app/access';
import { BlobStore, type StoredBlob } from '@app/platform/storage';
import { ProjectService, type ProjectView } from '@app/projects';
import { BuildEntity } from './build.entity';
import { ANY_BUILD, buildUrns, projectBuildsUrns } from './build.permissions';
import { BuildRepository } from './build.repository';
import { toBuildView, type BuildView } from './build.view';

/** Reading builds. A build is addressed below its project; one of another project does not exist there. */
@Injectable()
export class BuildService {
  constructor(
    private readonly projects: ProjectService,
    private readonly builds: BuildRepository,
    private readonly store: BlobStore,
  ) {}

  async listAll(principal: Principal, paging: Paging): Promise<Page<BuildView>> {
    requirePermission(principal, 'read', ANY_BUILD);
    const page = await this.builds.list(principal, null, paging);
    return mapPage(page, ({ build, projectName }) => toBuildView(build, projectName));
  }

  async list(principal: Principal, project: string, paging: Paging): Promise<Page<BuildView>> {
    const { projectId } = await this.readableProject(principal, project);
    const page = await this.builds.list(principal, projectId, paging);
    return mapPage(page, ({ build, projectName }) => toBuildView(build, projectName));
  }

  async deployed(principal: Principal, idOrName: string): Promise<BuildView> {
    const project = await this.readableProject(principal, idOrName);
    const build = await this.builds.findDeployed(principal, project.projectId);
    if (build === null) throw new NotFoundError('Deployed build');
    return toBuildView(build, project.name);
  }

  async live(principal: Principal, idOrName: string): Promise<BuildView> {
    const project = await this.readableProject(principal, idOrName);
    const build = await this.builds.findLive(principal, project.projectId);
    if (build === null) throw new NotFoundError('Live build');
    return toBuildView(build, project.name);
  }

  async get(principal: Principal, idOrName: string, buildId: string): Promise<BuildView> {
    const { build, project } = await this.readable(principal, idOrName, buildId);
    return toBuildView(build, project.name);
  }

  /** Exactly the bytes that were uploaded. The caller reads or destroys the stream. */
  async download(principal: Principal, idOrName: string, buildId: string): Promise<StoredBlob> {
    const { build } = await this.readable(principal, idOrName, buildId);
    const blob =
      build.storagePath === null || build.storageBackend !== this.store.backend
        ? null
        : await this.store.read(build.storagePath);
    if (blob === null) throw new NotFoundError('Build');
    return blob;
  }

  private async readableProject(principal: Principal, idOrName: string): Promise<ProjectView> {
    const project = await this.projects.find(principal, idOrName);
    requirePermission(principal, 'read', ...projectBuildsUrns(project));
    return project;
  }

  private async readable(
    principal: Principal,
    idOrName: string,
    buildId: string,
  ): Promise<{ readonly build: BuildEntity; readonly project: ProjectView }> {
    const project = await this.projects.find(principal, idOrName);
    const build = await this.builds.find(principal, project.projectId, buildId);
    if (build === null) throw new NotFoundError('Build');
    requirePermission(principal, 'read', ...buildUrns(project, buildId));
    return { build, project };
  }
}
