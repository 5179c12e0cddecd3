export { ProjectEntity } from './project.entity';
export { ProjectNameTakenError } from './project.errors';
export { parseProjectName } from './project-name';
export { ANY_PROJECT, projectScopedUrns, projectUrns, type NamedProject } from './project.permissions';
export { ProjectService, type ProjectView } from './project.service';
export { ProjectsModule } from './projects.module';
