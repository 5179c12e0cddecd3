export { IdentityAdminModule } from './identity-admin.module';
