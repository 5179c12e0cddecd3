export { FilesAdminModule } from './files-admin.module';
