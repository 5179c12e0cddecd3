import { EventsModule } from '@app/events';
import { OrgsModule } from '@app/orgs';
import { SseModule } from '@app/platform/live';
import { ProjectsModule } from '@app/projects';
import { RunsModule } from '@app/runs';
import { StreamHubModule, StreamsModule } from '@app/streams';
import { TasksModule } from '@app/tasks';
import { Module } from '@nestjs/common';
import { StreamSubscriptions } from './stream-subscriptions';
import { StreamsController } from './streams.controller';
import { SubscriptionsController } from './subscriptions.controller';

@Module({
  imports: [
    StreamsModule,
    StreamHubModule,
    RunsModule,
    TasksModule,
    EventsModule,
    ProjectsModule,
    OrgsModule,
    SseModule,
  ],
  controllers: [StreamsController, SubscriptionsController],
  providers: [StreamSubscriptions],
})
export class StreamsApiModule {}
