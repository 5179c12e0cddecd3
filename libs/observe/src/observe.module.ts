import { Module } from '@nestjs/common';
import { AttributionQueries } from './attribution.queries';
import { RunCounterQueries } from './run-counters.queries';
import { RunDetailQueries } from './run-detail.queries';
import { RunListQueries } from './run-list.queries';

const queries = [AttributionQueries, RunCounterQueries, RunDetailQueries, RunListQueries];

/** What the app shows of what happened, read across domains. Nothing here writes. */
@Module({ providers: queries, exports: queries })
export class ObserveModule {}
