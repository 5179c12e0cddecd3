import { Module } from '@nestjs/common';
import { BuildsModule } from '@app/builds';
import { ObserveModule } from '@app/observe';
import { BuildsController } from './builds.controller';

@Module({ imports: [ObserveModule, BuildsModule], controllers: [BuildsController] })
export class BuildsAdminModule {}
