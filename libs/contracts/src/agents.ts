import type { ListQuery } from './envelope';
import type { SourceRef } from './runs';

/** Above 95 %, from 80 % on, below; `idle` when nothing finished. */
export const AGENT_HEALTHS = ['healthy', 'degraded', 'failing', 'idle'] as const;
export type AgentHealthName = (typeof AGENT_HEALTHS)[number];

export const TRIGGER_KINDS = ['event', 'schedule', 'webhook', 'mcp'] as const;
export type TriggerKindName = (typeof TRIGGER_KINDS)[number];

/** Finished runs of the last 24 hours, of the environment's newest 20,000 at most. */
export interface AgentRuns {
  readonly succeeded: number;
  readonly failed: number;
  /** Whether there were more runs than were looked at. */
  readonly sampled: boolean;
}

export interface AgentRow {
  /** `::shop::orders` */
  readonly namespace: string;
  /** Name of its type. */
  readonly type_name: string;
  readonly name: string;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly project: string;
  readonly build_id: string;
  readonly handlers: number;
  readonly triggers: readonly { readonly kind: TriggerKindName; readonly count: number }[];
  readonly runs: AgentRuns;
  readonly health: AgentHealthName;
}

/** GET {E}/agents?q → Listing<AgentRow>, by name; `q` finds names, namespaces, tags and projects. */
export type AgentListQuery = Pick<ListQuery, 'q' | 'limit' | 'offset' | 'cursor'>;

export interface RetryWords {
  readonly attempts: number;
  readonly backoff: string;
  readonly delay_ms: number;
  readonly max_delay_ms: number;
  readonly jitter: boolean;
}

/** A function of an agent with one of its triggers. */
export interface AgentHandler {
  readonly function: string;
  readonly kind: TriggerKindName;
  /** Event type, expression, `POST /payments/stripe`, or `billing/find-invoice`. */
  readonly trigger: string;
  readonly doc: string | null;
  readonly retry: RetryWords | null;
  readonly sends: readonly string[];
  readonly at: SourceRef | null;
}

/** GET {E}/agents/{namespace}/{type} → Single<AgentDetail> */
export interface AgentDetail extends AgentRow {
  /** Fields of its type: name and type. */
  readonly fields: readonly { readonly name: string; readonly type: string }[];
  readonly at: SourceRef | null;
  readonly functions: readonly AgentHandler[];
}

// GET {E}/agents/{namespace}/{type}/runs?t&from&to&status&limit&cursor → Listing<RunRow>
// GET {E}/agents/{namespace}/{type}/streams?t&from&to&limit&cursor → Listing<StreamRow>

export const NODE_KINDS = ['handler', 'event_type', 'schedule', 'webhook', 'mcp_tool'] as const;
export type NodeKindName = (typeof NODE_KINDS)[number];

export interface GraphNode {
  /** `fn:<ns>/<var>`, `evt:<type>`, `sched:<ns>/<var>:<expression>`, `wh:<service><path>:<method>`, `mcp:<service>/<name>` */
  readonly id: string;
  readonly kind: NodeKindName;
  readonly name: string;
  readonly namespace: string | null;
  /** `::ns/Type` */
  readonly agent: string | null;
  readonly project: string | null;
  readonly description: string | null;
  readonly at: SourceRef | null;
  readonly build_id: string | null;
  readonly retry: RetryWords | null;
  /** Of event types: sent by code, and handled by none. */
  readonly unhandled: boolean;
}

export const EDGE_KINDS = ['handles', 'sends', 'triggers'] as const;
export type EdgeKindName = (typeof EDGE_KINDS)[number];

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKindName;
  readonly doc: string | null;
  /** The helper in which the send stands. */
  readonly via: string | null;
}

/** GET {E}/graph?agent=::ns/Type → Single<Graph>: of all serving builds, or of one agent and what it is connected with. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly agents: readonly { readonly type: string; readonly name: string }[];
}
