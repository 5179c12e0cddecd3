/** Tables: service_key, session, api_key. Read-only. Metadata of service keys leave this file only as envelopes. */
import { Injectable } from '@nestjs/common';
import { DERIVED_KEY_STATES, type DerivedKeyStateName } from '@app/contracts';
import type { EnvScope, PermissionSet } from '@app/kernel';
import { Db } from '@app/platform/database';
import { escapeLike, type FacetCounts } from '@app/platform/lists';

export type DerivedKind = 'service_key' | 'session';

export interface DerivedKeyRecord {
  readonly id: string;
  readonly api_key_id: string;
  readonly parent_description: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly permissions: PermissionSet;
  /** An envelope for service keys, JSON text for sessions. */
  readonly metadata: string | null;
  readonly state: DerivedKeyStateName;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
  readonly expires_at: Date | null;
}

export interface DerivedKeyFilter {
  readonly q: string | undefined;
  readonly states: readonly DerivedKeyStateName[];
  readonly parentId: string | undefined;
  /** Only what came of API keys that this user made. */
  readonly ownerId: string | undefined;
}

const STATE = `CASE WHEN c.revoked_at IS NOT NULL THEN 'revoked' WHEN c.expires_at <= now() THEN 'expired'
  WHEN NOT k.active THEN 'parent_off' ELSE 'active' END`;

function all(kind: DerivedKind): string {
  const [name, description, text] =
    kind === 'service_key'
      ? ['c.name', 'c.description', `concat_ws(' ', c.name, c.description)`]
      : ['NULL::text', 'NULL::text', `coalesce(c.metadata, '')`];
  return `
  SELECT c.${kind}_id AS id, c.api_key_id, k.description AS parent_description, ${name} AS name,
         ${description} AS description, c.permissions, c.metadata, ${STATE} AS state, c.created_at, c.last_used_at,
         c.expires_at, ${text} || ' ' || k.description AS searched
    FROM hot.${kind} c JOIN hot.api_key k ON k.api_key_id = c.api_key_id
   WHERE c.env_id = $1 AND k.env_id = $1 AND ($2::uuid IS NULL OR k.created_by_user_id = $2)`;
}

const COLUMNS = `x.id, x.api_key_id, x.parent_description, x.name, x.description, x.permissions, x.metadata, x.state,
  x.created_at, x.last_used_at, x.expires_at`;
// A token pasted whole leads to its key, by the part that is no secret.
const MATCHES = `($3::uuid IS NULL OR x.api_key_id = $3)
  AND (x.searched ILIKE $4 OR replace(x.id::text, '-', '') LIKE $5)`;

@Injectable()
export class DerivedKeyQueries {
  constructor(private readonly db: Db) {}

  async list(
    kind: DerivedKind,
    { envId }: EnvScope,
    filter: DerivedKeyFilter,
    page: { readonly limit: number; readonly offset: number },
  ): Promise<{
    readonly rows: readonly DerivedKeyRecord[];
    readonly total: number;
    readonly facets: FacetCounts;
  }> {
    const text = escapeLike(filter.q?.trim() ?? '');
    const id = text.replace(/^s\\?_/, '').slice(0, 32);
    const values = [
      envId,
      filter.ownerId ?? null,
      filter.parentId ?? null,
      `%${text}%`,
      id === '' ? '' : `${id}%`,
    ];
    const [rows, cells] = await Promise.all([
      this.db.query<DerivedKeyRecord & Record<string, unknown>>(
        `SELECT ${COLUMNS} FROM (${all(kind)}) x WHERE ${MATCHES} AND x.state = ANY ($6)
          ORDER BY x.created_at DESC, x.id DESC LIMIT $7 OFFSET $8`,
        [...values, filter.states, page.limit, page.offset],
      ),
      this.db.query<{ value: DerivedKeyStateName; count: number }>(
        `SELECT x.state AS value, count(*)::int AS count FROM (${all(kind)}) x WHERE ${MATCHES} GROUP BY 1`,
        values,
      ),
    ]);
    return {
      rows,
      total: cells
        .filter(({ value }) => filter.states.includes(value))
        .reduce((sum, { count }) => sum + count, 0),
      facets: {
        state: DERIVED_KEY_STATES.map((value) => ({
          value,
          count: cells.find((cell) => cell.value === value)?.count ?? 0,
        })),
      },
    };
  }

  find(
    kind: DerivedKind,
    { envId }: EnvScope,
    id: string,
    ownerId: string | undefined,
  ): Promise<DerivedKeyRecord | undefined> {
    return this.db.queryOne<DerivedKeyRecord & Record<string, unknown>>(
      `SELECT ${COLUMNS} FROM (${all(kind)}) x WHERE x.id = $3`,
      [envId, ownerId ?? null, id],
    );
  }
}
