/** `::hot::time/format`: patterns of tokens. */
import {
  daysOf,
  floorDiv,
  MIDNIGHT,
  NANOS_PER_SECOND,
  partsOfNanos,
  two,
  weekdayOf,
  yearText,
} from './calendar';
import type { DateTimeParts } from './calendar';
import { abbreviation } from './abbreviations';
import type { Temporal } from './values';
import { offsetText } from './zones';

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

interface Shown extends DateTimeParts {
  readonly hasDate: boolean;
  readonly offset: string;
  readonly zone: string;
  readonly epochSeconds: bigint;
}

function shownOf(t: Temporal): Shown {
  const none = { offset: '', zone: '', epochSeconds: 0n };
  switch (t.kind) {
    case 'time':
      return { ...t, year: 0, month: 0, day: 0, hasDate: false, ...none };
    case 'date':
      return { ...t, ...MIDNIGHT, hasDate: true, ...none };
    case 'date-time':
      return { ...t, hasDate: true, ...none };
    case 'instant':
      return {
        ...partsOfNanos(t.epoch),
        hasDate: true,
        offset: '+00:00',
        zone: 'UTC',
        epochSeconds: floorDiv(t.epoch, NANOS_PER_SECOND),
      };
    case 'zoned': {
      const epochSeconds = floorDiv(t.epoch, NANOS_PER_SECOND);
      const offset = offsetText(t.zone.offsetAt(Number(epochSeconds)));
      return { ...t, hasDate: true, offset, zone: abbreviation(t.zone.name, offset), epochSeconds };
    }
  }
}

const clock = (hour: number): number => (hour % 12 === 0 ? 12 : hour % 12);

const TOKENS: Readonly<Record<string, (t: Shown) => string>> = {
  YYYY: (t) => yearText(t.year),
  YY: (t) => two(Math.abs(t.year) % 100),
  MMMM: (t) => (t.hasDate ? (MONTHS[t.month - 1] ?? '') : ''),
  MMM: (t) => (t.hasDate ? (MONTHS[t.month - 1] ?? '').slice(0, 3) : ''),
  MM: (t) => two(t.month),
  M: (t) => String(t.month),
  DD: (t) => two(t.day),
  D: (t) => String(t.day),
  dddd: (t) => (t.hasDate ? (WEEKDAYS[weekdayOf(daysOf(t))] ?? '') : ''),
  ddd: (t) => (t.hasDate ? (WEEKDAYS[weekdayOf(daysOf(t))] ?? '').slice(0, 3) : ''),
  HH: (t) => two(t.hour),
  H: (t) => String(t.hour),
  hh: (t) => two(clock(t.hour)),
  h: (t) => String(clock(t.hour)),
  mm: (t) => two(t.minute),
  ss: (t) => two(t.second),
  SSS: (t) => String(Math.floor(t.nanos / 1_000_000)).padStart(3, '0'),
  A: (t) => (t.hour < 12 ? 'AM' : 'PM'),
  a: (t) => (t.hour < 12 ? 'am' : 'pm'),
  Z: (t) => t.offset,
  z: (t) => t.zone,
  X: (t) => String(t.epochSeconds),
};

/** Longest token first; a bracket without its end makes the rest literal. */
const PATTERN = /\[([^\]]*)(?:\]|$)|YYYY|YY|MMMM|MMM|MM|M|DD|D|dddd|ddd|HH|H|hh|h|mm|ss|SSS|A|a|Z|z|X/g;

export function formatTemporal(t: Temporal, pattern: string): string {
  const shown = shownOf(t);
  return pattern.replace(PATTERN, (token, literal?: string) => literal ?? TOKENS[token]?.(shown) ?? token);
}
