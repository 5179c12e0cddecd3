import { Inject, Injectable } from '@nestjs/common';
import { newId, NotFoundError, type EnvScope, type Principal } from '@app/kernel';
import { requirePermission } from '@app/access';
import { Db } from '@app/platform/database';
import { BlobStore } from '@app/platform/storage';
import { ProjectService, type ProjectView } from '@app/projects';
import { ArchiveInspector } from './archive-inspector';
import { buildConfig, type BuildConfig } from './build.config';
import { BuildEntity } from './build.entity';
import { BuildIdTakenError, HashMismatchError } from './build.errors';
import { projectBuildsUrns } from './build.permissions';
import { BuildRepository, type ArchiveFacts } from './build.repository';
import { toBuildView, type BuildView } from './build.view';

/** An archive that has been received completely. */
export interface ReceivedArchive {
  /** Of the temporary file. It is moved away when the archive is kept; otherwise the caller removes it. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** As sent: the SHA-256 of the bytes or the bundle's own hash. */
  readonly hash: string;
  readonly buildId: string | null;
}

export interface UploadOutcome {
  readonly build: BuildView;
  /** Whether there was a build of this id before. */
  readonly existed: boolean;
}

/** Uploads of archives. Repeating one with its build id is safe, also at the same time. */
@Injectable()
export class UploadService {
  constructor(
    private readonly db: Db,
    private readonly projects: ProjectService,
    private readonly builds: BuildRepository,
    private readonly inspector: ArchiveInspector,
    private readonly store: BlobStore,
    @Inject(buildConfig.token) private readonly config: BuildConfig,
  ) {}

  /** The project to upload to: asked before a byte of the archive is received. */
  async target(principal: Principal, idOrName: string): Promise<ProjectView> {
    const project = await this.projects.find(principal, idOrName);
    requirePermission(principal, 'create', ...projectBuildsUrns(project));
    return project;
  }

  /** Throws HashMismatchError, BuildIdTakenError. */
  async keep(principal: Principal, project: ProjectView, archive: ReceivedArchive): Promise<UploadOutcome> {
    const owner = archive.buildId === null ? null : await this.builds.findOwnerAcrossTenants(archive.buildId);
    if (owner !== null) return this.repeat(principal, project, archive, owner);
    const buildId = archive.buildId ?? newId();
    const facts = await this.check(archive, storageKey(principal, buildId));
    if (!(await this.create(principal, project, buildId, facts, archive.path))) {
      // Another upload of the same id was faster, by moments.
      const winner = await this.builds.findOwnerAcrossTenants(buildId);
      return this.repeat(principal, project, { ...archive, buildId }, winner ?? '');
    }
    return this.outcome(principal, project, buildId, false);
  }

  /**
   * Row first: it holds off other uploads of the same id until archive and row are both in place. A crash in between
   * leaves an archive that nothing refers to, and that the next upload replaces; never a row without its archive.
   */
  private create(
    principal: Principal,
    project: ProjectView,
    buildId: string,
    facts: ArchiveFacts,
    path: string,
  ): Promise<boolean> {
    const { projectId } = project;
    return this.db.tx(async () => {
      await this.builds.wakeProject(projectId, principal.userId);
      const row = { ...facts, buildId, projectId, createdByUserId: principal.userId };
      if (!(await this.builds.insert(row))) return false;
      await this.store.putFile(facts.storagePath, path);
      return true;
    });
  }

  private async repeat(
    principal: Principal,
    project: ProjectView,
    archive: ReceivedArchive,
    owner: string,
  ): Promise<UploadOutcome> {
    if (owner !== project.projectId) throw new BuildIdTakenError();
    const build = await this.find(principal, project, archive.buildId ?? '');
    if (build.storagePath === null || !(await this.store.has(build.storagePath))) {
      const facts = await this.check(archive, build.storagePath ?? storageKey(principal, build.buildId));
      await this.store.putFile(facts.storagePath, archive.path);
      await this.builds.restore(build.buildId, facts);
    }
    return this.outcome(principal, project, build.buildId, true);
  }

  private async check(archive: ReceivedArchive, storagePath: string): Promise<ArchiveFacts> {
    const { bundleHash, ...inspection } = await this.inspector.inspect(archive.path);
    const hash = archive.hash.toLowerCase();
    if (this.config.hashCheck === 'strict' && hash !== archive.sha256 && hash !== bundleHash) {
      throw new HashMismatchError(archive.sha256, bundleHash);
    }
    return {
      ...inspection,
      hash,
      contentSha256: archive.sha256,
      size: archive.bytes,
      storagePath,
      storageBackend: this.store.backend,
    };
  }

  private async outcome(
    scope: EnvScope,
    project: ProjectView,
    buildId: string,
    existed: boolean,
  ): Promise<UploadOutcome> {
    return { build: toBuildView(await this.find(scope, project, buildId), project.name), existed };
  }

  private async find(scope: EnvScope, project: ProjectView, buildId: string): Promise<BuildEntity> {
    const build = await this.builds.find(scope, project.projectId, buildId);
    if (build === null) throw new NotFoundError('Build');
    return build;
  }
}

function storageKey({ orgId, envId }: EnvScope, buildId: string): string {
  return `${orgId}/${envId}/${buildId}.hot.zip`;
}
