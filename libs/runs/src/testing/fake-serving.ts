import { newId } from '@app/kernel';
import {
  Serving,
  type EnvFacts,
  type FunctionTarget,
  type RunContext,
  type RunTarget,
} from '../serving.port';

/** Serves whatever a test puts into it. */
export class FakeServing extends Serving {
  readonly targets: { readonly envId: string; readonly eventType: string; readonly target: RunTarget }[] = [];
  readonly envs = new Map<string, EnvFacts>();
  readonly deploying = new Set<string>();
  askedForDeployments = 0;
  /** What every run may read. */
  context: RunContext = { json: '{"values":{},"secretKeys":[]}', missing: [] };

  addEnv(orgId: string, envId: string, name = 'development'): void {
    this.envs.set(envId, { envId, envName: name, orgId, orgSlug: 'acme' });
  }

  /** A handler; its function in the fake sandbox is found by name. */
  addHandler(
    envId: string,
    eventType: string,
    functionName: string,
    options: Partial<RunTarget> = {},
  ): RunTarget {
    const target: RunTarget = {
      orgId: this.envs.get(envId)?.orgId ?? newId(),
      envId,
      projectId: newId(),
      projectName: 'orders',
      buildId: newId(),
      buildHash: 'cafe',
      artifactHash: 'a1',
      handlerKey: functionName,
      functionName,
      retry: undefined,
      agentType: null,
      context: { plainKeys: new Set(), requiredKeys: [] },
      ...options,
    };
    this.targets.push({ envId, eventType, target });
    return target;
  }

  removeHandler(target: RunTarget): void {
    const at = this.targets.findIndex((entry) => entry.target === target);
    if (at >= 0) this.targets.splice(at, 1);
  }

  override handlersOf(envId: string, eventType: string): readonly RunTarget[] {
    return this.targets
      .filter((entry) => entry.envId === envId && entry.eventType === eventType)
      .map((entry) => entry.target);
  }

  override handler(envId: string, projectId: string, handlerKey: string): RunTarget | null {
    return (
      this.targets.find(
        ({ envId: env, target }) =>
          env === envId && target.projectId === projectId && target.handlerKey === handlerKey,
      )?.target ?? null
    );
  }

  override findFunction(
    envId: string,
    name: string,
    where: { readonly buildId: string | null; readonly projectId: string | null },
  ): FunctionTarget | null {
    const found = this.targets
      .filter((entry) => entry.envId === envId && entry.target.functionName === name)
      .map((entry) => entry.target);
    const target = found.find(({ projectId }) => projectId === where.projectId) ?? found[0];
    if (target === undefined) return null;
    return {
      target,
      otherProjects: found.length > 1 ? found.map((one) => one.projectName) : [],
    };
  }

  override handlersInBuild(envId: string, buildId: string, eventType: string): readonly RunTarget[] {
    return this.handlersOf(envId, eventType).filter((target) => target.buildId === buildId);
  }

  override projectNames(envId: string): readonly string[] {
    return [
      ...new Set(
        this.targets.filter((entry) => entry.envId === envId).map(({ target }) => target.projectName),
      ),
    ];
  }

  override isDeploying(envId: string): boolean {
    this.askedForDeployments += 1;
    return this.deploying.has(envId);
  }

  override env(envId: string): EnvFacts | null {
    return this.envs.get(envId) ?? null;
  }

  override async artifact(): Promise<Buffer> {
    return Buffer.from('{}');
  }

  override contextOf(): RunContext {
    return this.context;
  }
}
