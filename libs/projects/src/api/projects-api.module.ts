import { Module } from '@nestjs/common';
import { BuildsModule } from '@app/builds';
import { ProjectsModule } from '@app/projects';
import { ProjectLifecycleController } from './project-lifecycle.controller';
import { ProjectsController } from './projects.controller';

@Module({
  imports: [ProjectsModule, BuildsModule],
  controllers: [ProjectsController, ProjectLifecycleController],
})
export class ProjectsApiModule {}
