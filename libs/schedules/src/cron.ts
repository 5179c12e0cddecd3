/**
 * Cron expressions on a calendar without a place: local times are milliseconds as if the clock on the wall showed UTC.
 * What the wall clock means in a time zone is told by occurrences.ts.
 */

/** Seven fields: second minute hour day-of-month month day-of-week year. */
export interface Cron {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** Every hour: such a schedule follows elapsed time where clocks are changed. */
  readonly everyHour: boolean;
  /** By number, from 1. */
  readonly months: ReadonlySet<number>;
  /** Null: any. */
  readonly years: ReadonlySet<number> | null;
  readonly days: DayField;
  readonly weekdays: WeekdayField;
  /** Day of the month and weekday must both fit; otherwise, when both are restricted, either does. */
  readonly both: boolean;
}

interface DayField {
  readonly any: boolean;
  readonly plain: ReadonlySet<number>;
  readonly last: boolean;
  readonly lastWorkday: boolean;
  /** Working day nearest to these, within the month. */
  readonly nearest: readonly number[];
}

interface WeekdayField {
  readonly any: boolean;
  /** 0 is Sunday. */
  readonly plain: ReadonlySet<number>;
  readonly nth: readonly { readonly weekday: number; readonly n: number }[];
  readonly last: ReadonlySet<number>;
}

/** The text is no cron expression; the message says why. */
export class CronError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CronError';
  }
}

const NICKNAMES: Readonly<Record<string, string>> = {
  '@YEARLY': '0 0 0 1 1 * *',
  '@ANNUALLY': '0 0 0 1 1 * *',
  '@MONTHLY': '0 0 0 1 * * *',
  '@WEEKLY': '0 0 0 * * 0 *',
  '@DAILY': '0 0 0 * * * *',
  '@HOURLY': '0 0 * * * * *',
};
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const LAST_YEAR = 9999;

/** The same expression with seven fields in upper case, which is what is stored and compared. Throws CronError. */
export function normaliseCron(text: string): string {
  const upper = text.trim().toUpperCase();
  const named = NICKNAMES[upper];
  if (named !== undefined) return named;
  const fields = upper.split(/\s+/);
  if (fields.length === 5) return ['0', ...fields, '*'].join(' ');
  if (fields.length === 6) return [...fields, '*'].join(' ');
  if (fields.length === 7) return fields.join(' ');
  throw new CronError('a cron expression has 5, 6 or 7 fields');
}

/** Throws CronError. */
export function parseCron(text: string): Cron {
  const [second = '', minute = '', hour = '', day = '', month = '', weekday = '', year = ''] =
    normaliseCron(text).split(' ');
  const hours = numbers('hour', hour, 0, 23);
  return {
    seconds: numbers('second', second, 0, 59),
    minutes: numbers('minute', minute, 0, 59),
    hours,
    everyHour: hours.length === 24,
    days: dayField(day),
    months: new Set(numbers('month', month, 1, 12, MONTHS, 1)),
    weekdays: weekdayField(weekday.replace(/^\+/, '')),
    both: weekday.startsWith('+'),
    years: year === '*' ? null : new Set(numbers('year', year, 1970, LAST_YEAR)),
  };
}

const isAny = (text: string): boolean => text === '*' || text === '?';

function dayField(text: string): DayField {
  const items = text.split(',');
  const special = (item: string): boolean => /^(?:L|LW|\d+W)$/.test(item);
  const plain = items.filter((item) => !special(item)).join(',');
  return {
    any: isAny(text),
    plain: new Set(plain === '' ? [] : numbers('day', plain, 1, 31)),
    last: items.includes('L'),
    lastWorkday: items.includes('LW'),
    nearest: items.filter((item) => /^\d+W$/.test(item)).map((item) => Number.parseInt(item, 10)),
  };
}

function weekdayField(text: string): WeekdayField {
  const items = text.split(',');
  const plain = items.filter((item) => !/[#L]/.test(item)).join(',');
  const day = (name: string): number => value('weekday', name, 0, 7, WEEKDAYS, 0) % 7;
  const last = items.flatMap((item) => {
    if (item === 'L') return [6];
    const [, name] = /^(\w+?)#?L$/.exec(item) ?? [];
    return name === undefined ? [] : [day(name)];
  });
  const nth = items.flatMap((item) => {
    const [, name, n] = /^(\w+)#([1-5])$/.exec(item) ?? [];
    return name === undefined ? [] : [{ weekday: day(name), n: Number(n) }];
  });
  return {
    any: isAny(text),
    plain: new Set(
      plain === '' ? [] : numbers('weekday', plain, 0, 7, WEEKDAYS, 0).map((number) => number % 7),
    ),
    nth,
    last: new Set(last),
  };
}

function numbers(
  field: string,
  text: string,
  min: number,
  max: number,
  names: readonly string[] = [],
  first = 0,
): number[] {
  const found = new Set<number>();
  for (const item of text.split(',')) {
    const [range = '', stepText] = item.split('/');
    const step = stepText === undefined ? 1 : Number(stepText);
    // Sunday has two numbers.
    const size = field === 'weekday' ? 7 : max - min + 1;
    if (!Number.isInteger(step) || step < 1 || step > size) {
      throw new CronError(`a step of ${stepText ?? ''} does not fit into the field ${field}`);
    }
    const [from, to] = ends(field, range, stepText !== undefined, min, max, names, first);
    for (let n = from; n <= to; n += step) found.add(n > max ? n - 7 : n);
  }
  return [...found].sort((a, b) => a - b);
}

function ends(
  field: string,
  range: string,
  stepped: boolean,
  min: number,
  max: number,
  names: readonly string[],
  first: number,
): readonly [number, number] {
  const highest = field === 'weekday' ? 6 : max;
  if (isAny(range)) return [min, highest];
  const [a = '', b] = range.split('-');
  const from = value(field, a, min, max, names, first);
  if (b === undefined) return [from, stepped ? highest : from];
  const to = value(field, b, min, max, names, first);
  if (from <= to) return [from, to];
  if (field === 'weekday') return [from, to + 7]; // over the end of the week
  throw new CronError(`${range} runs backwards`);
}

function value(
  field: string,
  text: string,
  min: number,
  max: number,
  names: readonly string[],
  first: number,
): number {
  const name = names.indexOf(text);
  const n = name >= 0 ? first + name : Number(text);
  if (text === '' || !Number.isInteger(n) || n < min || n > max)
    throw new CronError(`${text} is no ${field} (${min}-${max})`);
  return n;
}

const SECOND = 1_000;
const DAY = 86_400_000;
/** The longest pause between two leap days. */
const YEARS_AHEAD = 8;
/** So far are the years looked through that an expression names itself. */
const NAMED_YEARS_AHEAD = 100;

/** The first local time after the given one that fits; null when there is none in the next 8 (named: 100) years. */
export function nextLocal(cron: Cron, afterMs: number): number | null {
  const startMs = Math.floor(afterMs / SECOND) * SECOND + SECOND;
  const start = new Date(startMs);
  const startDay = startMs - modulo(startMs, DAY);
  const firstYear = start.getUTCFullYear();
  const lastYear = firstYear + (cron.years === null ? YEARS_AHEAD : NAMED_YEARS_AHEAD);
  for (let year = firstYear; year <= lastYear; year += 1) {
    if (cron.years !== null && !cron.years.has(year)) continue;
    for (let month = 1; month <= 12; month += 1) {
      if (!cron.months.has(month)) continue;
      const found = inMonth(cron, year, month, startDay, startMs);
      if (found !== null) return found;
    }
  }
  return null;
}

function inMonth(cron: Cron, year: number, month: number, startDay: number, startMs: number): number | null {
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const firstDay = Date.UTC(year, month - 1, 1);
  for (let day = 1; day <= length; day += 1) {
    const dayMs = firstDay + (day - 1) * DAY;
    if (dayMs < startDay || !fitsDay(cron, day, new Date(dayMs).getUTCDay(), length)) continue;
    const time = timeOfDay(cron, dayMs === startDay ? (startMs - startDay) / SECOND : 0);
    if (time !== null) return dayMs + time * SECOND;
  }
  return null;
}

function fitsDay(cron: Cron, day: number, weekday: number, length: number): boolean {
  const { days, weekdays } = cron;
  if (weekdays.any) return days.any || inDays(days, day, weekday, length);
  const fits = inWeekdays(weekdays, day, weekday, length);
  if (days.any) return fits;
  const dated = inDays(days, day, weekday, length);
  return cron.both ? fits && dated : fits || dated;
}

function inDays(field: DayField, day: number, weekday: number, length: number): boolean {
  if (field.plain.has(day) || (field.last && day === length)) return true;
  const weekdayOf = (other: number): number => modulo(weekday + other - day, 7);
  if (field.lastWorkday && day === nearestWorkday(length, weekdayOf(length), length)) return true;
  return field.nearest.some((n) => n <= length && nearestWorkday(n, weekdayOf(n), length) === day);
}

function nearestWorkday(day: number, weekday: number, length: number): number {
  if (weekday === 6) return day > 1 ? day - 1 : day + 2;
  if (weekday === 0) return day < length ? day + 1 : day - 2;
  return day;
}

function inWeekdays(field: WeekdayField, day: number, weekday: number, length: number): boolean {
  if (field.plain.has(weekday)) return true;
  if (field.last.has(weekday) && day + 7 > length) return true;
  return field.nth.some((one) => one.weekday === weekday && Math.ceil(day / 7) === one.n);
}

/** Seconds of the day, the first ones that fit and are not before the given ones. */
function timeOfDay(cron: Cron, from: number): number | null {
  const [fromHour, fromMinute] = [Math.floor(from / 3600), Math.floor(from / 60) % 60];
  for (const hour of cron.hours) {
    if (hour < fromHour) continue;
    for (const minute of cron.minutes) {
      if (hour === fromHour && minute < fromMinute) continue;
      const base = hour * 3600 + minute * 60;
      const second = cron.seconds.find((each) => base + each >= from);
      if (second !== undefined) return base + second;
    }
  }
  return null;
}

function modulo(a: number, b: number): number {
  return ((a % b) + b) % b;
}
