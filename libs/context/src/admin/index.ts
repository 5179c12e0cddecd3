export { ContextAdminModule } from './context-admin.module';
