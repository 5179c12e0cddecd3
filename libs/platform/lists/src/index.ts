export { decodeCursor, encodeCursor, type Cursor } from './cursor';
export { escapeLike, parseSearch, type SearchTerm } from './id-search';
export { parseTimeRange, type TimeRange, type TimeRangeInput } from './time-range';
export {
  bucketEdges,
  chooseGranularity,
  GRANULARITIES,
  isTimeZone,
  MINUTE_COUNTERS_MS,
  type Granularity,
} from './granularity';
