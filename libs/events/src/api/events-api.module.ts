import { EventsModule } from '@app/events';
import { PlansModule } from '@app/plans';
import { Module } from '@nestjs/common';
import { EventsController } from './events.controller';

@Module({ imports: [EventsModule, PlansModule], controllers: [EventsController] })
export class EventsApiModule {}
