import { RunsModule } from '@app/runs';
import { TasksModule } from '@app/tasks';
import { Module } from '@nestjs/common';
import { RunLoader } from './run-loader';
import { StreamHub } from './stream-hub';
import { StreamsModule } from './streams.module';

/** Following streams: for processes that have somebody waiting. */
@Module({
  imports: [StreamsModule, RunsModule, TasksModule],
  providers: [StreamHub, RunLoader],
  exports: [StreamHub, RunLoader],
})
export class StreamHubModule {}
