import { Injectable } from '@nestjs/common';
import { NotFoundError, parseUuid } from '@app/kernel';
import { capabilitiesOf, roleFromId } from './capability';
import type { EnvMember, Membership, OrgMember, SignedIn } from './signed-in';
import { UserRepository, type OrgAccessRow } from './user.repository';

/** Who belongs where. Asked anew with every request: a removed member is out at once. */
@Injectable()
export class MembershipService {
  constructor(private readonly users: UserRepository) {}

  /** Everything the user can open. */
  async of(user: SignedIn): Promise<readonly Membership[]> {
    return (await this.users.memberships(user.userId)).map((row) => {
      const role = roleFromId(row.role_id);
      return {
        orgId: row.org_id,
        slug: row.slug,
        name: row.org_name,
        orgType: row.org_type,
        role,
        capabilities: capabilitiesOf(role),
        envs: row.envs.map(({ env_id, name }) => ({ envId: env_id, name })),
      };
    });
  }

  /** The user within an organization. One error for unknown, inactive and foreign ones. */
  async inOrg(user: SignedIn, org: string): Promise<OrgMember> {
    const row = await this.users.orgAccess(user.userId, org, parseUuid(org));
    if (row === undefined) throw new NotFoundError('Organization');
    return asOrgMember(user, row);
  }

  /** The user within an environment. A foreign organization is answered as in `inOrg`, whatever the environment's name. */
  async inEnv(user: SignedIn, org: string, env: string): Promise<EnvMember> {
    const row = await this.users.envAccess(
      user.userId,
      { slug: org, id: parseUuid(org) },
      { name: env, id: parseUuid(env) },
    );
    if (row === undefined) {
      await this.inOrg(user, org);
      throw new NotFoundError('Environment');
    }
    return { ...asOrgMember(user, row), envId: row.env_id, envName: row.env_name };
  }

  /** For each, whether they are still signed in and belong to the environment: one statement, however many. */
  async stillInEnv(
    members: readonly Pick<EnvMember, 'sessionId' | 'envId'>[],
  ): Promise<(member: Pick<EnvMember, 'sessionId' | 'envId'>) => boolean> {
    const rows = await this.users.stillInEnv(
      members.map(({ sessionId }) => sessionId),
      members.map(({ envId }) => envId),
    );
    const still = new Set(rows.map((row) => `${row.app_session_id} ${row.env_id}`));
    return ({ sessionId, envId }) => still.has(`${sessionId} ${envId}`);
  }
}

const asOrgMember = (user: SignedIn, row: OrgAccessRow): OrgMember => ({
  ...user,
  orgId: row.org_id,
  orgSlug: row.slug,
  orgName: row.org_name,
  role: roleFromId(row.role_id),
  retentionClass: row.retention_class,
});
