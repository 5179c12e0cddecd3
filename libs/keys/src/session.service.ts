import { Inject, Injectable, Optional } from '@nestjs/common';
import {
  AppError,
  mapPage,
  newId,
  NotFoundError,
  UnauthorizedError,
  type Page,
  type Paging,
  type PermissionSet,
  type Principal,
} from '@app/kernel';
import { requirePermission, requireSubset } from '@app/access';
import { Credentials } from '@app/platform/auth';
import { Db } from '@app/platform/database';
import { parseDerivedPermissions, parseMetadata, parseSessionSeconds } from './derived-key-rules';
import { newDerivedSecret } from './derived-secret';
import { keyScopeOf, type KeyScope } from './key-scope';
import { keysConfig, type KeysConfig } from './keys.config';
import { SessionRepository, type SessionRow } from './session.repository';

export interface SessionView {
  readonly sessionId: string;
  readonly permissions: PermissionSet;
  /** JSON text, as it came. */
  readonly metadata: string | null;
  readonly expiresAt: Date;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

export interface CreatedSession {
  readonly session: SessionView;
  /** The credential in full. This is the only time that it exists outside the caller's hands. */
  readonly token: string;
}

/** Permissions and life are untrusted; checked here. */
export interface SessionInput {
  readonly permissions: unknown;
  /** JSON text. */
  readonly metadata: string | null;
  readonly expiresIn: unknown;
}

/** Sessions: short-lived credentials that an API key makes. Every method is for the API key itself alone. */
@Injectable()
export class SessionService {
  constructor(
    private readonly db: Db,
    private readonly sessions: SessionRepository,
    @Inject(keysConfig.token) private readonly config: KeysConfig,
    // Missing in processes that let no bearer in: the others learn of a change by the database's notice.
    @Optional() private readonly credentials?: Credentials,
  ) {}

  /**
   * Throws ForbiddenError for other credentials than API keys, BadRequestError, `permission_escalation`, and
   * `session_limit_exceeded`.
   */
  async create(principal: Principal, input: SessionInput): Promise<CreatedSession> {
    const scope = keyScopeOf(principal);
    const metadata = parseMetadata(input.metadata);
    const permissions = parseDerivedPermissions(input.permissions);
    // Before the right to make sessions at all: an escalation is always called one.
    requireSubset(principal, permissions);
    requirePermission(principal, 'create', 'session:*');
    const seconds = parseSessionSeconds(input.expiresIn);
    const sessionId = newId();
    const { token, secretHash } = newDerivedSecret('session', sessionId);
    const row = await this.db.tx(async () => {
      // Switched off since the request was let in.
      if (!(await this.sessions.lockKey(scope))) throw new UnauthorizedError();
      const session = { sessionId, secretHash, permissions, metadata, seconds };
      return this.sessions.insert(scope, session, this.config.sessionLimit);
    });
    if (row === undefined) {
      throw new AppError(
        'session_limit_exceeded',
        `The API key has ${this.config.sessionLimit} active sessions already; revoke some, or let them expire`,
      );
    }
    return { session: toView(row), token };
  }

  /** Active ones, newest first. */
  async list(principal: Principal, paging: Paging): Promise<Page<SessionView>> {
    const scope = keyScopeOf(principal);
    requirePermission(principal, 'read', 'session:*');
    return mapPage(await this.sessions.listActive(scope, paging), toView);
  }

  /** Also of one that has ended already. Throws NotFoundError. */
  async revoke(principal: Principal, sessionId: string): Promise<void> {
    const scope = keyScopeOf(principal);
    requirePermission(principal, 'delete', `session:${sessionId}`);
    await this.revokeOf(scope, sessionId);
  }

  /** The same for a person who manages the API key: whether they do is the surface's affair. */
  async revokeOf(scope: KeyScope, sessionId: string): Promise<void> {
    if (!(await this.sessions.revoke(scope, sessionId))) throw new NotFoundError('Session');
    this.credentials?.forget(sessionId);
  }

  /** Answers how many were active. */
  async revokeAll(principal: Principal): Promise<number> {
    const scope = keyScopeOf(principal);
    requirePermission(principal, 'delete', 'session:*');
    const revoked = await this.sessions.revokeActive(scope);
    for (const id of revoked) this.credentials?.forget(id);
    return revoked.length;
  }
}

function toView(row: SessionRow): SessionView {
  return {
    sessionId: row.session_id,
    permissions: row.permissions,
    metadata: row.metadata,
    expiresAt: row.expires_at,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  };
}
