export { AttributionQueries, type Cause } from './attribution.queries';
export { toBuildRow, type BuildRecord } from './build-record';
export {
  CatalogueQueries,
  type BuildDetailRecord,
  type HandlerRecord,
  type ProjectRecord,
  type SparkRow,
} from './catalogue.queries';
export {
  ChangeQueries,
  MAX_CHANGES,
  type ChangedEvent,
  type ChangedRun,
  type Changes,
  type ProjectState,
  type Watched,
} from './changes.queries';
export { EventCounterQueries, type EventCounts } from './event-counters.queries';
export { EventDetailQueries, type EventDetailRecord } from './event-detail.queries';
export { parseEventFilter, type EventFilter } from './event-filter';
export { EventListQueries } from './event-list.queries';
export { EVENT_SOURCE_IDS, sourceName, type EventRecord } from './event-record';
export { EventTypeQueries, type HandlerOfType } from './event-types.queries';
export { toEventRow } from './event.mapper';
export { failurePreview, toFailure } from './failure';
export { nearTypes } from './near-types';
export { ObserveModule } from './observe.module';
export { RunCounterQueries, type RunCell } from './run-counters.queries';
export { RunDetailQueries, type HierarchyRecord, type RunDetailRecord } from './run-detail.queries';
export { parseRunFilter, statusName, typeName, type RunFilter } from './run-filter';
export { RunListQueries, type RunListResult } from './run-list.queries';
export { readInfo, toHierarchyNode, toRunRow, type RunInfo } from './run.mapper';
export { type RunRecord } from './run-record';
export { SeriesQueries, type EventBar, type RunBar } from './series.queries';
export { StreamMemberQueries, type StreamMemberRecord } from './stream-members.queries';
export { toStreamMember, toStreamRow } from './stream.mapper';
export { parseStreamFilter, StreamQueries, type StreamFilter, type StreamRecord } from './stream.queries';
export { sendJsonAttachment, toValueText } from './value-text';
export { NO_CALLS, RecentCallQueries } from './recent-calls.queries';
