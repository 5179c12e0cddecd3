export { BucketFolder } from './bucket-folder.repository';
export { RunCounters, type RunCountFilter, type RunTotals } from './run-counters.queries';
export { StatsModule } from './stats.module';
