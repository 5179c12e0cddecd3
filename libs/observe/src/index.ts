export { ObserveModule } from './observe.module';
export { RunCounterQueries } from './run-counters.queries';
export { parseRunFilter, statusName, typeName, type RunFilter } from './run-filter';
export { RunListQueries, type RunListResult } from './run-list.queries';
export { type RunRecord } from './run-record';
