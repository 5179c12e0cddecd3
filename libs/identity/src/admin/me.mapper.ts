import type { AppSession, Me } from '@app/contracts';
import type { Membership, SessionView, SignedIn } from '@app/identity';

export interface InstallationFacts {
  readonly apiUrl: string;
  readonly development: boolean;
  readonly version: string;
}

export const toMe = (user: SignedIn, memberships: readonly Membership[], facts: InstallationFacts): Me => ({
  user: { user_id: user.userId, email: user.email, name: user.name },
  csrf_token: user.csrfToken,
  orgs: memberships.map((org) => ({
    org_id: org.orgId,
    slug: org.slug,
    name: org.name,
    kind: org.orgType === 'individual' ? 'individual' : 'organization',
    role: org.role,
    envs: org.envs.map((env) => ({ env_id: env.envId, name: env.name, capabilities: org.capabilities })),
  })),
  api_url: facts.apiUrl,
  development: facts.development,
  version: facts.version,
});

export const toAppSession = (session: SessionView, current: SignedIn): AppSession => ({
  session_id: session.sessionId,
  ip: session.ip,
  user_agent: session.userAgent,
  created_at: session.createdAt.toISOString(),
  last_seen_at: session.lastSeenAt.toISOString(),
  expires_at: session.expiresAt.toISOString(),
  current: session.sessionId === current.sessionId,
});
