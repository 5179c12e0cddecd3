/** Tables: session, api_key (locked), env and org (read). */
import { Injectable } from '@nestjs/common';
import { pageOf, type Page, type Paging, type PermissionSet } from '@app/kernel';
import { Db, statement } from '@app/platform/database';
import { derivedCredentialQuery, touchQuery, type DerivedCredentialRow } from './derived-credential';
import type { KeyScope } from './key-scope';

export interface SessionRow {
  readonly session_id: string;
  readonly permissions: PermissionSet;
  /** JSON text. */
  readonly metadata: string | null;
  readonly expires_at: Date;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
}

const COLUMNS = 's.session_id, s.permissions, s.metadata, s.expires_at, s.created_at, s.last_used_at';
const ACTIVE = `s.env_id = $1 AND s.api_key_id = $2 AND s.revoked_at IS NULL AND s.expires_at > now()`;

const CREDENTIAL = statement('session_credential', derivedCredentialQuery('session'));
const TOUCH = touchQuery('session');

// Whoever makes a session waits here for others of the same key, so that counting and inserting are one step.
const LOCK_KEY = `
  SELECT 1 FROM hot.api_key k WHERE k.env_id = $1 AND k.api_key_id = $2 AND k.active FOR NO KEY UPDATE`;

const INSERT = `
  INSERT INTO hot.session AS s (env_id, api_key_id, session_id, secret_hash, permissions, metadata, expires_at)
  SELECT $1, $2, $3, $4, $5, $6, now() + $7 * interval '1 second'
   WHERE (SELECT count(*) FROM (SELECT FROM hot.session s WHERE ${ACTIVE} LIMIT $8) active) < $8
  RETURNING ${COLUMNS}`;

const PAGE = `
  SELECT ${COLUMNS} FROM hot.session s WHERE ${ACTIVE}
   ORDER BY s.created_at DESC, s.session_id DESC LIMIT $3 OFFSET $4`;
const TOTAL = `SELECT count(*) AS total FROM hot.session s WHERE ${ACTIVE}`;

const REVOKE = `
  UPDATE hot.session SET revoked_at = coalesce(revoked_at, now())
   WHERE env_id = $1 AND api_key_id = $2 AND session_id = $3`;
const REVOKE_ALL = `UPDATE hot.session s SET revoked_at = now() WHERE ${ACTIVE} RETURNING s.session_id`;

@Injectable()
export class SessionRepository {
  constructor(private readonly db: Db) {}

  findCredential(sessionId: string): Promise<DerivedCredentialRow | undefined> {
    return this.db.queryOne<DerivedCredentialRow & Record<string, unknown>>(CREDENTIAL, [sessionId]);
  }

  async touchAcrossTenants(sessionIds: readonly string[]): Promise<void> {
    await this.db.execute(TOUCH, [sessionIds]);
  }

  /** Waits for others; false when the key is not active any more. Until the end of the transaction. */
  async lockKey({ envId, apiKeyId }: KeyScope): Promise<boolean> {
    return (await this.db.execute(LOCK_KEY, [envId, apiKeyId])) > 0;
  }

  /** Undefined when the key has `limit` active sessions already. Needs the lock on the key. */
  insert(
    { envId, apiKeyId }: KeyScope,
    session: {
      readonly sessionId: string;
      readonly secretHash: Buffer;
      readonly permissions: PermissionSet;
      readonly metadata: string | null;
      readonly seconds: number;
    },
    limit: number,
  ): Promise<SessionRow | undefined> {
    return this.db.queryOne<SessionRow & Record<string, unknown>>(INSERT, [
      envId,
      apiKeyId,
      session.sessionId,
      session.secretHash,
      JSON.stringify(session.permissions),
      session.metadata,
      session.seconds,
      limit,
    ]);
  }

  async listActive({ envId, apiKeyId }: KeyScope, paging: Paging): Promise<Page<SessionRow>> {
    const [rows, count] = await Promise.all([
      this.db.query<SessionRow & Record<string, unknown>>(PAGE, [
        envId,
        apiKeyId,
        paging.limit,
        paging.offset,
      ]),
      this.db.queryOne<{ total: number }>(TOTAL, [envId, apiKeyId]),
    ]);
    return pageOf(rows, count?.total ?? 0, paging);
  }

  /** Answers whether there is such a session, whatever its state. */
  async revoke({ envId, apiKeyId }: KeyScope, sessionId: string): Promise<boolean> {
    return (await this.db.execute(REVOKE, [envId, apiKeyId, sessionId])) > 0;
  }

  /** Ids of those that were active. */
  async revokeActive({ envId, apiKeyId }: KeyScope): Promise<readonly string[]> {
    const rows = await this.db.query<{ session_id: string }>(REVOKE_ALL, [envId, apiKeyId]);
    return rows.map((row) => row.session_id);
  }
}
