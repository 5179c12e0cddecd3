import type { SourceRef } from './runs';

/** How often a function was called lately: within 24 hours, and within the newest 5,000 runs of the environment. */
export interface RecentCalls {
  readonly total: number;
  readonly failed: number;
  readonly last_at: string | null;
}

export const DOOR_AUTHS = ['none', 'required'] as const;
export type DoorAuth = (typeof DOOR_AUTHS)[number];

/** An address that a deployed project declares. Its whole URL is secret; see WebhookUrl. */
export interface WebhookRow {
  /** Says nothing about the secret end of the address, and stays when that is renewed. */
  readonly endpoint_id: string;
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly function: string;
  readonly auth: DoorAuth;
  readonly description: string | null;
  readonly project_id: string;
  readonly project: string;
  readonly source: SourceRef | null;
  readonly calls: RecentCalls;
}

export interface WebhookService {
  readonly service: string;
  /** Path at the public API that all its addresses begin with. */
  readonly base_path: string;
  readonly endpoints: readonly WebhookRow[];
}

/** GET {E}/webhooks?q&service&auth&project → Single<WebhookServices>: services by name, addresses by path and method. */
export interface WebhookServices {
  readonly services: readonly WebhookService[];
  /** Of the environment, without the filters. */
  readonly total: number;
}

/** GET {E}/webhooks/{endpoint_id} → Single<WebhookDetail>. */
export interface WebhookDetail extends WebhookRow {
  /** Path at the public API without its secret end. */
  readonly base_path: string;
  /** Headers whose values are never shown, besides those of credentials. */
  readonly secret_headers: readonly string[];
  readonly created_at: string;
  readonly build_id: string;
}

/**
 * POST {E}/webhooks/{endpoint_id}/reveal → Single<WebhookUrl>, for those who may start runs.
 * POST {E}/webhooks/{endpoint_id}/rotate → Single<WebhookUrl>, for those who manage keys: the former address is gone at once.
 */
export interface WebhookUrl {
  readonly endpoint_id: string;
  /** Path at the public API, its secret end included. */
  readonly path: string;
}

/** A function that is offered as a tool. */
export interface McpToolRow {
  readonly service: string;
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly function: string;
  readonly auth: DoorAuth;
  readonly project_id: string;
  readonly project: string;
  readonly source: SourceRef | null;
  readonly calls: RecentCalls;
}

export interface McpService {
  readonly service: string;
  /** Path at the public API. */
  readonly path: string;
  readonly tools: readonly McpToolRow[];
}

/** GET {E}/mcp?q&service&auth&project → Single<McpServices>: services and tools by name. */
export interface McpServices {
  readonly services: readonly McpService[];
  /** Tools of the environment, without the filters. */
  readonly total: number;
}

/** GET {E}/mcp/{service}/{tool} → Single<McpToolDetail>. Schemas are JSON texts, in the order of their author. */
export interface McpToolDetail extends McpToolRow {
  readonly path: string;
  readonly input_schema: string;
  readonly output_schema: string | null;
  readonly annotations: string | null;
  readonly params: readonly string[];
  readonly build_id: string;
}
