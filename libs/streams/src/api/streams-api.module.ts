import { EventsModule } from '@app/events';
import { OrgsModule } from '@app/orgs';
import { SseModule } from '@app/platform/live';
import { ProjectsModule } from '@app/projects';
import { RunsModule } from '@app/runs';
import { StreamsModule } from '@app/streams';
import { Module } from '@nestjs/common';
import { RunLoader } from './run-loader';
import { StreamHub } from './stream-hub';
import { StreamSubscriptions } from './stream-subscriptions';
import { StreamsController } from './streams.controller';
import { SubscriptionsController } from './subscriptions.controller';

@Module({
  imports: [StreamsModule, RunsModule, EventsModule, ProjectsModule, OrgsModule, SseModule],
  controllers: [StreamsController, SubscriptionsController],
  providers: [StreamHub, RunLoader, StreamSubscriptions],
})
export class StreamsApiModule {}
