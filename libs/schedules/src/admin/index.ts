export { SchedulesAdminModule } from './schedules-admin.module';
