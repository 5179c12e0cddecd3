import { Module } from '@nestjs/common';
import { BuildsModule } from '@app/builds';
import { ObserveModule } from '@app/observe';
import { AgentQueries } from './agent.queries';
import { AgentsController } from './agents.controller';
import { BuildsController } from './builds.controller';
import { HandlerQueries } from './handler.queries';
import { HandlersController } from './handlers.controller';

@Module({
  imports: [ObserveModule, BuildsModule],
  controllers: [AgentsController, BuildsController, HandlersController],
  providers: [AgentQueries, HandlerQueries],
})
export class BuildsAdminModule {}
