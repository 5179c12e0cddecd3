export { RunsAdminModule } from './runs-admin.module';
