import { Module } from '@nestjs/common';
import { BuildsModule } from '@app/builds';
import { ObserveModule } from '@app/observe';
import { ProjectsController } from './projects.controller';

@Module({ imports: [ObserveModule, BuildsModule], controllers: [ProjectsController] })
export class ProjectsAdminModule {}
