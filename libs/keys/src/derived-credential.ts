/** Sessions and service keys as credentials: rows of two tables, one rule. */
import type { PermissionSet } from '@app/kernel';
import type { StoredCredential } from '@app/platform/auth';

export interface DerivedCredentialRow {
  readonly id: string;
  readonly api_key_id: string;
  readonly env_id: string;
  readonly org_id: string;
  readonly secret_hash: Buffer;
  readonly permissions: PermissionSet;
  readonly expires_at: Date | null;
  readonly created_by_user_id: string;
  readonly retention_class: number;
}

/**
 * The statement's text. Not scoped: the credential itself is what tells whose it is. One whose API key, environment or
 * organization does not work any more is not there.
 */
export function derivedCredentialQuery(table: 'session' | 'service_key'): string {
  return `
    SELECT c.${table}_id AS id, c.api_key_id, c.env_id, e.org_id, c.secret_hash, c.permissions, c.expires_at,
           k.created_by_user_id, o.retention_class
      FROM hot.${table} c
      JOIN hot.api_key k ON k.api_key_id = c.api_key_id AND k.env_id = c.env_id AND k.active
      JOIN hot.env e ON e.env_id = c.env_id AND e.active
      JOIN hot.org o ON o.org_id = e.org_id AND o.active
     WHERE c.${table}_id = $1 AND c.revoked_at IS NULL`;
}

export function touchQuery(table: 'session' | 'service_key'): string {
  return `
    UPDATE hot.${table} SET last_used_at = now()
     WHERE ${table}_id = ANY($1::uuid[]) AND (last_used_at IS NULL OR last_used_at < now() - interval '50 seconds')`;
}

export function toStoredCredential(
  kind: 'session' | 'service-key',
  row: DerivedCredentialRow,
): StoredCredential {
  return {
    secretHash: row.secret_hash,
    expiresAtMs: row.expires_at?.getTime() ?? null,
    principal: {
      kind,
      credentialId: row.id,
      apiKeyId: row.api_key_id,
      orgId: row.org_id,
      envId: row.env_id,
      // Whoever made the API key answers for what its descendants do.
      userId: row.created_by_user_id,
      permissions: row.permissions,
      retentionClass: row.retention_class,
    },
  };
}
