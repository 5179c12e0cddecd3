/** What serves in one environment at one revision, arranged for routing. Pure: built from rows, never changed. */
import { splitQualifiedName, type ContextNeed, type FunctionDefinition } from './definitions';
import type { EnvRow, ServingBuildRow } from './serving.repository';

export interface EnvFacts {
  readonly envId: string;
  readonly envName: string;
  readonly orgId: string;
  readonly orgSlug: string;
}

/** A function of a build that can be run. */
export interface ServingFunction {
  readonly orgId: string;
  readonly envId: string;
  readonly projectId: string;
  readonly projectName: string;
  readonly buildId: string;
  readonly buildHash: string;
  /** Identity of the compiled build. */
  readonly artifactHash: string;
  /** Names the function within the environment, the same in every build of its project. */
  readonly handlerKey: string;
  /** Qualified name `::ns/var`. */
  readonly functionName: string;
  /** What the build says of the context variables that it reads. */
  readonly context: BuildContext;
}

export interface BuildContext {
  /** Declared with `secret: false`. */
  readonly plainKeys: ReadonlySet<string>;
  readonly requiredKeys: readonly string[];
}

export interface ServingHandler extends ServingFunction {
  readonly ns: string;
  readonly var: string;
  /** `meta.retry` as declared; undefined when there is none. */
  readonly retry: unknown;
  /** Of all handlers of an event that say so, only the first runs. */
  readonly once: boolean;
  readonly agentType: string | null;
}

export interface FoundFunction {
  readonly target: ServingHandler;
  /** Names of all projects that have the function, in order, when more than one has. */
  readonly otherProjects: readonly string[];
}

/** One build, as routing sees it. */
export class ServingBuild {
  private readonly handlersByType = new Map<string, readonly ServingHandler[]>();
  private readonly handlersByKey = new Map<string, ServingHandler>();
  private readonly functions: ReadonlySet<string>;
  /** What they declare besides their name, such as how often they are tried again. */
  private readonly scheduled: ReadonlyMap<string, FunctionDefinition>;
  private readonly context: BuildContext;

  constructor(
    private readonly env: Pick<EnvFacts, 'envId' | 'orgId'>,
    readonly row: ServingBuildRow,
  ) {
    this.functions = new Set(row.functions ?? []);
    this.scheduled = new Map(
      Object.values(row.scheduled_functions ?? {})
        .flat()
        .map((definition) => [definition.fn, definition]),
    );
    this.context = contextOf(row.context ?? []);
    for (const [type, definitions] of Object.entries(row.event_handlers ?? {})) {
      const handlers = definitions.map((definition) => this.handlerOf(definition));
      this.handlersByType.set(type, handlers);
      for (const handler of handlers) this.handlersByKey.set(handler.handlerKey, handler);
    }
  }

  get eventTypes(): Iterable<string> {
    return this.handlersByType.keys();
  }

  handlersOf(eventType: string): readonly ServingHandler[] {
    return this.handlersByType.get(eventType) ?? [];
  }

  /** Those whose agent is not stopped, and that are not blocked. */
  readyHandlersOf(eventType: string): readonly ServingHandler[] {
    const { stopped_agents, blocked, only_agents } = this.row;
    return this.handlersOf(eventType).filter(({ agentType }) =>
      agentType === null
        ? !blocked
        : !stopped_agents.includes(agentType) && (!blocked || only_agents.includes(agentType)),
    );
  }

  /** Nothing of it runs: another app is the only one of the environment. */
  get isBlocked(): boolean {
    return this.row.blocked && this.row.only_agents.length === 0;
  }

  handler(handlerKey: string): ServingHandler | null {
    return this.handlersByKey.get(handlerKey) ?? null;
  }

  find(functionName: string): ServingHandler | null {
    const known = this.handler(this.keyOf(functionName));
    if (known !== null) return known;
    const scheduled = this.scheduled.get(functionName);
    if (scheduled !== undefined) return this.handlerOf(scheduled);
    return this.functions.has(functionName) ? this.handlerOf({ fn: functionName, meta: {} }) : null;
  }

  private handlerOf({ fn, meta, agent }: FunctionDefinition): ServingHandler {
    const { row, env } = this;
    return {
      orgId: env.orgId,
      envId: env.envId,
      projectId: row.project_id,
      projectName: row.project_name,
      buildId: row.build_id,
      buildHash: row.build_hash,
      artifactHash: row.artifact_hash,
      handlerKey: this.keyOf(fn),
      functionName: fn,
      context: this.context,
      ...splitQualifiedName(fn),
      retry: meta['retry'],
      once: meta['once'] === true,
      agentType: agent ?? null,
    };
  }

  /** Two projects of an environment may well declare functions of one name. */
  private keyOf(functionName: string): string {
    return `${this.row.project_id}${functionName}`;
  }
}

export class ServingEnv {
  readonly facts: EnvFacts;
  readonly revision: number;
  /** By project name. */
  private readonly builds: readonly ServingBuild[];
  private readonly handlersByType = new Map<string, readonly ServingHandler[]>();

  constructor(env: EnvRow, rows: readonly ServingBuildRow[]) {
    this.facts = { envId: env.env_id, envName: env.env_name, orgId: env.org_id, orgSlug: env.org_slug };
    this.revision = env.runtime_revision;
    this.builds = rows
      .map((row) => new ServingBuild(this.facts, row))
      .filter((build) => !build.isBlocked)
      .sort(byProjectName);
    for (const type of new Set(this.builds.flatMap((build) => [...build.eventTypes]))) {
      const all = this.builds.flatMap((build) => build.readyHandlersOf(type));
      this.handlersByType.set(type, onlyOnce([...all].sort(byPlace)));
    }
  }

  /** Handlers of exactly this type, by project name, namespace and name; `once` applied. */
  handlersOf(eventType: string): readonly ServingHandler[] {
    return this.handlersByType.get(eventType) ?? [];
  }

  handler(projectId: string, handlerKey: string): ServingHandler | null {
    return this.ofProject(projectId)?.handler(handlerKey) ?? null;
  }

  /** The function in the preferred project, else in the first project by name that has it. */
  findFunction(functionName: string, preferredProjectId: string | null): FoundFunction | null {
    const found = this.builds.flatMap((build) => build.find(functionName) ?? []);
    const target = found.find((one) => one.projectId === preferredProjectId) ?? found[0];
    if (target === undefined) return null;
    return { target, otherProjects: found.length > 1 ? found.map((one) => one.projectName) : [] };
  }

  ofBuild(buildId: string): ServingBuild | null {
    return this.builds.find((build) => build.row.build_id === buildId) ?? null;
  }

  projectNames(): readonly string[] {
    return this.builds.map((build) => build.row.project_name);
  }

  private ofProject(projectId: string): ServingBuild | undefined {
    return this.builds.find((build) => build.row.project_id === projectId);
  }
}

function contextOf(needs: readonly ContextNeed[]): BuildContext {
  return {
    plainKeys: new Set(needs.filter((need) => !need.secret).map((need) => need.key)),
    requiredKeys: needs.filter((need) => need.required).map((need) => need.key),
  };
}

/** All handlers, but of those that share an event (`once`) only the first. */
export function onlyOnce(handlers: readonly ServingHandler[]): readonly ServingHandler[] {
  const first = handlers.find((handler) => handler.once);
  return handlers.filter((handler) => !handler.once || handler === first);
}

function byPlace(a: ServingHandler, b: ServingHandler): number {
  return compare(a.projectName, b.projectName) || compare(a.ns, b.ns) || compare(a.var, b.var);
}

function byProjectName(a: ServingBuild, b: ServingBuild): number {
  return compare(a.row.project_name, b.row.project_name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
