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
  readonly context: ContextNeeds;
}

/** What a build says of the context variables that it reads. */
export interface ContextNeeds {
  /** Declared with `secret: false`: shown as they are. All others are masked. */
  readonly plainKeys: ReadonlySet<string>;
  readonly requiredKeys: readonly string[];
}

/** What a run may read as context, as of its start. */
export interface RunContext {
  /** JSON `{"values": {...}, "secretKeys": [...]}`. */
  readonly json: string;
  /** Required keys that have no value. */
  readonly missing: readonly string[];
}

/** A variable is there and can't be decrypted. Its message is for whoever looks at the run. */
export class ContextUnreadableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ContextUnreadableError';
  }
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
  /** What the run may read as context. Throws ContextUnreadableError. */
  abstract contextOf(target: RunTarget): Soon<RunContext>;
}

/** What runs may read as context variables. Provided by the lib that keeps them. */
export abstract class RunContexts {
  /** Those of the project over those of the env. Throws ContextUnreadableError. */
  abstract contextOf(target: RunTarget): Soon<RunContext>;
}
