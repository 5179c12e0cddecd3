import { Injectable } from '@nestjs/common';
import { Db, statement } from '@app/platform/database';

export interface SessionRow {
  readonly app_session_id: string;
  readonly user_id: string;
  readonly token_hash: Buffer;
  readonly csrf_token: string;
  readonly last_seen_at: Date;
  readonly email: string;
  readonly name: string;
}

export interface SessionListRow {
  readonly app_session_id: string;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly created_at: Date;
  readonly last_seen_at: Date;
  readonly expires_at: Date;
}

export interface NewSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly tokenHash: Buffer;
  readonly csrfToken: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly expiresAt: Date;
}

// Runs once per request of the app. A person switched off is signed out with the same glance.
const FIND = statement(
  'identity_session',
  `SELECT s.app_session_id, s.user_id, s.token_hash, s.csrf_token, s.last_seen_at, u.email, u.name
     FROM hot.app_session s
     JOIN hot."user" u ON u.user_id = s.user_id
    WHERE s.app_session_id = $1 AND s.revoked_at IS NULL AND s.expires_at > now() AND u.active`,
);

@Injectable()
export class AppSessionRepository {
  constructor(private readonly db: Db) {}

  findValid(sessionId: string): Promise<SessionRow | undefined> {
    return this.db.queryOne<SessionRow>(FIND, [sessionId]);
  }

  async insert(session: NewSession): Promise<void> {
    await this.db.execute(
      `INSERT INTO hot.app_session
         (app_session_id, user_id, token_hash, csrf_token, ip, user_agent, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        session.sessionId,
        session.userId,
        session.tokenHash,
        session.csrfToken,
        session.ip,
        session.userAgent,
        session.expiresAt,
      ],
    );
  }

  /** Notes that it is used and moves its end. Only one of several requests at once does so. */
  async touch(sessionId: string, seenBefore: Date, expiresAt: Date): Promise<boolean> {
    const count = await this.db.execute(
      `UPDATE hot.app_session SET last_seen_at = now(), expires_at = $3
        WHERE app_session_id = $1 AND last_seen_at <= $2 AND revoked_at IS NULL`,
      [sessionId, seenBefore, expiresAt],
    );
    return count > 0;
  }

  async revoke(userId: string, sessionId: string): Promise<boolean> {
    const count = await this.db.execute(
      `UPDATE hot.app_session SET revoked_at = now()
        WHERE app_session_id = $1 AND user_id = $2 AND revoked_at IS NULL`,
      [sessionId, userId],
    );
    return count > 0;
  }

  revokeAll(userId: string): Promise<number> {
    return this.db.execute(
      `UPDATE hot.app_session SET revoked_at = now() WHERE user_id = $1 AND revoked_at IS NULL`,
      [userId],
    );
  }

  listOf(userId: string): Promise<SessionListRow[]> {
    return this.db.query<SessionListRow>(
      `SELECT app_session_id, ip, user_agent, created_at, last_seen_at, expires_at
         FROM hot.app_session
        WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now()
        ORDER BY last_seen_at DESC, app_session_id DESC
        LIMIT 100`,
      [userId],
    );
  }
}
