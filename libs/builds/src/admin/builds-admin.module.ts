import { Module } from '@nestjs/common';
import { BuildsModule } from '@app/builds';
import { ObserveModule } from '@app/observe';
import { BuildsController } from './builds.controller';
import { HandlerQueries } from './handler.queries';
import { HandlersController } from './handlers.controller';

@Module({
  imports: [ObserveModule, BuildsModule],
  controllers: [BuildsController, HandlersController],
  providers: [HandlerQueries],
})
export class BuildsAdminModule {}
