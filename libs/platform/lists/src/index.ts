export { decodeCursor, encodeCursor, type Cursor } from './cursor';
export {
  bucketEdges,
  chooseGranularity,
  GRANULARITIES,
  isTimeZone,
  MINUTE_COUNTERS_MS,
  suitableGranularities,
  type Granularity,
} from './granularity';
export { escapeLike, parseSearch, type SearchTerm } from './id-search';
export { keysetPage, keysetStart, type KeysetStart } from './keyset';
export {
  chosenValues,
  listQueryShape,
  listRange,
  pagePosition,
  parseFreeValues,
  parseValues,
  wantsFacets,
  type PagePosition,
  type ValueFilter,
} from './list-query';
export {
  COUNT_CAP,
  listing,
  mapRows,
  offsetPage,
  RequestId,
  type FacetCounts,
  type ListPage,
} from './listing';
export { counterWidthMs, parseTimeRange, snapRange, type TimeRange, type TimeRangeInput } from './time-range';
export { AnswersAll, AnswersFile, AnswersNothing, AnswersOne, AnswersPage } from './answers.decorators';
