/**
 * Library types whose JSON is one flat object, `{"$type": …, field: …}`, instead of a tag beside a payload. Both forms
 * are read; which one was read leaves no trace in the value.
 */
export const FLAT_TYPES: ReadonlySet<string> = new Set([
  '::hot::time/Instant',
  '::hot::time/Duration',
  '::hot::time/PlainDate',
  '::hot::time/PlainTime',
  '::hot::time/PlainDateTime',
  '::hot::time/ZonedDateTime',
  '::hot::uri/Uri',
  '::hot::iter/Next',
]);
