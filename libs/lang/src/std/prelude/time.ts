/** Types of `::hot::time` and `::hot::uuid`. */
const UNITS = [
  'Nanosecond',
  'Microsecond',
  'Millisecond',
  'Second',
  'Minute',
  'Hour',
  'Day',
  'Week',
  'Month',
  'Year',
];

const units = UNITS.map(
  (unit) => `
${unit} meta {doc: "A number of ${unit.toLowerCase()}s."} type Int | Dec
${unit} -> Int fn (unit: ${unit}): Int { Int(untype(unit)) }`,
).join('');

const texts = ['Instant', 'Duration', 'PlainDate', 'PlainTime', 'PlainDateTime', 'ZonedDateTime']
  .map((type) => `${type} -> Str fn (temporal: ${type}): Str { ::hot::internal::type/text(temporal) }`)
  .join('\n');

const TIME_FIELDS =
  'hour: Int, minute: Int, second: Int, millisecond: Int, microsecond: Int, nanosecond: Int';
const DATE_FIELDS = 'year: Int, month: Int, day: Int';

export const TIME_TYPES = `
::hot::uuid ns
Uuid meta {core: true, doc: "A UUID: random, time-ordered with 7, nil with null."} type fn
  (): Uuid { ::hot::internal::uuid/make() },
  (version: Int | Null): Uuid { ::hot::internal::uuid/make(version) }
Uuid -> Str fn (uuid: Uuid): Str { untype(uuid) }

::hot::time ns
${units}

Instant meta {doc: "A point in time, in nanoseconds since 1970."} type { epochNanoseconds: Int } fn
  (epoch-millis: Millisecond): Instant { ::hot::internal::time/instant(epoch-millis) },
  (epoch-micros: Microsecond): Instant { ::hot::internal::time/instant(epoch-micros) },
  (epoch-nanos: Nanosecond): Instant { ::hot::internal::time/instant(epoch-nanos) },
  (plain-date: PlainDate): Instant { ::hot::internal::time/instant(plain-date) },
  (plain-time: PlainTime): Instant { ::hot::internal::time/instant(plain-time) },
  (plain-date-time: PlainDateTime): Instant { ::hot::internal::time/instant(plain-date-time) }

Duration meta {doc: "A length of time, from ISO 8601 text or a map of its fields."} type { years: Dec, months: Dec, weeks: Dec, days: Dec, hours: Dec, minutes: Dec, seconds: Dec, milliseconds: Dec, microseconds: Dec, nanoseconds: Dec } fn
  (iso: Str): Duration { ::hot::internal::time/duration(iso) },
  (components: Map): Duration { ::hot::internal::time/duration(components) }

PlainDate meta {doc: "A calendar date without a time zone."} type { ${DATE_FIELDS}, calendar: Str } fn
  (): PlainDate { ::hot::internal::time/plain-date() },
  (date: Str): PlainDate { ::hot::internal::time/plain-date(date) },
  (year: Int, month: Int, day: Int): PlainDate { ::hot::internal::time/plain-date(year, month, day) }

PlainTime meta {doc: "A time of day without a date."} type { ${TIME_FIELDS} } fn
  (): PlainTime { ::hot::internal::time/plain-time() },
  (time: Str): PlainTime { ::hot::internal::time/plain-time(time) },
  (hour: Int, minute: Int, second: Int): PlainTime { ::hot::internal::time/plain-time(hour, minute, second) }

PlainDateTime meta {doc: "A date and time without a time zone."} type { ${DATE_FIELDS}, ${TIME_FIELDS}, calendar: Str } fn
  (): PlainDateTime { ::hot::internal::time/plain-date-time() },
  (datetime: Str): PlainDateTime { ::hot::internal::time/plain-date-time(datetime) },
  (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int): PlainDateTime {
    ::hot::internal::time/plain-date-time(year, month, day, hour, minute, second)
  }

ZonedDateTime meta {doc: "An instant in a time zone."} type { epochNanoseconds: Int, timezone: Str, offset: Str, ${DATE_FIELDS}, ${TIME_FIELDS}, calendar: Str } fn
  (ixdtf: Str): ZonedDateTime { ::hot::internal::time/zoned(ixdtf) },
  (instant: Instant, timezone: Str): ZonedDateTime { ::hot::internal::time/zoned(instant, timezone) },
  (plain-date-time: PlainDateTime, timezone: Str): ZonedDateTime { ::hot::internal::time/zoned(plain-date-time, timezone) }

${texts}
`;
