import { Injectable } from '@nestjs/common';
import { TenantService, type Tenant } from './tenant.service';

export const LOCAL_ORG = 'local';
export const LOCAL_ENV = 'development';
export const LOCAL_USER = 'local@hot.dev';

export type LocalTenant = Tenant;

/** The organization, environment and admin that a machine of one's own begins with. Safe to repeat. */
@Injectable()
export class LocalTenantService {
  constructor(private readonly tenants: TenantService) {}

  ensure(): Promise<LocalTenant> {
    return this.tenants.ensure({
      orgSlug: LOCAL_ORG,
      orgName: 'Local',
      envName: LOCAL_ENV,
      email: LOCAL_USER,
      userName: 'Local developer',
      role: 'admin',
    });
  }
}
