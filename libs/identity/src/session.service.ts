import { Inject, Injectable } from '@nestjs/common';
import { Clock, newId, NotFoundError } from '@app/kernel';
import { AppSessionRepository, type SessionListRow } from './app-session.repository';
import { identityConfig, type IdentityConfig } from './identity.config';
import { equalSecrets, makeCsrfToken, makeSessionToken, parseSessionToken } from './session-token';
import type { SignedIn } from './signed-in';

// How often the last use is written: often enough for people to recognise their sessions, seldom enough to be free.
const TOUCH_AFTER_MS = 5 * 60_000;

export interface ClientFacts {
  readonly ip: string | null;
  readonly userAgent: string | null;
}

export interface StartedSession {
  readonly token: string;
  readonly csrfToken: string;
  readonly maxAgeSeconds: number;
}

export interface OpenSession {
  readonly user: SignedIn;
  /** Set when the session was prolonged just now, so that the browser keeps its cookie as long. */
  readonly renewedForSeconds: number | undefined;
}

export interface SessionView {
  readonly sessionId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
}

/** Sign-ins of the app. They live in the database, so that ending one really ends it. */
@Injectable()
export class SessionService {
  constructor(
    private readonly sessions: AppSessionRepository,
    private readonly clock: Clock,
    @Inject(identityConfig.token) private readonly config: IdentityConfig,
  ) {}

  /** Begins a session. The token is returned once and only its hash is kept. */
  async start(userId: string, client: ClientFacts): Promise<StartedSession> {
    const sessionId = newId();
    const { token, tokenHash } = makeSessionToken(sessionId);
    const csrfToken = makeCsrfToken();
    await this.sessions.insert({
      sessionId,
      userId,
      tokenHash,
      csrfToken,
      ip: client.ip,
      userAgent: client.userAgent?.slice(0, 500) ?? null,
      expiresAt: this.expiry(),
    });
    return { token, csrfToken, maxAgeSeconds: this.maxAgeSeconds };
  }

  /** The person behind a token, undefined when it is not valid (any more). Prolongs the session now and then. */
  async open(token: string): Promise<OpenSession | undefined> {
    const parsed = parseSessionToken(token);
    if (parsed === undefined) return undefined;
    const row = await this.sessions.findValid(parsed.sessionId);
    if (row === undefined || !equalSecrets(row.token_hash, parsed.tokenHash)) return undefined;
    const user: SignedIn = {
      userId: row.user_id,
      email: row.email,
      name: row.name,
      sessionId: row.app_session_id,
      csrfToken: row.csrf_token,
    };
    const seenBefore = new Date(this.clock.nowMs() - TOUCH_AFTER_MS);
    const renewed =
      row.last_seen_at <= seenBefore &&
      (await this.sessions.touch(row.app_session_id, seenBefore, this.expiry()));
    return { user, renewedForSeconds: renewed ? this.maxAgeSeconds : undefined };
  }

  async end(user: SignedIn): Promise<void> {
    await this.sessions.revoke(user.userId, user.sessionId);
  }

  /** Ends one session of the user. Throws NotFoundError for anybody else's. */
  async revoke(user: SignedIn, sessionId: string): Promise<void> {
    if (!(await this.sessions.revoke(user.userId, sessionId))) throw new NotFoundError('Session');
  }

  /** Ends every session of the user, this one included. Returns how many. */
  endAll(user: SignedIn): Promise<number> {
    return this.sessions.revokeAll(user.userId);
  }

  async list(user: SignedIn): Promise<readonly SessionView[]> {
    return (await this.sessions.listOf(user.userId)).map(toView);
  }

  private get maxAgeSeconds(): number {
    return Math.floor(this.config.sessionMs / 1000);
  }

  private expiry(): Date {
    return new Date(this.clock.nowMs() + this.config.sessionMs);
  }
}

const toView = (row: SessionListRow): SessionView => ({
  sessionId: row.app_session_id,
  ip: row.ip,
  userAgent: row.user_agent,
  createdAt: row.created_at,
  lastSeenAt: row.last_seen_at,
  expiresAt: row.expires_at,
});
