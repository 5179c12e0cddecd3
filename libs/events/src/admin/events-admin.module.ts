import { Module } from '@nestjs/common';
import { ObserveModule } from '@app/observe';
import { EventsController } from './events.controller';

@Module({ imports: [ObserveModule], controllers: [EventsController] })
export class EventsAdminModule {}
