import { EventsModule } from '@app/events';
import { StatsModule } from '@app/stats';
import { Module } from '@nestjs/common';
import { RunCommands } from './run-commands';
import { RunReads } from './run.queries';
import { TraceReader } from './trace-reader';

@Module({
  imports: [EventsModule, StatsModule],
  providers: [RunReads, RunCommands, TraceReader],
  exports: [RunReads, RunCommands, TraceReader],
})
export class RunsModule {}
