import { Module } from '@nestjs/common';
import { EventsModule } from '@app/events';
import { ObserveModule } from '@app/observe';
import { EventsController } from './events.controller';
import { SendEventController } from './send-event.controller';

@Module({ imports: [ObserveModule, EventsModule], controllers: [EventsController, SendEventController] })
export class EventsAdminModule {}
