import { Module } from '@nestjs/common';
import { OldStreamsRepository } from './old-streams.repository';
import { PeriodDropRepository } from './period-drop.repository';
import { Retention } from './retention';

@Module({ providers: [Retention, PeriodDropRepository, OldStreamsRepository], exports: [Retention] })
export class RetentionModule {}
