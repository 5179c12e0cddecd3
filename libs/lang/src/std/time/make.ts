/** The constructors of the temporal types, as the types' own functions call them. */
import { isInt, isNumber } from '../../runtime/arith';
import { Dec, decTrunc } from '../../runtime/dec';
import { HotMap } from '../../runtime/hot-map';
import { err, Tagged, type Fiber, type Value } from '../../runtime/values';
import { native, type NativeDef, type NativeOptions } from '../../runtime/native-def';
import { payloadOf } from '../limits';
import { dateProblem, MIDNIGHT, partsOfNanos, timeProblem, utcNanos, type DateTimeParts } from './calendar';
import { amountsOf, durationOf, parseDuration } from './duration';
import { parseIso } from './iso';
import { instant, plainDate, plainDateTime, plainTime, readTemporal, zonedDateTime } from './values';
import { instantOfLocal, instantsOfLocal, offsetNanos, zoneNamed, type Zone } from './zones';

const M = (name: string, options: Omit<NativeOptions, 'doc' | 'traced'>): NativeDef =>
  native(`::hot::internal::time/${name}`, { traced: false, doc: 'Makes a temporal value.', ...options });

export const nowNanos = (fb: Fiber): bigint => BigInt(fb.r.host.epochMs()) * 1_000_000n;
/** The wall clock in whole seconds. Programs run in UTC. */
const wallClock = (fb: Fiber): DateTimeParts =>
  partsOfNanos(BigInt(Math.floor(fb.r.host.epochMs() / 1000)) * 1_000_000_000n);

const BAD_TEXT = 'Unable to parse string as temporal object';

const PER_UNIT: Readonly<Record<string, bigint>> = {
  '::hot::time/Millisecond': 1_000_000n,
  '::hot::time/Microsecond': 1000n,
  '::hot::time/Nanosecond': 1n,
};

function makeInstant(fb: Fiber, v: Value): Value {
  if (typeof v === 'string') {
    const iso = parseIso(v);
    if (!iso?.date || !iso.time || (!iso.utc && iso.offset === null)) return err(BAD_TEXT);
    return instant(utcNanos({ ...iso.date, ...iso.time }) - BigInt(iso.offset ?? 0) * 1_000_000_000n);
  }
  const n = payloadOf(v);
  if (isNumber(n)) {
    const unit = v instanceof Tagged ? PER_UNIT[v.type.name] : 1_000_000n;
    if (unit !== undefined) return instant((n instanceof Dec ? decTrunc(n) : BigInt(n)) * unit);
  }
  const t = readTemporal(v);
  if (typeof t === 'string') return err(`Invalid date values: ${t}`);
  switch (t?.kind) {
    case 'instant':
    case 'zoned':
      return instant(t.epoch);
    case 'time':
      return instant(utcNanos({ ...wallClock(fb), ...t }));
    case 'date':
    case 'date-time':
      return instant(utcNanos(t));
    default:
      return err('Instant expects an epoch unit or a plain date and time');
  }
}

function makeDuration(v: Value): Value {
  if (typeof v === 'string') return parseDuration(v) ?? err('Unable to parse ISO 8601 duration');
  const amounts = v instanceof HotMap ? amountsOf(v) : null;
  return amounts === null ? err('duration requires a map of duration fields') : durationOf(amounts);
}

type Part = 'date' | 'time' | 'date-time';

function ofParts(part: Part, p: DateTimeParts): Value {
  return part === 'date' ? plainDate(p) : part === 'time' ? plainTime(p) : plainDateTime(p);
}

function parsePlain(part: Part, text: Value): Value {
  const iso = typeof text === 'string' ? parseIso(text) : null;
  if (iso === null || iso.utc) return err(BAD_TEXT);
  if (part === 'time' ? iso.time === null : iso.date === null) return err(BAD_TEXT);
  return ofParts(part, {
    ...(iso.date ?? { year: 1970, month: 1, day: 1 }),
    ...(iso.time ?? MIDNIGHT),
  });
}

const NAMES = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;

function fromNumbers(part: Part, args: readonly Value[]): Value {
  const names = part === 'date' ? NAMES.slice(0, 3) : part === 'time' ? NAMES.slice(3) : NAMES;
  const p = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, nanos: 0 };
  for (const [i, name] of names.entries()) {
    const v = args[i] ?? null;
    if (!isInt(v)) return err(`${name} must be an integer`);
    p[name] = Number(v);
  }
  const wrong = dateProblem(p) ?? timeProblem(p);
  return wrong === null ? ofParts(part, p) : err(`invalid date/time: ${wrong}`);
}

/** No argument: now. One: text. More: numbers. */
function plain(name: string, part: Part, numbers: string): NativeDef {
  return M(name, {
    sig: ['(): Any', '(text: Str): Any', numbers],
    s: (fb, _d, _s, ...args) => {
      if (args.length === 0) return ofParts(part, wallClock(fb));
      if (args.length > 1) return fromNumbers(part, args);
      const [v = null] = args;
      if (typeof v === 'string') return parsePlain(part, v);
      const t = readTemporal(v);
      if (t === null || typeof t === 'string' || t.kind === 'instant') return err(BAD_TEXT);
      if (part === 'time' ? t.kind === 'date' : t.kind === 'time') return err(BAD_TEXT);
      return ofParts(part, { year: 1970, month: 1, day: 1, ...t });
    },
  });
}

export const badZone = (name: Value): Value =>
  err(`Invalid timezone '${typeof name === 'string' ? name : ''}': expected an IANA name, UTC or an offset`);

const NOT_ZONED = 'Failed to parse ZonedDateTime';

function parseZoned(text: string): Value {
  const iso = parseIso(text);
  if (!iso?.date) return err(`${NOT_ZONED}: '${text.slice(0, 100)}' is not an RFC 9557 text`);
  if (iso.zone === null) return err(`${NOT_ZONED}: the time zone in brackets is missing`);
  const zone = zoneNamed(iso.zone);
  if (zone === null) return err(`${NOT_ZONED}: unknown timezone '${iso.zone}'`);
  const local = { ...iso.date, ...(iso.time ?? MIDNIGHT) };
  if (iso.utc) return zonedDateTime(utcNanos(local), zone);
  if (iso.offset === null) return zonedDateTime(instantOfLocal(zone, local), zone);
  return withOffset(zone, local, iso.offset);
}

/** Offsets are written in minutes, also where the zone's own has seconds. */
function withOffset(zone: Zone, local: DateTimeParts, offset: number): Value {
  const minutes = (seconds: number): number => Math.round(seconds / 60);
  for (const nanos of instantsOfLocal(zone, local)) {
    const own = Number(offsetNanos(zone, nanos) / 1_000_000_000n);
    if (own === offset || minutes(own) === offset / 60) return zonedDateTime(nanos, zone);
  }
  return err(`${NOT_ZONED}: the offset does not match the time zone ${zone.name}`);
}

function makeZoned(v: Value, timezone: Value | undefined): Value {
  if (timezone === undefined) {
    return typeof v === 'string' ? parseZoned(v) : err(`${NOT_ZONED}: expected a text`);
  }
  const zone = typeof timezone === 'string' ? zoneNamed(timezone) : null;
  if (zone === null) return badZone(timezone);
  const t = readTemporal(v);
  if (typeof t === 'string') return err(`ZonedDateTime: invalid date/time: ${t}`);
  switch (t?.kind) {
    case 'instant':
    case 'zoned':
      return zonedDateTime(t.epoch, zone);
    case 'date':
    case 'date-time':
      return zonedDateTime(instantOfLocal(zone, t), zone);
    default:
      return err('ZonedDateTime expects an Instant or a PlainDateTime');
  }
}

export const MAKE: readonly NativeDef[] = [
  M('instant', { sig: '(v: Any): Any', s: (fb, _d, _s, v = null) => makeInstant(fb, v) }),
  M('duration', { pure: true, sig: '(v: Any): Any', s: (_fb, _d, _s, v = null) => makeDuration(v) }),
  plain('plain-date', 'date', '(year: Int, month: Int, day: Int): Any'),
  plain('plain-time', 'time', '(hour: Int, minute: Int, second: Int): Any'),
  plain(
    'plain-date-time',
    'date-time',
    '(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int): Any',
  ),
  M('zoned', {
    pure: true,
    sig: ['(text: Str): Any', '(at: Any, timezone: Str): Any'],
    s: (_fb, _d, _s, v = null, timezone) => makeZoned(v, timezone),
  }),
];
