import { EventsModule } from '@app/events';
import { RunsModule } from '@app/runs';
import { StatsModule } from '@app/stats';
import { Module } from '@nestjs/common';
import { EventRunsController } from './event-runs.controller';
import { RunsController } from './runs.controller';

@Module({
  imports: [RunsModule, EventsModule, StatsModule],
  controllers: [RunsController, EventRunsController],
})
export class RunsApiModule {}
