import { Module } from '@nestjs/common';
import { ObserveModule } from '@app/observe';
import { RunsModule } from '@app/runs';
import { RunActionsController } from './run-actions.controller';
import { RunsController } from './runs.controller';
import { TracesController } from './traces.controller';

@Module({
  imports: [ObserveModule, RunsModule],
  controllers: [RunsController, RunActionsController, TracesController],
})
export class RunsAdminModule {}
