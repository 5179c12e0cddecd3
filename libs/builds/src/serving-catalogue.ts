/** What serves, for whoever has to find a function to run. */
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '@app/kernel';
import { DbNotices } from '@app/platform/database';
import { LRUCache } from 'lru-cache';
import { CompiledArtifacts } from './compiled-artifacts';
import { EnvMemory, TRUST_NOTICES_MS, whenKnown, type Soon } from './env-memory';
import {
  onlyOnce,
  ServingBuild,
  ServingEnv,
  type EnvFacts,
  type FoundFunction,
  type ServingFunction,
  type ServingHandler,
} from './serving-env';
import { ServingRepository } from './serving.repository';

const MAX_ENVS = 1_000;
const MAX_OLD_BUILDS = 200;
const DEPLOYING_MS = 250;

@Injectable()
export class ServingCatalogue implements OnModuleInit {
  private readonly envs: EnvMemory<ServingEnv>;
  private readonly oldBuilds = new LRUCache<string, ServingBuild>({
    max: MAX_OLD_BUILDS,
    ttl: TRUST_NOTICES_MS,
  });
  private readonly deploying = new LRUCache<string, { readonly is: boolean }>({
    max: MAX_ENVS,
    ttl: DEPLOYING_MS,
  });

  constructor(
    private readonly serving: ServingRepository,
    private readonly artifacts: CompiledArtifacts,
    notices: DbNotices,
    clock: Clock,
  ) {
    this.envs = new EnvMemory(
      { revision: (envId) => serving.revision(envId), read: (envId) => this.read(envId) },
      notices,
      clock,
    );
  }

  onModuleInit(): void {
    this.envs.listen();
  }

  /** Handlers of exactly this type in the serving builds, by project name, namespace and name; `once` applied. */
  handlersOf(envId: string, eventType: string): Soon<readonly ServingHandler[]> {
    return whenKnown(this.envs.get(envId), (env) => env?.handlersOf(eventType) ?? []);
  }

  /** The handler of that key in the project's serving build. */
  handler(envId: string, projectId: string, handlerKey: string): Soon<ServingHandler | null> {
    return whenKnown(this.envs.get(envId), (env) => env?.handler(projectId, handlerKey) ?? null);
  }

  /** A function by qualified name: in the given build, else in the preferred project, else wherever it serves. */
  findFunction(
    envId: string,
    functionName: string,
    where: { readonly buildId: string | null; readonly projectId: string | null },
  ): Soon<FoundFunction | null> {
    if (where.buildId === null) {
      return whenKnown(
        this.envs.get(envId),
        (env) => env?.findFunction(functionName, where.projectId) ?? null,
      );
    }
    return whenKnown(this.build(envId, where.buildId), (build) => {
      const target = build?.find(functionName) ?? null;
      return target === null ? null : { target, otherProjects: [] };
    });
  }

  /** Handlers of the type in one build, whether it serves or not. */
  handlersInBuild(envId: string, buildId: string, eventType: string): Soon<readonly ServingHandler[]> {
    return whenKnown(this.build(envId, buildId), (build) => onlyOnce(build?.handlersOf(eventType) ?? []));
  }

  /** Names of the projects that serve. */
  projectNames(envId: string): Soon<readonly string[]> {
    return whenKnown(this.envs.get(envId), (env) => env?.projectNames() ?? []);
  }

  facts(envId: string): Soon<EnvFacts | null> {
    return whenKnown(this.envs.get(envId), (env) => env?.facts ?? null);
  }

  /** Whether a deployment is on its way that may bring what is missing. A quarter of a second old at most. */
  async isDeploying(envId: string): Promise<boolean> {
    const known = this.deploying.get(envId);
    if (known !== undefined) return known.is;
    const is = await this.serving.isDeploying(envId);
    this.deploying.set(envId, { is });
    return is;
  }

  /** JSON bytes of the compiled build that the function is part of. */
  artifact(target: Pick<ServingFunction, 'orgId' | 'envId' | 'buildId' | 'artifactHash'>): Promise<Buffer> {
    return this.artifacts.get(target);
  }

  private async read(envId: string): Promise<ServingEnv | null> {
    const row = await this.serving.env(envId);
    return row === undefined ? null : new ServingEnv(row, await this.serving.servingBuilds(envId));
  }

  private build(envId: string, buildId: string): Soon<ServingBuild | null> {
    return whenKnown(this.envs.get(envId), (env) => {
      if (env === null) return null;
      return env.ofBuild(buildId) ?? this.oldBuilds.get(`${envId}${buildId}`) ?? this.readBuild(env, buildId);
    });
  }

  private async readBuild(env: ServingEnv, buildId: string): Promise<ServingBuild | null> {
    const row = await this.serving.build(env.facts.envId, buildId);
    if (row === undefined) return null;
    const build = new ServingBuild(env.facts, row);
    this.oldBuilds.set(`${env.facts.envId}${buildId}`, build);
    return build;
  }
}
