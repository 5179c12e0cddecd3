export { EnvEntity } from './env.entity';
export { EnvService, type EnvView } from './env.service';
export {
  LOCAL_ENV,
  LOCAL_ORG,
  LOCAL_USER,
  LocalTenantService,
  type LocalTenant,
} from './local-tenant.service';
export { ORG_ROLE_IDS, OrgUserEntity, type OrgRole } from './org-user.entity';
export { OrgEntity } from './org.entity';
export { OrgRepository } from './org.repository';
export { OrgsModule } from './orgs.module';
export { TenantService, type Tenant, type WantedTenant } from './tenant.service';
export { UserEntity } from './user.entity';
