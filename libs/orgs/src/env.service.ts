import { Injectable } from '@nestjs/common';
import { NotFoundError, type Principal } from '@app/kernel';
import { requirePermission } from '@app/access';
import { OrgRepository } from './org.repository';

export interface EnvView {
  readonly envId: string;
  readonly orgId: string;
  readonly name: string;
  readonly active: boolean;
}

@Injectable()
export class EnvService {
  constructor(private readonly orgs: OrgRepository) {}

  /** The environment that the credential belongs to. */
  async current(principal: Principal): Promise<EnvView> {
    const env = await this.orgs.findEnv(principal);
    if (env === null) throw new NotFoundError('Environment');
    requirePermission(principal, 'read', `env:${env.envId}`, `env:${env.name}`);
    return { envId: env.envId, orgId: env.orgId, name: env.name, active: env.active };
  }
}
