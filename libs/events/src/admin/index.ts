export { EventsAdminModule } from './events-admin.module';
