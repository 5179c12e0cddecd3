export { StreamsAdminModule } from './streams-admin.module';
