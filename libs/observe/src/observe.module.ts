import { Module } from '@nestjs/common';
import { AttributionQueries } from './attribution.queries';
import { CatalogueQueries } from './catalogue.queries';
import { ChangeQueries } from './changes.queries';
import { EventCounterQueries } from './event-counters.queries';
import { EventDetailQueries } from './event-detail.queries';
import { EventListQueries } from './event-list.queries';
import { EventTypeQueries } from './event-types.queries';
import { RecentCallQueries } from './recent-calls.queries';
import { RunCounterQueries } from './run-counters.queries';
import { RunDetailQueries } from './run-detail.queries';
import { RunListQueries } from './run-list.queries';
import { SeriesQueries } from './series.queries';
import { StreamMemberQueries } from './stream-members.queries';
import { StreamQueries } from './stream.queries';

const queries = [
  AttributionQueries,
  CatalogueQueries,
  ChangeQueries,
  EventCounterQueries,
  EventDetailQueries,
  EventListQueries,
  EventTypeQueries,
  RecentCallQueries,
  RunCounterQueries,
  RunDetailQueries,
  RunListQueries,
  SeriesQueries,
  StreamMemberQueries,
  StreamQueries,
];

/** What the app shows of what happened, read across domains. Nothing here writes. */
@Module({ providers: queries, exports: queries })
export class ObserveModule {}
