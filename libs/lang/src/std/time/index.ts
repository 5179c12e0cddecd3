/** `::hot::time`: functions on instants, plain and zoned dates and times, durations. */
import { isInt } from '../../runtime/arith';
import { display, LIBRARY_TEXT } from '../../runtime/display';
import { normalise } from '../../runtime/int';
import { err, Tagged, type Fiber, type Value } from '../../runtime/values';
import { native, type NativeDef, type NativeOptions } from '../../runtime/native-def';
import { toDec, toInt } from '../type';
import { addDuration, difference } from './arithmetic';
import { dateText, floorDiv, MIDNIGHT, partsOfNanos, timeText, type TimeParts } from './calendar';
import { durationOf, durationText, DURATION_TYPE, readDuration, UNITS, type Unit } from './duration';
import { formatTemporal } from './format';
import { parseIso } from './iso';
import { badZone, MAKE, nowNanos } from './make';
import {
  DATE_TIME_TYPE,
  DATE_TYPE,
  INSTANT_TYPE,
  instant,
  mapOf,
  nanosOf,
  plainDate,
  plainDateTime,
  plainTime,
  readTemporal,
  TIME_TYPE,
  ZONED_TYPE,
  zonedDateTime,
  type Temporal,
} from './values';
import { offsetText, zoneNamed } from './zones';

const T = (name: string, options: NativeOptions): NativeDef =>
  native(`::hot::time/${name}`, { traced: false, ...options });

// ---- texts ------------------------------------------------------------------------------------------------------------

function textOf(t: Temporal): string {
  switch (t.kind) {
    case 'instant': {
      const p = partsOfNanos(t.epoch);
      return `${dateText(p)}T${timeText(p)}Z`;
    }
    case 'date':
      return dateText(t);
    case 'time':
      return timeText(t);
    case 'date-time':
      return `${dateText(t)}T${timeText(t)}`;
    case 'zoned': {
      const offset = offsetText(t.zone.offsetAt(Number(floorDiv(t.epoch, 1_000_000_000n))));
      return `${dateText(t)}T${timeText(t)}${offset}[${t.zone.name}]`;
    }
  }
}

for (const type of [INSTANT_TYPE, DATE_TYPE, TIME_TYPE, DATE_TIME_TYPE, ZONED_TYPE]) {
  LIBRARY_TEXT.set(type.name, (val) => {
    const t = readTemporal(new Tagged(type, val));
    return t === null || typeof t === 'string' ? null : textOf(t);
  });
}
LIBRARY_TEXT.set(DURATION_TYPE.name, (val) => {
  const amounts = readDuration(new Tagged(DURATION_TYPE, val));
  return amounts === null ? null : durationText(amounts);
});
for (const unit of UNITS) {
  const name = `${unit[0]?.toUpperCase() ?? ''}${unit.slice(1, -1)}`;
  LIBRARY_TEXT.set(`::hot::time/${name}`, (val) => (isInt(val) ? String(val) : null));
}

// ---- functions --------------------------------------------------------------------------------------------------------

const seconds = (fb: Fiber): number => Math.floor(fb.r.host.epochMs() / 1000);

/** A field of a temporal; null where its type has none. */
function field(name: string, param: string, otherwise: Value): NativeDef {
  const type = param === 'date' ? 'PlainDate | PlainDateTime' : 'PlainTime | PlainDateTime';
  return T(name, {
    pure: true,
    sig: `(${param}: ${type}): Int`,
    doc: `The ${name} of a date or time.`,
    s: (_fb, _d, _s, v = null) => {
      const map = mapOf(v);
      return map === null ? err(`${name}: expected a temporal value`) : (map.getStr(name) ?? otherwise);
    },
  });
}

function single(unit: Unit): NativeDef {
  return T(unit, {
    pure: true,
    sig: '(amount: Any): Duration',
    doc: `A duration of so many ${unit}.`,
    s: (_fb, _d, _s, v = null) => {
      const amount = toDec(v);
      return amount instanceof Tagged ? err(`${unit}: expected a number`) : durationOf({ [unit]: amount });
    },
  });
}

function ofZoned(name: string, returns: string, f: (t: Temporal & { kind: 'zoned' }) => Value): NativeDef {
  return T(name, {
    pure: true,
    sig: `(zdt: ZonedDateTime): ${returns}`,
    doc: `The ${returns} of a ZonedDateTime.`,
    s: (_fb, _d, _s, v = null) => {
      const t = readTemporal(v);
      if (t === null || typeof t === 'string' || t.kind !== 'zoned') {
        return err(`${name} expects a ZonedDateTime`);
      }
      return f(t);
    },
  });
}

function ofDay(name: string, time: TimeParts, doc: string): NativeDef {
  return T(name, {
    pure: true,
    sig: '(date: PlainDate | PlainDateTime): PlainDateTime',
    doc,
    s: (_fb, _d, _s, v = null) => {
      const t = readTemporal(v);
      if (typeof t === 'string') return err(`${name}: invalid date/time: ${t}`);
      if (t === null || t.kind === 'instant' || t.kind === 'time') {
        return err(`${name}: expected a temporal value`);
      }
      return plainDateTime({ year: t.year, month: t.month, day: t.day, ...time });
    },
  });
}

function format(v: Value, pattern: Value): Value {
  if (mapOf(v) === null) return err('format: format expects a temporal value');
  if (typeof pattern !== 'string') return err('format: second argument must be a pattern string');
  const t = readTemporal(v);
  if (typeof t === 'string') return err(`format: invalid date/time: ${t}`);
  if (t !== null) return formatTemporal(t, pattern);
  const type = readDuration(v) === null ? 'unknown' : 'Duration';
  return err(`format: Cannot format value of type '${type}'`);
}

function parse(text: Value): Value {
  const iso = typeof text === 'string' ? parseIso(text) : null;
  if (iso === null || iso.utc) return err('Unable to parse string as temporal object');
  if (iso.date === null) return plainTime(iso.time ?? MIDNIGHT);
  return iso.time === null ? plainDate(iso.date) : plainDateTime({ ...iso.date, ...iso.time });
}

const DURATION = '(temporal: PlainDateTime, duration: Duration): PlainDateTime';
const BETWEEN = '(start: PlainDateTime, end: PlainDateTime): Duration';

export const TIME: readonly NativeDef[] = [
  ...MAKE,
  native('::hot::internal::type/text', {
    pure: true,
    traced: false,
    sig: '(value: Any): Str',
    doc: "The text of a value of the library's own types.",
    s: (_fb, _d, _s, v = null) => display(v, null),
  }),
  T('now', { sig: '(): Instant', doc: 'The present.', s: (fb) => instant(nowNanos(fb)) }),
  T('now-zoned', {
    sig: '(timezone: Str): ZonedDateTime',
    doc: 'The present in a time zone.',
    s: (fb, _d, _s, name = null) => {
      const zone = typeof name === 'string' ? zoneNamed(name) : null;
      return zone === null ? badZone(name) : zonedDateTime(nowNanos(fb), zone);
    },
  }),
  T('epoch-millis', {
    pure: true,
    sig: '(instant: Instant): Int',
    doc: 'Milliseconds since 1970.',
    s: (_fb, _d, _s, v = null) => {
      const n = nanosOf(v);
      return n === null ? err('epoch-millis expects an Instant object') : normalise(floorDiv(n, 1_000_000n));
    },
  }),
  T('epoch-nanos', {
    pure: true,
    sig: '(instant: Instant): Int',
    doc: 'Nanoseconds since 1970.',
    s: (_fb, _d, _s, v = null) => {
      const n = nanosOf(v);
      return n === null ? err('epoch-nanos expects an Instant object') : normalise(n);
    },
  }),
  T('epoch-seconds', { sig: '(): Int', doc: 'Seconds since 1970, now.', s: (fb) => seconds(fb) }),
  T('within-seconds-of-now', {
    sig: '(timestamp: Any, tolerance-seconds: Int): Bool',
    doc: 'Whether a time in epoch seconds is near the present.',
    s: (fb, _d, _s, v = null, tolerance = null) => {
      const at = typeof v === 'string' ? toInt(v) : v;
      if (!isInt(at) || !isInt(tolerance)) return false;
      const away = BigInt(at) - BigInt(seconds(fb));
      return (away < 0n ? -away : away) <= BigInt(tolerance);
    },
  }),
  ...['year', 'month', 'day'].map((name) => field(name, 'date', null)),
  ...['hour', 'minute', 'second'].map((name) => field(name, 'time', null)),
  ...['millisecond', 'microsecond', 'nanosecond'].map((name) => field(name, 'time', 0)),
  T('parse', {
    pure: true,
    sig: '(date-string: Str): PlainDateTime | PlainDate | PlainTime',
    doc: 'The date, time or both in an ISO 8601 text.',
    s: (_fb, _d, _s, text = null) => parse(text),
  }),
  T('format', {
    pure: true,
    sig: '(temporal: Any, pattern: Str): Str',
    doc: 'The value in a pattern of tokens such as `YYYY-MM-DD HH:mm`.',
    s: (fb, _d, _s, v = null, pattern = null) => {
      if (typeof pattern === 'string') fb.r.spend(fb, pattern.length >> 4);
      return format(v, pattern);
    },
  }),
  T('with-timezone', {
    pure: true,
    sig: '(zdt: ZonedDateTime, timezone: Str): ZonedDateTime',
    doc: 'The same instant in another time zone.',
    s: (_fb, _d, _s, v = null, name = null) => {
      const t = readTemporal(v);
      if (t === null || typeof t === 'string' || t.kind !== 'zoned') {
        return err('with-timezone expects a ZonedDateTime');
      }
      const zone = typeof name === 'string' ? zoneNamed(name) : null;
      return zone === null ? badZone(name) : zonedDateTime(t.epoch, zone);
    },
  }),
  ofZoned('to-plain-date-time', 'PlainDateTime', (t) => plainDateTime(t)),
  ofZoned('to-plain-date', 'PlainDate', (t) => plainDate(t)),
  ofZoned('to-plain-time', 'PlainTime', (t) => plainTime(t)),
  ofZoned('to-instant', 'Instant', (t) => instant(t.epoch)),
  ...UNITS.slice(0, 7).map(single),
  ofDay('start-of-day', MIDNIGHT, 'Midnight of the day.'),
  ofDay('end-of-day', { hour: 23, minute: 59, second: 59, nanos: 0 }, 'The last second of the day.'),
  T('add', {
    pure: true,
    sig: DURATION,
    doc: 'Later by a duration; the day is cut to the end of its month.',
    s: (_fb, _d, _s, v = null, duration = null) => addDuration('add', v, duration, 1),
  }),
  T('subtract', {
    pure: true,
    sig: DURATION,
    doc: 'Earlier by a duration.',
    s: (_fb, _d, _s, v = null, duration = null) => addDuration('subtract', v, duration, -1),
  }),
  T('until', {
    pure: true,
    sig: BETWEEN,
    doc: 'The time from the first to the second, in days and smaller units.',
    s: (_fb, _d, _s, a = null, b = null) => difference('until', a, b, 1),
  }),
  T('since', {
    pure: true,
    sig: BETWEEN,
    doc: 'The time from the second to the first.',
    s: (_fb, _d, _s, a = null, b = null) => difference('since', a, b, -1),
  }),
];
