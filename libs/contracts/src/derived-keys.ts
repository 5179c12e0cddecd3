import type { ListQuery } from './envelope';
import type { PermissionMap } from './keys';

/** `parent_off`: the API key that made it was revoked, and it does not work any more either. */
export const DERIVED_KEY_STATES = ['active', 'expired', 'revoked', 'parent_off'] as const;
export type DerivedKeyStateName = (typeof DERIVED_KEY_STATES)[number];

/** A credential that an API key has made: a service key, or a session. */
export interface DerivedKeyRow {
  readonly id: string;
  /** How its token begins. */
  readonly prefix: string;
  /** Of service keys. */
  readonly name: string | null;
  readonly description: string | null;
  readonly state: DerivedKeyStateName;
  readonly permissions: PermissionMap;
  readonly parent: { readonly api_key_id: string; readonly description: string };
  readonly created_at: string;
  readonly last_used_at: string | null;
  readonly expires_at: string | null;
  /** JSON text of at most 120 characters; null: none, or not for the viewer. */
  readonly metadata_preview: string | null;
}

export interface DerivedKeyDetail extends DerivedKeyRow {
  /** JSON text. */
  readonly metadata: string | null;
  /** Metadata of service keys are for those who manage keys. */
  readonly metadata_hidden: boolean;
}

/**
 * GET {E}/service-keys and GET {E}/sessions ?q&state&parent&limit&offset&cursor&include → Listing<DerivedKeyRow>, newest
 * first; facets `state`. Members see what came of their own API keys.
 */
export interface DerivedKeyListQuery extends Pick<
  ListQuery,
  'q' | 'limit' | 'offset' | 'cursor' | 'include'
> {
  readonly state?: string;
  /** Id of an API key. */
  readonly parent?: string;
}

// GET {E}/service-keys/{id}, GET {E}/sessions/{id} → Single<DerivedKeyDetail>
// DELETE {E}/service-keys/{id}, DELETE {E}/sessions/{id} → 204: revokes
