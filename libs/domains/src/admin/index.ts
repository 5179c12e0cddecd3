export { DomainsAdminModule } from './domains-admin.module';
