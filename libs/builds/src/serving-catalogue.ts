/**
 * What serves, kept in memory per environment. The usual question is answered without waiting: while notices of changes
 * arrive, a remembered environment is good until one names it; without them it is compared with the database's revision
 * twice a second.
 */
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '@app/kernel';
import { DbNotices } from '@app/platform/database';
import { LRUCache } from 'lru-cache';
import { CompiledArtifacts } from './compiled-artifacts';
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

/** A value while it is remembered, a promise while it must be read. */
export type Soon<T> = T | Promise<T>;

/** Payload: the id of the environment. */
const ENV_CHANGED_CHANNEL = 'hot_env';

const MAX_ENVS = 1_000;
const MAX_OLD_BUILDS = 200;
/** A belt for the braces: how long notices alone are trusted. */
const TRUST_NOTICES_MS = 10_000;
const TRUST_NOTHING_MS = 500;
const DEPLOYING_MS = 250;

interface Remembered {
  readonly env: ServingEnv;
  readonly checkedAtMs: number;
}

@Injectable()
export class ServingCatalogue implements OnModuleInit {
  private readonly envs = new LRUCache<string, Remembered>({ max: MAX_ENVS });
  private readonly reading = new Map<string, Promise<ServingEnv | null>>();
  private readonly oldBuilds = new LRUCache<string, ServingBuild>({
    max: MAX_OLD_BUILDS,
    ttl: TRUST_NOTICES_MS,
  });
  private readonly deploying = new LRUCache<string, { readonly is: boolean }>({
    max: MAX_ENVS,
    ttl: DEPLOYING_MS,
  });
  /** Grows with every notice: what was being read meanwhile may be old already. */
  private epoch = 0;

  constructor(
    private readonly serving: ServingRepository,
    private readonly artifacts: CompiledArtifacts,
    private readonly notices: DbNotices,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.notices.listen(ENV_CHANGED_CHANNEL, {
      onNotice: (envId) => this.forget(envId),
      onGap: () => this.forget(null),
    });
  }

  /** Handlers of exactly this type in the serving builds, by project name, namespace and name; `once` applied. */
  handlersOf(envId: string, eventType: string): Soon<readonly ServingHandler[]> {
    return whenKnown(this.env(envId), (env) => env?.handlersOf(eventType) ?? []);
  }

  /** The handler of that key in the project's serving build. */
  handler(envId: string, projectId: string, handlerKey: string): Soon<ServingHandler | null> {
    return whenKnown(this.env(envId), (env) => env?.handler(projectId, handlerKey) ?? null);
  }

  /** A function by qualified name: in the given build, else in the preferred project, else wherever it serves. */
  findFunction(
    envId: string,
    functionName: string,
    where: { readonly buildId: string | null; readonly projectId: string | null },
  ): Soon<FoundFunction | null> {
    if (where.buildId === null) {
      return whenKnown(this.env(envId), (env) => env?.findFunction(functionName, where.projectId) ?? null);
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
    return whenKnown(this.env(envId), (env) => env?.projectNames() ?? []);
  }

  facts(envId: string): Soon<EnvFacts | null> {
    return whenKnown(this.env(envId), (env) => env?.facts ?? null);
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

  private env(envId: string): Soon<ServingEnv | null> {
    const known = this.envs.get(envId);
    if (known !== undefined && this.clock.nowMs() - known.checkedAtMs < this.trustMs()) return known.env;
    const underWay = this.reading.get(envId);
    if (underWay !== undefined) return underWay;
    const reading = this.read(envId, known?.env).finally(() => this.reading.delete(envId));
    this.reading.set(envId, reading);
    return reading;
  }

  private async read(envId: string, known: ServingEnv | undefined): Promise<ServingEnv | null> {
    const { epoch } = this;
    // Before reading: what is committed while we read must make the next question read again.
    const checkedAtMs = this.clock.nowMs();
    const env = await this.current(envId, known);
    if (env === null) this.envs.delete(envId);
    else if (epoch === this.epoch) this.envs.set(envId, { env, checkedAtMs });
    return env;
  }

  private async current(envId: string, known: ServingEnv | undefined): Promise<ServingEnv | null> {
    if (known !== undefined && (await this.serving.revision(envId)) === known.revision) return known;
    // The revision first: if something is activated in between, the rows are newer than it says, and are read again.
    const row = await this.serving.env(envId);
    return row === undefined ? null : new ServingEnv(row, await this.serving.servingBuilds(envId));
  }

  private build(envId: string, buildId: string): Soon<ServingBuild | null> {
    return whenKnown(this.env(envId), (env) => {
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

  private forget(envId: string | null): void {
    this.epoch += 1;
    if (envId === null) this.envs.clear();
    else this.envs.delete(envId);
  }

  private trustMs(): number {
    return this.notices.isLive() ? TRUST_NOTICES_MS : TRUST_NOTHING_MS;
  }
}

function whenKnown<A, B>(value: Soon<A>, then: (value: A) => Soon<B>): Soon<B> {
  return value instanceof Promise ? value.then(then) : then(value);
}
