import { UnavailableError } from '@app/kernel';
import { Injectable, Logger } from '@nestjs/common';
import { ArchiveCompiler } from './archive-compiler';
import { ArtifactStore } from './artifact-store';
import { CompileError, ProgramCompiler } from './program-compiler';
import type { ServingFunction } from './serving-env';
import { ServingRepository } from './serving.repository';

type Target = Pick<ServingFunction, 'orgId' | 'envId' | 'buildId' | 'artifactHash'>;

/**
 * The artifacts that serving builds run. A build that another version of the platform compiled is compiled again from
 * its archive, once, and kept beside the old artifact: an update of the platform needs no new deployment, and going back
 * to the old version neither.
 */
@Injectable()
export class CompiledArtifacts {
  private readonly log = new Logger(CompiledArtifacts.name);
  private readonly compiling = new Map<string, Promise<Buffer>>();

  constructor(
    private readonly artifacts: ArtifactStore,
    private readonly archives: ArchiveCompiler,
    private readonly compiler: ProgramCompiler,
    private readonly serving: ServingRepository,
  ) {}

  /** JSON bytes. Throws UnavailableError that says what to do when there is no way to have them. */
  async get(target: Target): Promise<Buffer> {
    const stored = await this.artifacts.find(target, target.artifactHash);
    if (stored !== null && this.compiler.accepts(stored)) return stored;
    const key = recompiledName(target.artifactHash, this.compiler.id);
    const again = await this.artifacts.find(target, key);
    if (again !== null) return again;
    let compiling = this.compiling.get(key);
    if (compiling === undefined) {
      compiling = this.compile(target, key).finally(() => this.compiling.delete(key));
      this.compiling.set(key, compiling);
    }
    return compiling;
  }

  private async compile(target: Target, key: string): Promise<Buffer> {
    const archive = await this.serving.archiveOf(target.envId, target.buildId);
    try {
      const { artifact } = await this.archives.compile(archive);
      await this.artifacts.put(target, key, artifact);
      this.log.log({ event: 'build.recompiled', buildId: target.buildId, envId: target.envId });
      return artifact;
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      throw new UnavailableError(
        `The build ${target.buildId} must be compiled for this version of the platform, and cannot be: ${error.message}. Deploy the project again.`,
      );
    }
  }
}

/** Where what another compiler made of a build is kept. Versions have a plus sign in them, and names in a store have not. */
export const recompiledName = (artifactHash: string, compilerId: string): string =>
  `${artifactHash}-${compilerId.replaceAll(/[^A-Za-z0-9._-]/g, '_')}`;
