/** What a build declares, as plain JSON. */
import type { Diagnostic } from '../diagnostics/diagnostic';
import type { Json, JsonObject } from './json';

/** `line` and `column` from 1 in code points, `position` in bytes from 0. */
export interface Located {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly position: number;
}

/** A function that something outside can start. */
export interface EntryPoint extends Located {
  /** `::ns/name` */
  readonly fn: string;
  /** `::ns` */
  readonly ns: string;
  readonly name: string;
  /** In full, inherited keys of an import included, `sends` merged with what was found in the code. */
  readonly meta: JsonObject;
  readonly doc: string | null;
  /** `::ns/Type` of the agent it belongs to. */
  readonly agent: string | null;
  readonly workflows: readonly string[];
}

/** Milliseconds; as written, with the language's defaults. The platform clamps. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly delay: number;
  readonly backoff: 'fixed' | 'exponential' | 'linear';
  readonly maxDelay: number;
  readonly jitter: boolean;
}

export interface EventHandler extends EntryPoint {
  readonly eventType: string;
  readonly once: boolean;
  readonly retry: RetryPolicy | null;
}

export interface ScheduledFunction extends EntryPoint {
  readonly expression: string;
  /** IANA zone from the metadata, null for the default. */
  readonly timezone: string | null;
  readonly retry: RetryPolicy | null;
}

/** Runs each time the app is loaded, before anything else of it. */
export interface Initializer extends EntryPoint {
  /** Called with a map of `project` and `build-id`, or with nothing. */
  readonly takesLoad: boolean;
}

export type AuthMode = 'none' | 'required';

export interface Webhook extends EntryPoint {
  readonly service: string;
  /** With one leading slash. */
  readonly path: string;
  /** Upper case. */
  readonly method: string;
  readonly webhookName: string;
  readonly description: string | null;
  readonly auth: AuthMode;
  /** Lower case, without the ones that are always masked. */
  readonly secretHeaders: readonly string[];
}

export interface McpTool extends EntryPoint {
  readonly service: string;
  readonly toolName: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly auth: AuthMode;
  readonly inputSchema: JsonObject;
  readonly outputSchema: JsonObject | null;
  readonly icons: Json;
  readonly annotations: JsonObject | null;
  /** Parameters in order: how named arguments become positional ones. */
  readonly params: readonly string[];
  readonly secretHeaders: readonly string[];
}

export interface ConfigField {
  readonly name: string;
  readonly type: string;
}

export interface Agent extends Located {
  readonly typeName: string;
  readonly ns: string;
  /** `::ns/Type`, what entry points refer to. */
  readonly fullName: string;
  readonly name: string;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly mcpServers: Json;
  readonly configFields: readonly ConfigField[];
  readonly meta: JsonObject;
}
export type Workflow = Omit<Agent, 'mcpServers' | 'configFields'>;

export interface SendTarget {
  readonly event: string;
  readonly doc: string | null;
  /** The helper function in which the send stands, when it is not the entry point itself. */
  readonly via: string | null;
}
export interface SendTargets {
  readonly fn: string;
  readonly targets: readonly SendTarget[];
}

export interface CtxRequirement {
  readonly key: string;
  readonly required: boolean;
  readonly secret: boolean;
  readonly default: Json;
  /** `::ns/fn` or `::ns`. */
  readonly declaredBy: string;
  readonly sourceFile: string;
}

export interface BoxRequirement {
  /** The largest of `functions`. */
  readonly minSize: string | null;
  readonly network: boolean;
  readonly functions: readonly {
    readonly fn: string;
    readonly minSize: string | null;
    readonly network: boolean;
    readonly file: string;
  }[];
}

export interface Definitions {
  readonly eventHandlers: readonly EventHandler[];
  readonly schedules: readonly ScheduledFunction[];
  readonly webhooks: readonly Webhook[];
  readonly mcpTools: readonly McpTool[];
  /** At most one without an agent, and one for each agent. */
  readonly initializers: readonly Initializer[];
  readonly agents: readonly Agent[];
  readonly workflows: readonly Workflow[];
  readonly sends: readonly SendTargets[];
  readonly ctx: readonly CtxRequirement[];
  readonly box: BoxRequirement;
}

export interface Extraction {
  readonly definitions: Definitions;
  /** Errors: the build must not be deployed. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface ExtractionOptions {
  /**
   * A further check of a schedule expression, by whoever will run schedules (its limits, the time zone): the reason
   * why it is refused, or null.
   */
  readonly checkSchedule: ((expression: string, timezone: string | null) => string | null) | null;
}
