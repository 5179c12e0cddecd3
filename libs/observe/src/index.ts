export { AttributionQueries, type Cause } from './attribution.queries';
export { EVENT_SOURCE_IDS, sourceName, type EventRecord } from './event-record';
export { ObserveModule } from './observe.module';
export { RunCounterQueries, type RunCell } from './run-counters.queries';
export { RunDetailQueries, type HierarchyRecord, type RunDetailRecord } from './run-detail.queries';
export { parseRunFilter, statusName, typeName, type RunFilter } from './run-filter';
export { RunListQueries, type RunListResult } from './run-list.queries';
export { type RunRecord } from './run-record';
