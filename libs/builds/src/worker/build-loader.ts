/**
 * Loads a build and lets it serve. Until the last step the former build serves untouched, and whatever happens in
 * between leaves one of: the build loading (another worker takes it over when our lease ends), failed with a reason, or
 * superseded by a later deployment. A project that is stopped or disabled gets its build loaded, but it does not serve.
 */
import { Injectable, Logger } from '@nestjs/common';
import { BundleError } from '@app/bundle';
import { AppError } from '@app/kernel';
import {
  AppStateRepository,
  ArchiveCompiler,
  ArtifactStore,
  CompileError,
  DeploymentListeners,
  DeploymentRepository,
  ProgramCompiler,
  storableText,
  type BuildDefinitions,
  type ClaimedBuild,
  type Standing,
} from '@app/builds';
import { Db } from '@app/platform/database';

export type LoadOutcome =
  /** Not deployed any more, loaded already, or being loaded by another worker. */
  | { readonly outcome: 'nothing_to_do' }
  /** Its own functions prepare it; it was given back, and whoever loads it next goes on. */
  | { readonly outcome: 'initializing' }
  | { readonly outcome: 'ready' | 'superseded'; readonly build: LoadedBuild }
  | { readonly outcome: 'failed'; readonly build: LoadedBuild; readonly error: string };

export interface LoadedBuild {
  readonly buildId: string;
  readonly projectId: string;
  readonly projectName: string;
  readonly envId: string;
  readonly orgId: string;
}

interface Program {
  readonly artifactHash: string;
  readonly definitions: BuildDefinitions;
  /** Null: as they were stored by an earlier load. */
  readonly docs: Readonly<Record<string, string>> | null;
  readonly warnings: readonly string[];
}

/** A build that ended this many workers is not given to another one. */
const MAX_LOAD_ATTEMPTS = 3;
const MAX_ERROR_LENGTH = 512;

@Injectable()
export class BuildLoader {
  private readonly log = new Logger(BuildLoader.name);
  private readonly loading = new Map<string, Promise<LoadOutcome>>();

  constructor(
    private readonly db: Db,
    private readonly deployments: DeploymentRepository,
    private readonly states: AppStateRepository,
    private readonly listeners: DeploymentListeners,
    private readonly archives: ArchiveCompiler,
    private readonly artifacts: ArtifactStore,
    private readonly compiler: ProgramCompiler,
  ) {}

  /**
   * Loads the build if it waits for that. Safe to call at any time, for any build, twice at once. `incarnation` is that of
   * the calling worker's lease. Throws only when database or storage fail; the build then waits for the next try.
   */
  load(buildId: string, incarnation: string): Promise<LoadOutcome> {
    const known = this.loading.get(buildId);
    if (known !== undefined) return known;
    const loading = this.loadClaimed(buildId, incarnation).finally(() => this.loading.delete(buildId));
    this.loading.set(buildId, loading);
    return loading;
  }

  private async loadClaimed(buildId: string, incarnation: string): Promise<LoadOutcome> {
    const claim = await this.deployments.claimAcrossTenants(buildId, incarnation);
    if (claim === undefined) return { outcome: 'nothing_to_do' };
    const started = performance.now();
    let outcome: LoadOutcome;
    try {
      const program = await this.program(claim);
      outcome = (await this.isInitialized(claim, incarnation, program))
        ? await this.activate(claim, incarnation, program)
        : await this.giveBack(claim, incarnation);
    } catch (error) {
      outcome = await this.failed(claim, incarnation, error);
    }
    this.log.log({
      event: 'build.loaded',
      outcome: outcome.outcome,
      buildId,
      envId: claim.env_id,
      attempt: claim.load_attempts,
      durationMs: Math.round(performance.now() - started),
    });
    return outcome;
  }

  private async program(claim: ClaimedBuild): Promise<Program> {
    if (claim.load_attempts > MAX_LOAD_ATTEMPTS) {
      throw new CompileError(
        `Loading this build ended its worker ${MAX_LOAD_ATTEMPTS} times; it is not tried again`,
      );
    }
    const kept = await this.keptProgram(claim);
    if (kept !== null) return kept;
    const compiled = await this.archives.compile(claim.storage_path);
    await this.artifacts.put(scopeOf(claim), compiled.artifactHash, compiled.artifact);
    return compiled;
  }

  /** What an earlier load of the same archive made, if this compiler would make the same again. */
  private async keptProgram(claim: ClaimedBuild): Promise<Program | null> {
    const { artifact_hash: artifactHash, definitions } = claim;
    if (artifactHash === null || definitions === null) return null;
    const artifact = await this.artifacts.find(scopeOf(claim), artifactHash);
    if (artifact === null || !this.compiler.accepts(artifact)) return null;
    return { artifactHash, definitions, docs: null, warnings: [] };
  }

  /** Calls what is to be called before anything else of the build, which nobody waits for here: it may take minutes. */
  private async isInitialized(claim: ClaimedBuild, incarnation: string, program: Program): Promise<boolean> {
    const { initializers = [] } = program.definitions;
    const standing = await this.states.standing(claim.project_id);
    const functions = initializers.filter(({ agent }) => !agent || !standing.stopped_agents.includes(agent));
    if (functions.length === 0 || !mayServe(standing, isEnabled(claim))) return true;
    // Functions run by what is stored.
    if (program.docs !== null && !(await this.store(claim, incarnation, program))) return true;
    return this.listeners.initialized({
      ...viewOf(claim),
      functions,
      attempt: `${claim.deployment_sequence}.${standing.load_failures}`,
    });
  }

  /** False when another worker has taken over. */
  private store(claim: ClaimedBuild, incarnation: string, program: Program): Promise<boolean> {
    return this.db.tx(async () => {
      if (!(await this.deployments.isLoading(claim.build_id, incarnation))) return false;
      await this.storeProgram(claim, program);
      return true;
    });
  }

  private async storeProgram(claim: ClaimedBuild, program: Program): Promise<void> {
    const { artifactHash, definitions, docs, warnings } = program;
    await this.deployments.storeProgram(claim.build_id, definitions, artifactHash, warnings);
    if (docs !== null) await this.deployments.storeDocs(claim.build_id, docs);
  }

  private async giveBack(claim: ClaimedBuild, incarnation: string): Promise<LoadOutcome> {
    await this.deployments.release(claim.build_id, incarnation);
    return { outcome: 'initializing' };
  }

  private activate(claim: ClaimedBuild, incarnation: string, program: Program): Promise<LoadOutcome> {
    return this.db.tx(async (): Promise<LoadOutcome> => {
      const env = { envId: claim.env_id };
      const project = await this.deployments.lockProject(env, claim.project_id);
      const standing = await this.states.standing(claim.project_id);
      const wanted =
        project !== undefined &&
        (project.active || standing.in_session) &&
        project.deployment_sequence === claim.deployment_sequence &&
        (await this.deployments.isEnvActive(claim.env_id));
      if (!wanted) return this.superseded(claim, incarnation);
      await this.storeProgram(claim, program);
      if (!(await this.deployments.ready(claim.build_id, incarnation)))
        return this.superseded(claim, incarnation);
      await this.states.loaded(claim.project_id, {
        enabled: isEnabled(claim),
        onlyApp: claim.requirements.onlyApp === true,
        onlyAgents: program.definitions.only_agents ?? [],
      });
      if (mayServe(standing, isEnabled(claim))) {
        await this.deployments.serve(env, claim);
        await this.listeners.activated({ ...viewOf(claim), definitions: program.definitions });
      } else {
        await this.deployments.stopServing(env, claim.project_id);
      }
      return { outcome: 'ready', build: viewOf(claim) };
    });
  }

  private async failed(claim: ClaimedBuild, incarnation: string, error: unknown): Promise<LoadOutcome> {
    const reason = await this.reasonOf(claim, incarnation, error);
    return this.db.tx(async (): Promise<LoadOutcome> => {
      const project = await this.deployments.lockProject({ envId: claim.env_id }, claim.project_id);
      if (project?.deployment_sequence !== claim.deployment_sequence)
        return this.superseded(claim, incarnation);
      const ours = await this.deployments.fail(claim, incarnation, reason, project.serving_build_id);
      if (!ours) return { outcome: 'superseded', build: viewOf(claim) };
      await this.states.loadFailed(claim.project_id);
      // Serving went on in a session, which the deployment has ended.
      const standing = await this.states.standing(claim.project_id);
      if (!mayServe(standing, standing.enabled))
        await this.deployments.stopServing({ envId: claim.env_id }, claim.project_id);
      // It may have been the only app of its environment as long as it was about to serve.
      if (project.serving_build_id === null) await this.deployments.bumpRevision({ envId: claim.env_id });
      return { outcome: 'failed', build: viewOf(claim), error: reason };
    });
  }

  private async superseded(claim: ClaimedBuild, incarnation: string): Promise<LoadOutcome> {
    await this.deployments.supersede(claim.build_id, incarnation);
    return { outcome: 'superseded', build: viewOf(claim) };
  }

  /** What is wrong with the build. Rethrows what is wrong with the platform, having given the build back. */
  private async reasonOf(claim: ClaimedBuild, incarnation: string, error: unknown): Promise<string> {
    if (error instanceof BundleError || error instanceof CompileError) {
      return storableText(error.message).slice(0, MAX_ERROR_LENGTH);
    }
    if (isPassing(error)) {
      // The database may be what failed; then the lease's end gives the build back.
      await this.deployments.release(claim.build_id, incarnation).catch(() => undefined);
      throw error;
    }
    this.log.error({ event: 'build.load_error', buildId: claim.build_id, error: describe(error) });
    return 'The platform could not load this build because of an internal error; the log of the worker says more';
  }
}

/** What the build's configuration says of its project. */
function isEnabled({ requirements }: ClaimedBuild): boolean {
  return requirements.enabled !== false;
}

function mayServe({ stopped, in_session, enabled_override }: Standing, enabled: boolean): boolean {
  return !stopped && (in_session || (enabled_override ?? enabled));
}

function isPassing(error: unknown): boolean {
  if (error instanceof AppError) return error.kind === 'unavailable';
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && ['EIO', 'EMFILE', 'ENFILE', 'ENOSPC', 'EACCES', 'ENOMEM'].includes(code);
}

function scopeOf(claim: ClaimedBuild): { readonly orgId: string; readonly envId: string } {
  return { orgId: claim.org_id, envId: claim.env_id };
}

function viewOf(claim: ClaimedBuild): LoadedBuild {
  return {
    buildId: claim.build_id,
    projectId: claim.project_id,
    projectName: claim.project_name,
    envId: claim.env_id,
    orgId: claim.org_id,
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
