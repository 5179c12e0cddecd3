export { StatsAdminModule } from './stats-admin.module';
