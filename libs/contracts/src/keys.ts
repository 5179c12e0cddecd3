import * as z from 'zod/mini';
import type { ListQuery, PersonRef } from './envelope';

export type PermissionMap = Readonly<Record<string, readonly string[]>>;

export interface KeyRow {
  readonly api_key_id: string;
  readonly description: string;
  /** How its token begins: `hot_0193a7b2`. */
  readonly prefix: string;
  readonly state: 'active' | 'revoked';
  readonly permissions: PermissionMap;
  readonly created_at: string;
  readonly created_by: PersonRef | null;
  /** Written once a minute at most. */
  readonly last_used_at: string | null;
  readonly updated_at: string;
  /** Whether the viewer may edit and revoke it. */
  readonly mine_to_manage: boolean;
}

/** GET {E}/api-keys?q&state&limit&offset → Listing<KeyRow>, newest first. Members see their own. */
export interface KeyListQuery extends Pick<ListQuery, 'q' | 'limit' | 'offset'> {
  readonly state?: string;
}

// GET {E}/api-keys/{id} → Single<KeyRow>

/**
 * POST {E}/api-keys → 201 Single<CreatedKey>; PATCH {E}/api-keys/{id} → Single<KeyRow>. 400 `bad_request` with the
 * validation texts, 403 `permission_escalation` when it would exceed what the viewer has.
 */
export const keyBody = z.object({
  description: z.string().check(z.maxLength(500)),
  permissions: z.record(z.string(), z.array(z.string())),
});
export type KeyBody = z.infer<typeof keyBody>;

export interface CreatedKey {
  readonly key: KeyRow;
  /** Shown once, never again. */
  readonly token: string;
}

// DELETE {E}/api-keys/{id} → 204: revokes

/** GET {E}/api-keys/grantable → Single<PermissionMap>: what the viewer could give to a key at most. */

/** GET {E}/permissions/resources → Single<ResourceHint[]>: names that exist, for the builder's suggestions. */
export interface ResourceHint {
  readonly type: string;
  /** Path part of the URN. */
  readonly path: string;
  readonly label: string | null;
}
