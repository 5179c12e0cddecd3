import { Module } from '@nestjs/common';
import { StreamReads } from './stream.queries';

@Module({ providers: [StreamReads], exports: [StreamReads] })
export class StreamsModule {}
