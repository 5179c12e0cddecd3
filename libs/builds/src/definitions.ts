/** What a build declares, as the compiler found it. Names and nesting are those of a bundle's manifest. */
export interface DefinitionLocation {
  readonly file?: string | null;
  /** From 1. */
  readonly line?: number | null;
  readonly column?: number | null;
  /** Byte offset. */
  readonly position?: number | null;
}

export interface FunctionDefinition extends DefinitionLocation {
  /** Qualified name `::ns/var`. */
  readonly fn: string;
  readonly meta: Readonly<Record<string, unknown>>;
  /** `::ns/Type` of the agent that it belongs to. */
  readonly agent?: string | null;
}

/** Runs each time the app is loaded, before anything else of it. */
export interface InitializerDefinition extends FunctionDefinition {
  /** Called with a map of `project` and `build-id`, or with nothing. */
  readonly takes_load: boolean;
}

/** A context variable that reachable code declares. */
export interface ContextNeed {
  readonly key: string;
  readonly declaredBy: string;
  readonly sourceFile: string;
  readonly required: boolean;
  readonly secret: boolean;
}

export interface BuildDefinitions {
  /** By event type. */
  readonly event_handlers: Readonly<Record<string, readonly FunctionDefinition[]>>;
  /** `::ns/Type` by qualified name of a handler, scheduled function, webhook or tool. */
  readonly function_agents: Readonly<Record<string, string>>;
  /** Qualified names of everything that can be called. */
  readonly functions: readonly string[];
  /** Everything declared, optional and plain ones as well; absent in builds loaded by an earlier version. */
  readonly context?: readonly ContextNeed[];
  /** Absent when there are none, and in builds loaded by an earlier version. */
  readonly initializers?: readonly InitializerDefinition[];
  /** Types of agents that are the only apps of their environment, `::ns/Type`; absent when there are none. */
  readonly only_agents?: readonly string[];
  /** The other collections of a manifest, as they are. */
  readonly [collection: string]: unknown;
}

export interface QualifiedName {
  readonly ns: string;
  readonly var: string;
}

/** `::orders::flow/on-placed` → `::orders::flow` and `on-placed`. */
export function splitQualifiedName(fn: string): QualifiedName {
  const slash = fn.indexOf('/');
  return slash < 0 ? { ns: '', var: fn } : { ns: fn.slice(0, slash), var: fn.slice(slash + 1) };
}
