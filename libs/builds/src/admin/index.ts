export { BuildsAdminModule } from './builds-admin.module';
