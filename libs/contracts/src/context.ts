import * as z from 'zod/mini';
import type { ListQuery, PersonRef } from './envelope';

/** `missing`: a serving build requires it and finds nothing. `unused`: set, and no serving build declares it. */
export const CONTEXT_STATES = ['missing', 'overridden', 'unused'] as const;
export type ContextStateName = (typeof CONTEXT_STATES)[number];

/** Where a key has a value. Values themselves are in no answer. */
export interface ContextLevel {
  /** null: the environment, for all projects that have none of their own. */
  readonly project: string | null;
  readonly description: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly changed_by: PersonRef | null;
}

/** What the code of a serving build declares about a key. */
export interface ContextUse {
  readonly project: string;
  readonly required: boolean;
  readonly secret: boolean;
  /** Functions and namespaces: `::shop::orders/confirm`. */
  readonly declared_by: readonly string[];
}

export interface ContextKeyRow {
  readonly key: string;
  readonly states: readonly ContextStateName[];
  /** The environment first, then projects by name. */
  readonly levels: readonly ContextLevel[];
  readonly used_by: readonly ContextUse[];
  /** Projects whose serving build requires it and finds nothing. */
  readonly missing_in: readonly string[];
  readonly updated_at: string | null;
  readonly changed_by: PersonRef | null;
}

/** What runs of one project find under a key. */
export interface ContextEffect {
  readonly project: string;
  readonly source: 'project' | 'environment' | 'nothing';
  readonly missing: boolean;
}

export interface ContextKeyDetail extends ContextKeyRow {
  /** Every project of the environment, by name. */
  readonly effects: readonly ContextEffect[];
}

/** GET {E}/context?q&state&project&limit&offset&include → Listing<ContextKeyRow>, by key; facets `state`. */
export interface ContextListQuery extends Pick<ListQuery, 'q' | 'limit' | 'offset' | 'include'> {
  readonly state?: string;
  /** Keys that this project sets or declares. */
  readonly project?: string;
}

// GET {E}/context/{key} → Single<ContextKeyDetail>

export const CONTEXT_KEY_MAX = 255;
export const CONTEXT_VALUE_MAX_BYTES = 65_536;
export const CONTEXT_DESCRIPTION_MAX = 2000;

/** How a value is given: as the text that it is, or as JSON, for numbers, lists and maps. */
export const CONTEXT_FORMATS = ['text', 'json'] as const;
export type ContextFormat = (typeof CONTEXT_FORMATS)[number];

/** POST {E}/context → 201 Single<ContextKeyDetail>. 409 `conflict` when that level has the key already. */
export const contextCreateBody = z.object({
  key: z.string(),
  project: z.nullable(z.string()),
  value: z.string(),
  format: z.enum(CONTEXT_FORMATS),
  description: z.nullable(z.string()),
});
export type ContextCreateBody = z.infer<typeof contextCreateBody>;

/** PATCH {E}/context/{key} → Single<ContextKeyDetail>. What is left out stays as it is. */
export const contextChangeBody = z.object({
  project: z.nullable(z.string()),
  value: z.optional(z.string()),
  format: z.optional(z.enum(CONTEXT_FORMATS)),
  description: z.optional(z.nullable(z.string())),
});
export type ContextChangeBody = z.infer<typeof contextChangeBody>;

// DELETE {E}/context/{key}?project= → 204: the value of that level; without `project`, the environment's
