export { TasksAdminModule } from './tasks-admin.module';
