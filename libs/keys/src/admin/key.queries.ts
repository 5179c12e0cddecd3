/** Tables: api_key, user, project, event_handler. Read-only. */
import { Injectable } from '@nestjs/common';
import type { PermissionSet } from '@app/kernel';
import type { EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import { escapeLike } from '@app/platform/lists';

export interface KeyRecord {
  readonly api_key_id: string;
  readonly description: string;
  readonly permissions: PermissionSet;
  readonly active: boolean;
  readonly last_used_at: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly created_by_user_id: string;
  readonly created_by_name: string | null;
}

export interface KeyFilter {
  readonly q: string | undefined;
  readonly active: boolean | undefined;
  /** Only keys that this user made. */
  readonly ownerId: string | undefined;
}

export interface NameRow {
  readonly kind: 'project' | 'handler';
  readonly name: string;
  readonly label: string | null;
}

const CONDITIONS = `k.env_id = $1 AND ($2::uuid IS NULL OR k.created_by_user_id = $2)
  AND ($3::boolean IS NULL OR k.active = $3)
  AND (k.description ILIKE $4 OR 'hot_' || replace(k.api_key_id::text, '-', '') LIKE $5)`;

@Injectable()
export class KeyQueries {
  constructor(private readonly db: Db) {}

  async list(
    scope: EnvScope,
    filter: KeyFilter,
    page: { readonly limit: number; readonly offset: number },
  ): Promise<{ readonly rows: readonly KeyRecord[]; readonly total: number }> {
    const text = escapeLike(filter.q ?? '');
    // A token pasted whole leads to its key, by the part that is no secret.
    const prefix = text === '' ? '' : `${text.slice(0, 36)}%`;
    const values = [scope.envId, filter.ownerId ?? null, filter.active ?? null, `%${text}%`, prefix];
    const [rows, total] = await Promise.all([
      this.db.query<KeyRecord>(
        `SELECT k.api_key_id, k.description, k.permissions, k.active, k.last_used_at, k.created_at, k.updated_at,
                k.created_by_user_id, u.name AS created_by_name
           FROM hot.api_key k LEFT JOIN hot."user" u ON u.user_id = k.created_by_user_id
          WHERE ${CONDITIONS} ORDER BY k.created_at DESC, k.api_key_id DESC LIMIT $6 OFFSET $7`,
        [...values, page.limit, page.offset],
      ),
      this.db.queryOne<{ count: number }>(
        `SELECT count(*)::int AS count FROM hot.api_key k WHERE ${CONDITIONS}`,
        values,
      ),
    ]);
    return { rows, total: total?.count ?? 0 };
  }

  find(scope: EnvScope, apiKeyId: string): Promise<KeyRecord | undefined> {
    return this.db.queryOne<KeyRecord>(
      `SELECT k.api_key_id, k.description, k.permissions, k.active, k.last_used_at, k.created_at, k.updated_at,
              k.created_by_user_id, u.name AS created_by_name
         FROM hot.api_key k LEFT JOIN hot."user" u ON u.user_id = k.created_by_user_id
        WHERE k.env_id = $1 AND k.api_key_id = $2`,
      [scope.envId, apiKeyId],
    );
  }

  /** Names that permissions can be about. */
  names(scope: EnvScope): Promise<readonly NameRow[]> {
    return this.db.query<NameRow>(
      `(SELECT 'project' AS kind, p.name, NULL::text AS label FROM hot.project p
         WHERE p.env_id = $1 AND p.deleted_at IS NULL ORDER BY lower(p.name) LIMIT 500)
       UNION ALL
       (SELECT DISTINCT 'handler', h.ns || '/' || h.var, p.name
          FROM hot.project p JOIN hot.event_handler h ON h.build_id = p.serving_build_id
         WHERE p.env_id = $1 AND p.deleted_at IS NULL ORDER BY 2 LIMIT 1000)`,
      [scope.envId],
    );
  }
}
