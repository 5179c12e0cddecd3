import { Module } from '@nestjs/common';
import { ObserveModule } from '@app/observe';
import { StreamsController } from './streams.controller';

@Module({ imports: [ObserveModule], controllers: [StreamsController] })
export class StreamsAdminModule {}
