/**
 * What serves in an environment, as running needs to know it. Answers are plain values while they are cached and
 * promises while they must be read, so that the usual run waits for nothing.
 */
export type Soon<T> = T | Promise<T>;

/** A function of a build that can be run. */
export interface RunTarget {
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
  /** Qualified name of what is called. */
  readonly functionName: string;
  /** `meta.retry` as declared; undefined when there is none. */
  readonly retry: unknown;
  readonly agentType: string | null;
}

export interface FunctionTarget {
  readonly target: RunTarget;
  /** Names of all projects that have the function, in order, when more than one has. */
  readonly otherProjects: readonly string[];
}

export interface EnvFacts {
  readonly envId: string;
  readonly envName: string;
  readonly orgId: string;
  readonly orgSlug: string;
}

export abstract class Serving {
  /** Handlers of exactly this type in the serving builds, in the order of project, namespace, variable; `once` applied. */
  abstract handlersOf(envId: string, eventType: string): Soon<readonly RunTarget[]>;
  /** The handler of that key in the project's serving build. */
  abstract handler(envId: string, projectId: string, handlerKey: string): Soon<RunTarget | null>;
  /** A function by qualified name: in the given build, else in the preferred project, else wherever it serves. */
  abstract findFunction(
    envId: string,
    name: string,
    where: { readonly buildId: string | null; readonly projectId: string | null },
  ): Soon<FunctionTarget | null>;
  /** Handlers of the type in one build, whether it serves or not. */
  abstract handlersInBuild(envId: string, buildId: string, eventType: string): Soon<readonly RunTarget[]>;
  /** Names of the projects that serve in the env: for messages. */
  abstract projectNames(envId: string): Soon<readonly string[]>;
  /** Whether a deployment is on its way that may bring the handler an event is waiting for. */
  abstract isDeploying(envId: string): Soon<boolean>;
  abstract env(envId: string): Soon<EnvFacts | null>;
  /** JSON bytes of the compiled build. */
  abstract artifact(target: RunTarget): Promise<Buffer>;
  /** JSON `{"values": {...}, "secretKeys": [...]}` of what the run may read as context. */
  abstract contextOf(envId: string, projectId: string): Soon<string>;
}

/** What runs may read as context variables. Provided by the lib that keeps them. */
export abstract class RunContexts {
  /** JSON `{"values": {...}, "secretKeys": [...]}`: those of the project over those of the env. */
  abstract contextOf(envId: string, projectId: string): Soon<string>;
}
