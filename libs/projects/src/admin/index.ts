export { ProjectsAdminModule } from './projects-admin.module';
