import { Module } from '@nestjs/common';
import { EventCommands } from './event-commands';
import { EventReads } from './event.queries';

@Module({ providers: [EventCommands, EventReads], exports: [EventCommands, EventReads] })
export class EventsModule {}
