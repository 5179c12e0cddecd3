/** Temporal values: what stands in the maps of the six types. */
import { isInt } from '../../runtime/arith';
import { HotMap } from '../../runtime/hot-map';
import { fitsInt, normalise } from '../../runtime/int';
import { err, Tagged, TypeInfo, type Res, type Value } from '../../runtime/values';
import {
  dateProblem,
  MIDNIGHT,
  timeProblem,
  type DateParts,
  type DateTimeParts,
  type TimeParts,
} from './calendar';
import { localParts, offsetText, zoneNamed, type Zone } from './zones';
import { floorDiv, NANOS_PER_SECOND } from './calendar';

const type = (name: string): TypeInfo => new TypeInfo(`::hot::time/${name}`);
export const INSTANT_TYPE = type('Instant');
export const DATE_TYPE = type('PlainDate');
export const TIME_TYPE = type('PlainTime');
export const DATE_TIME_TYPE = type('PlainDateTime');
export const ZONED_TYPE = type('ZonedDateTime');

/** `epoch`: nanoseconds since 1970. */
export type Temporal =
  | { readonly kind: 'instant'; readonly epoch: bigint }
  | ({ readonly kind: 'date' } & DateTimeParts)
  | ({ readonly kind: 'time' } & TimeParts)
  | ({ readonly kind: 'date-time' } & DateTimeParts)
  | ({ readonly kind: 'zoned'; readonly epoch: bigint; readonly zone: Zone } & DateTimeParts);

const KINDS: Readonly<Record<string, Temporal['kind']>> = {
  [INSTANT_TYPE.name]: 'instant',
  [DATE_TYPE.name]: 'date',
  [TIME_TYPE.name]: 'time',
  [DATE_TIME_TYPE.name]: 'date-time',
  [ZONED_TYPE.name]: 'zoned',
};

// ---- making -----------------------------------------------------------------------------------------------------------

const ISO8601: readonly [string, Value] = ['calendar', 'iso8601'];

const dateEntries = (p: DateParts): (readonly [string, Value])[] => [
  ['year', p.year],
  ['month', p.month],
  ['day', p.day],
];

const timeEntries = (p: TimeParts): (readonly [string, Value])[] => [
  ['hour', p.hour],
  ['minute', p.minute],
  ['second', p.second],
  ['millisecond', Math.floor(p.nanos / 1_000_000)],
  ['microsecond', Math.floor(p.nanos / 1000) % 1000],
  ['nanosecond', p.nanos % 1000],
];

/** An Int holds nanoseconds from 1677 to 2262. */
export function instant(nanos: bigint): Tagged | Res {
  if (!fitsInt(nanos)) return err('Instant is out of range: nanoseconds since 1970 must fit 64 bits');
  return new Tagged(INSTANT_TYPE, HotMap.of([['epochNanoseconds', normalise(nanos)]]));
}

export const instantOfMs = (ms: number): Tagged =>
  new Tagged(INSTANT_TYPE, HotMap.of([['epochNanoseconds', normalise(BigInt(ms) * 1_000_000n)]]));

export const plainDate = (p: DateParts): Tagged =>
  new Tagged(DATE_TYPE, HotMap.of([...dateEntries(p), ISO8601]));
export const plainTime = (p: TimeParts): Tagged => new Tagged(TIME_TYPE, HotMap.of(timeEntries(p)));
export const plainDateTime = (p: DateTimeParts): Tagged =>
  new Tagged(DATE_TIME_TYPE, HotMap.of([...dateEntries(p), ...timeEntries(p), ISO8601]));

export function zonedDateTime(nanos: bigint, zone: Zone): Tagged | Res {
  if (!fitsInt(nanos)) return err('ZonedDateTime is out of range: nanoseconds since 1970 must fit 64 bits');
  const parts = localParts(zone, nanos);
  const offset = zone.offsetAt(Number(floorDiv(nanos, NANOS_PER_SECOND)));
  return new Tagged(
    ZONED_TYPE,
    HotMap.of([
      ['epochNanoseconds', normalise(nanos)],
      ['timezone', zone.name],
      ['offset', offsetText(offset)],
      ...dateEntries(parts),
      ...timeEntries(parts),
      ISO8601,
    ]),
  );
}

// ---- reading ----------------------------------------------------------------------------------------------------------

const intOf = (map: HotMap, key: string): number => {
  const v = map.getStr(key);
  return typeof v === 'number' ? v : v === undefined || v === null ? 0 : Number.NaN;
};

export const mapOf = (v: Value): HotMap | null =>
  v instanceof HotMap ? v : v instanceof Tagged && v.val instanceof HotMap ? v.val : null;

/** A plain map with the fields of a temporal type counts as one. */
function kindOfMap(map: HotMap): Temporal['kind'] | null {
  const has = (key: string): boolean => isInt(map.getStr(key) ?? null);
  if (has('epochNanoseconds')) return typeof map.getStr('timezone') === 'string' ? 'zoned' : 'instant';
  const date = has('year') && has('month') && has('day');
  const time = has('hour') && has('minute');
  return date ? (time ? 'date-time' : 'date') : time ? 'time' : null;
}

/** The temporal in a value: null when there is none, a Str when there is something wrong with it. */
export function readTemporal(v: Value): Temporal | string | null {
  const map = mapOf(v);
  if (map === null) return null;
  const kind = v instanceof Tagged ? KINDS[v.type.name] : kindOfMap(map);
  if (kind === undefined || kind === null) return null;
  if (kind === 'instant') {
    const nanos = map.getStr('epochNanoseconds') ?? null;
    return isInt(nanos) ? { kind, epoch: BigInt(nanos) } : 'epochNanoseconds is missing';
  }
  if (kind === 'zoned') return readZoned(map);
  const date = { year: intOf(map, 'year'), month: intOf(map, 'month'), day: intOf(map, 'day') };
  const time = readTime(map);
  const wrong =
    (kind === 'time' ? null : dateProblem(date)) ?? (kind === 'date' ? null : timeProblem(time)) ?? null;
  if (wrong !== null || Number.isNaN(date.year + date.month + date.day + time.nanos)) {
    return wrong ?? 'a field is not an integer';
  }
  if (kind === 'time') return { kind, ...time };
  return kind === 'date' ? { kind, ...date, ...MIDNIGHT } : { kind, ...date, ...time };
}

function readTime(map: HotMap): TimeParts {
  return {
    hour: intOf(map, 'hour'),
    minute: intOf(map, 'minute'),
    second: intOf(map, 'second'),
    nanos:
      intOf(map, 'millisecond') * 1_000_000 + intOf(map, 'microsecond') * 1000 + intOf(map, 'nanosecond'),
  };
}

function readZoned(map: HotMap): Temporal | string {
  const nanos = map.getStr('epochNanoseconds') ?? null;
  const name = map.getStr('timezone') ?? null;
  if (!isInt(nanos) || typeof name !== 'string') return 'epochNanoseconds or timezone is missing';
  const zone = zoneNamed(name);
  if (zone === null) return `unknown timezone '${name}'`;
  return { kind: 'zoned', epoch: BigInt(nanos), zone, ...localParts(zone, BigInt(nanos)) };
}

/** Nanoseconds since the epoch of an Instant or ZonedDateTime. */
export function nanosOf(v: Value): bigint | null {
  const t = readTemporal(v);
  return t !== null && typeof t !== 'string' && (t.kind === 'instant' || t.kind === 'zoned') ? t.epoch : null;
}
