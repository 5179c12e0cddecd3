import { BadRequestError } from '@app/kernel';
import { Db } from '@app/platform/database';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { OrgRepository } from './org.repository';
import type { OrgRole } from './org-user.entity';

export interface WantedTenant {
  readonly orgSlug: string;
  /** Of a new organization; default its slug. */
  readonly orgName?: string | undefined;
  readonly envName: string;
  readonly email: string;
  /** Of a new user; default the part of the address before the `@`. */
  readonly userName?: string | undefined;
  readonly role: OrgRole;
}

export interface Tenant {
  readonly orgId: string;
  readonly orgSlug: string;
  readonly envId: string;
  readonly envName: string;
  readonly userId: string;
  readonly userEmail: string;
}

const wanted = z.object({
  orgSlug: z
    .string()
    .regex(
      /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])$/,
      'an organization is named by 2 to 32 lower-case letters, digits and hyphens',
    ),
  envName: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'an environment is named by letters, digits, - and _'),
  email: z.email('this is no e-mail address').max(254),
});

/** Makes what is missing of an organization with an environment and a member. Safe to repeat. */
@Injectable()
export class TenantService {
  constructor(
    private readonly db: Db,
    private readonly orgs: OrgRepository,
  ) {}

  /** @throws BadRequestError that names what cannot be */
  async ensure(tenant: WantedTenant): Promise<Tenant> {
    const checked = wanted.safeParse(tenant);
    if (!checked.success) {
      const [issue] = checked.error.issues;
      const value = tenant[(issue?.path[0] ?? 'email') as 'email'];
      throw new BadRequestError(`"${value}": ${issue?.message ?? 'not possible'}`);
    }
    return this.db.tx(async () => {
      const org = await this.orgs.ensureOrg(tenant.orgSlug, tenant.orgName ?? tenant.orgSlug);
      const user = await this.orgs.ensureUser(
        tenant.email,
        tenant.userName ?? tenant.email.replace(/@.*/, ''),
      );
      const env = await this.orgs.ensureEnv(org.orgId, tenant.envName);
      await this.orgs.ensureMember(org.orgId, user.userId, tenant.role);
      return {
        orgId: org.orgId,
        orgSlug: org.slug,
        envId: env.envId,
        envName: env.name,
        userId: user.userId,
        userEmail: user.email,
      };
    });
  }
}
