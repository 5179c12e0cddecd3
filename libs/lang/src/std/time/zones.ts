/** Time zones: IANA names through the engine's own database, fixed offsets, and UTC. */
import { floorDiv, NANOS_PER_SECOND, partsOfNanos, utcNanos, two, type DateTimeParts } from './calendar';

export interface Zone {
  /** As the program sees it. */
  readonly name: string;
  /** Seconds east of UTC at an instant in seconds since the epoch. */
  offsetAt(seconds: number): number;
}

const UTC: Zone = { name: 'UTC', offsetAt: () => 0 };
/** A formatter holds some 10 KB; programs use a handful of zones. */
const MAX_ZONES = 64;
const MAX_OFFSETS = 4096;
/** Since then offsets change on quarters of an hour only, so that one look-up serves a quarter. */
const MODERN = Date.UTC(1972, 0, 1) / 1000;
const QUARTER = 900;

/** Shared by all runs of the isolate: the database is the same for all. */
const zones = new Map<string, Zone>();

/** Null when there is no such zone. */
export function zoneNamed(name: string): Zone | null {
  if (name === 'UTC' || name === 'utc') return UTC;
  const known = zones.get(name);
  if (known) return known;
  const zone = fixedZone(name) ?? namedZone(name);
  if (zone === null) return null;
  if (zones.size >= MAX_ZONES) zones.clear();
  zones.set(name, zone);
  return zone;
}

function fixedZone(name: string): Zone | null {
  const m = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(name);
  if (!m) return null;
  const hours = Number(m[2]);
  const minutes = Number(m[3] ?? 0);
  if (hours > 23 || minutes > 59) return null;
  const offset = (hours * 3600 + minutes * 60) * (m[1] === '-' ? -1 : 1);
  return { name: offsetText(offset), offsetAt: () => offset };
}

function namedZone(name: string): Zone | null {
  // Other forms that the engine takes (offsets, abbreviations of its own) are not IANA names.
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) return null;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return null;
  }
  const canonical = format.resolvedOptions().timeZone;
  // Names keep what was written (`US/Central` stays), only the case becomes the database's.
  const shown = canonical.toLowerCase() === name.toLowerCase() ? canonical : name;
  const offsets = new Map<number, number>();
  return {
    name: shown,
    offsetAt(seconds) {
      if (seconds < MODERN) return offsetFrom(format, seconds);
      const quarter = Math.floor(seconds / QUARTER);
      const known = offsets.get(quarter);
      if (known !== undefined) return known;
      const offset = offsetFrom(format, quarter * QUARTER);
      if (offsets.size >= MAX_OFFSETS) offsets.clear();
      offsets.set(quarter, offset);
      return offset;
    },
  };
}

function offsetFrom(format: Intl.DateTimeFormat, seconds: number): number {
  const found: Record<string, number> = {};
  let before = false;
  for (const { type, value } of format.formatToParts(seconds * 1000)) {
    if (type === 'era') before = value.startsWith('B');
    else found[type] = Number(value);
  }
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = found;
  const at = Date.UTC(2000, month - 1, day, hour, minute, second) / 1000;
  // `Date.UTC` takes years below 100 for the 20th century, so years are counted apart from it.
  const wanted = new Date(0);
  wanted.setUTCFullYear(before ? 1 - year : year, month - 1, day);
  const days = Math.floor(wanted.getTime() / 86_400_000);
  const ofDay = at - Math.floor(at / 86_400) * 86_400;
  return days * 86_400 + ofDay - seconds;
}

export const offsetNanos = (zone: Zone, nanos: bigint): bigint =>
  BigInt(zone.offsetAt(Number(floorDiv(nanos, NANOS_PER_SECOND)))) * NANOS_PER_SECOND;

export const localParts = (zone: Zone, nanos: bigint): DateTimeParts =>
  partsOfNanos(nanos + offsetNanos(zone, nanos));

/**
 * The instant of a local time: the earlier of two where clocks were set back, and where they were set forward the one
 * that a clock which had not been set would show.
 */
export function instantOfLocal(zone: Zone, local: DateTimeParts): bigint {
  const utc = utcNanos(local);
  const before = offsetNanos(zone, utc - DAY);
  const after = offsetNanos(zone, utc + DAY);
  const first = utc - before;
  if (offsetNanos(zone, first) === before) return first;
  const second = utc - after;
  return offsetNanos(zone, second) === after ? second : first;
}

const DAY = 86_400n * NANOS_PER_SECOND;

/** All instants that show this local time: none in a gap, two in an overlap. */
export function instantsOfLocal(zone: Zone, local: DateTimeParts): readonly bigint[] {
  const utc = utcNanos(local);
  const offsets = new Set([offsetNanos(zone, utc - DAY), offsetNanos(zone, utc + DAY)]);
  return [...offsets].map((o) => utc - o).filter((t) => utc - t === offsetNanos(zone, t));
}

/** `+05:30`. Local mean times of before the railways are rounded to the minute. */
export function offsetText(seconds: number): string {
  const minutes = Math.round(Math.abs(seconds) / 60);
  return `${seconds < 0 && minutes > 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
