import { Module } from '@nestjs/common';
import { IdentityModule } from '@app/identity';
import { ObserveModule } from '@app/observe';
import { LiveController } from './live/live.controller';
import { LiveGuests } from './live/live-guests';
import { LiveHub } from './live/live-hub';
import { StreamsController } from './streams.controller';

@Module({
  imports: [ObserveModule, IdentityModule],
  controllers: [StreamsController, LiveController],
  providers: [LiveGuests, LiveHub],
})
export class StreamsAdminModule {}
