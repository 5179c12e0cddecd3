import { Injectable } from '@nestjs/common';
import { Db } from '@app/platform/database';
import { OrgRepository } from './org.repository';

export const LOCAL_ORG = 'local';
export const LOCAL_ENV = 'development';
export const LOCAL_USER = 'local@hot.dev';

export interface LocalTenant {
  readonly orgId: string;
  readonly orgSlug: string;
  readonly envId: string;
  readonly envName: string;
  readonly userId: string;
  readonly userEmail: string;
}

/** The organization, environment and admin that a machine of one's own begins with. Safe to repeat. */
@Injectable()
export class LocalTenantService {
  constructor(
    private readonly db: Db,
    private readonly orgs: OrgRepository,
  ) {}

  ensure(): Promise<LocalTenant> {
    return this.db.tx(async () => {
      const org = await this.orgs.ensureOrg(LOCAL_ORG, 'Local');
      const user = await this.orgs.ensureUser(LOCAL_USER, 'Local developer');
      const env = await this.orgs.ensureEnv(org.orgId, LOCAL_ENV);
      await this.orgs.ensureMember(org.orgId, user.userId, 'admin');
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
