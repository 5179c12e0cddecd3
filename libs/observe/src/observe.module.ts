import { Module } from '@nestjs/common';
import { RunCounterQueries } from './run-counters.queries';
import { RunListQueries } from './run-list.queries';

const queries = [RunCounterQueries, RunListQueries];

/** What the app shows of what happened, read across domains. Nothing here writes. */
@Module({ providers: queries, exports: queries })
export class ObserveModule {}
