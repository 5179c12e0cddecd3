import { Injectable } from '@nestjs/common';
import { Db, statement } from '@app/platform/database';

export interface SignInRow {
  readonly user_id: string;
  readonly email: string;
  readonly user_auth_id: string;
  readonly auth_data: unknown;
}

export interface MembershipRow {
  readonly org_id: string;
  readonly slug: string;
  readonly org_name: string;
  readonly org_type: string;
  readonly role_id: number;
  readonly envs: readonly { readonly env_id: string; readonly name: string }[];
}

export interface OrgAccessRow {
  readonly org_id: string;
  readonly slug: string;
  readonly org_name: string;
  readonly role_id: number;
  readonly retention_class: number;
}

export interface EnvAccessRow extends OrgAccessRow {
  readonly env_id: string;
  readonly env_name: string;
}

// Address parts are slugs or ids; a slug is never a uuid, so comparing the text form of the id is exact.
const ORG_ACCESS = statement(
  'identity_org_access',
  `SELECT o.org_id, o.slug, o.name AS org_name, m.org_user_role_id AS role_id, o.retention_class
     FROM hot.org o
     JOIN hot.org_user m ON m.org_id = o.org_id AND m.user_id = $1
    WHERE (o.slug = $2 OR o.org_id = $3) AND o.active`,
);

const ENV_ACCESS = statement(
  'identity_env_access',
  `SELECT o.org_id, o.slug, o.name AS org_name, m.org_user_role_id AS role_id, o.retention_class,
          e.env_id, e.name AS env_name
     FROM hot.org o
     JOIN hot.org_user m ON m.org_id = o.org_id AND m.user_id = $1
     JOIN hot.env e ON e.org_id = o.org_id AND e.active AND (lower(e.name) = lower($4) OR e.env_id = $5)
    WHERE (o.slug = $2 OR o.org_id = $3) AND o.active`,
);

const STILL_IN_ENV = statement(
  'identity_still_in_env',
  `SELECT DISTINCT s.app_session_id, e.env_id
     FROM unnest($1::uuid[], $2::uuid[]) AS asked (session_id, env_id)
     JOIN hot.app_session s ON s.app_session_id = asked.session_id AND s.revoked_at IS NULL AND s.expires_at > now()
     JOIN hot."user" u ON u.user_id = s.user_id AND u.active
     JOIN hot.env e ON e.env_id = asked.env_id AND e.active
     JOIN hot.org o ON o.org_id = e.org_id AND o.active
     JOIN hot.org_user m ON m.org_id = o.org_id AND m.user_id = u.user_id`,
);

@Injectable()
export class UserRepository {
  constructor(private readonly db: Db) {}

  findForSignIn(email: string): Promise<SignInRow | undefined> {
    return this.db.queryOne<SignInRow>(
      `SELECT u.user_id, u.email, a.user_auth_id, a.auth_data
         FROM hot."user" u
         JOIN hot.user_auth a ON a.user_id = u.user_id AND a.auth_type = 'email_password'
        WHERE lower(u.email) = lower($1) AND u.active
        ORDER BY a.user_auth_id
        LIMIT 1`,
      [email],
    );
  }

  findActiveIdByEmail(email: string): Promise<{ readonly user_id: string } | undefined> {
    return this.db.queryOne(`SELECT user_id FROM hot."user" WHERE lower(email) = lower($1) AND active`, [
      email,
    ]);
  }

  async replacePasswordHash(userAuthId: string, hash: object): Promise<void> {
    await this.db.execute(
      `UPDATE hot.user_auth SET auth_data = $2::jsonb, updated_at = now() WHERE user_auth_id = $1`,
      [userAuthId, JSON.stringify(hash)],
    );
  }

  memberships(userId: string): Promise<MembershipRow[]> {
    return this.db.query<MembershipRow>(
      `SELECT o.org_id, o.slug, o.name AS org_name, o.org_type, m.org_user_role_id AS role_id,
              coalesce(
                (SELECT jsonb_agg(jsonb_build_object('env_id', e.env_id, 'name', e.name) ORDER BY e.created_at, e.name)
                   FROM hot.env e WHERE e.org_id = o.org_id AND e.active),
                '[]'
              ) AS envs
         FROM hot.org_user m
         JOIN hot.org o ON o.org_id = m.org_id AND o.active
        WHERE m.user_id = $1
        ORDER BY lower(o.name), o.org_id
        LIMIT 500`,
      [userId],
    );
  }

  /** The organization, if this user belongs to it. Not there and not theirs are one answer. */
  orgAccess(userId: string, slug: string, orgId: string | null): Promise<OrgAccessRow | undefined> {
    return this.db.queryOne<OrgAccessRow>(ORG_ACCESS, [userId, slug, orgId]);
  }

  envAccess(
    userId: string,
    org: { readonly slug: string; readonly id: string | null },
    env: { readonly name: string; readonly id: string | null },
  ): Promise<EnvAccessRow | undefined> {
    return this.db.queryOne<EnvAccessRow>(ENV_ACCESS, [userId, org.slug, org.id, env.name, env.id]);
  }

  stillInEnv(
    sessionIds: readonly string[],
    envIds: readonly string[],
  ): Promise<{ readonly app_session_id: string; readonly env_id: string }[]> {
    return this.db.query(STILL_IN_ENV, [sessionIds, envIds]);
  }
}
