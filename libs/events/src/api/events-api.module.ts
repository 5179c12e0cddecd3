import { EventsModule } from '@app/events';
import { Module } from '@nestjs/common';
import { EventsController } from './events.controller';

@Module({ imports: [EventsModule], controllers: [EventsController] })
export class EventsApiModule {}
