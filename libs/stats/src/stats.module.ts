import { Module } from '@nestjs/common';
import { BucketFolder } from './bucket-folder.repository';
import { RunCounters } from './run-counters.queries';

@Module({ providers: [RunCounters, BucketFolder], exports: [RunCounters, BucketFolder] })
export class StatsModule {}
