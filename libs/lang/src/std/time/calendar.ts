/** The proleptic Gregorian calendar and the clock, as plain numbers. */

export interface DateParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export interface TimeParts {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Of the second, 0 to 999,999,999. */
  readonly nanos: number;
}

export type DateTimeParts = DateParts & TimeParts;

export const MIDNIGHT: TimeParts = { hour: 0, minute: 0, second: 0, nanos: 0 };

export const NANOS_PER_DAY = 86_400_000_000_000n;
export const NANOS_PER_SECOND = 1_000_000_000n;
/** Years further away can be neither written as ISO text nor meant. */
export const MAX_YEAR = 271_821;

export const floorDiv = (a: bigint, b: bigint): bigint => (a < 0n && a % b !== 0n ? a / b - 1n : a / b);

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : (LENGTHS[month - 1] ?? 0);
}

/** What is wrong with a date; null when nothing is. */
export function dateProblem({ year, month, day }: DateParts): string | null {
  if (Math.abs(year) > MAX_YEAR) return `year ${year} is out of range`;
  if (month < 1 || month > 12) return `month ${month} is not in 1..12`;
  const days = daysInMonth(year, month);
  return day < 1 || day > days ? `day ${day} is not in 1..${days}` : null;
}

export function timeProblem({ hour, minute, second }: TimeParts): string | null {
  if (hour < 0 || hour > 23) return `hour ${hour} is not in 0..23`;
  if (minute < 0 || minute > 59) return `minute ${minute} is not in 0..59`;
  return second < 0 || second > 59 ? `second ${second} is not in 0..59` : null;
}

/** Days since 1970-01-01. Counted in eras of 400 years that begin in March, so that the leap day comes last. */
export function daysOf({ year, month, day }: DateParts): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const ofEra = y - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const days = ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear;
  return era * 146_097 + days - 719_468;
}

export function dateOf(days: number): DateParts {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const doe = z - era * 146_097;
  const yoe = Math.floor(
    (doe - Math.floor(doe / 1460) + Math.floor(doe / 36_524) - Math.floor(doe / 146_096)) / 365,
  );
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  return {
    year: yoe + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: doy - Math.floor((153 * mp + 2) / 5) + 1,
  };
}

/** 0 Sunday … 6 Saturday. */
export const weekdayOf = (days: number): number => (((days + 4) % 7) + 7) % 7;

export const nanosOfDay = (t: TimeParts): bigint =>
  BigInt(t.hour * 3600 + t.minute * 60 + t.second) * NANOS_PER_SECOND + BigInt(t.nanos);

export function timeOfNanos(n: bigint): TimeParts {
  const seconds = Number(n / NANOS_PER_SECOND);
  return {
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    nanos: Number(n % NANOS_PER_SECOND),
  };
}

/** Nanoseconds since the epoch of a date and time read as UTC. */
export const utcNanos = (p: DateTimeParts): bigint => BigInt(daysOf(p)) * NANOS_PER_DAY + nanosOfDay(p);

export function partsOfNanos(n: bigint): DateTimeParts {
  const days = floorDiv(n, NANOS_PER_DAY);
  return { ...dateOf(Number(days)), ...timeOfNanos(n - days * NANOS_PER_DAY) };
}

export const two = (n: number): string => String(n).padStart(2, '0');

export function yearText(year: number): string {
  return year < 0 ? `-${String(-year).padStart(4, '0')}` : String(year).padStart(4, '0');
}

export const dateText = (p: DateParts): string => `${yearText(p.year)}-${two(p.month)}-${two(p.day)}`;
export const timeText = (p: TimeParts): string => `${two(p.hour)}:${two(p.minute)}:${two(p.second)}`;
