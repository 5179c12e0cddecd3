/** Calendar arithmetic: adding durations, differences. */
import { Dec, decOfInt } from '../../runtime/dec';
import { err, type Value } from '../../runtime/values';
import {
  dateOf,
  dateProblem,
  daysInMonth,
  daysOf,
  floorDiv,
  nanosOfDay,
  NANOS_PER_DAY,
  timeOfNanos,
  utcNanos,
  type DateTimeParts,
} from './calendar';
import { durationOf, readDuration, whole } from './duration';
import { plainDateTime, readTemporal } from './values';

type Read = DateTimeParts | { readonly problem: Value };

/** Date and time of a temporal that has a calendar. */
function readParts(fn: string, v: Value): Read {
  const t = readTemporal(v);
  if (typeof t === 'string') return { problem: err(`${fn}: invalid date/time: ${t}`) };
  if (t === null || t.kind === 'instant' || t.kind === 'time') {
    return { problem: err(`${fn}: expected a temporal value (PlainDateTime or PlainDate)`) };
  }
  return t;
}

/** Years and months first, the day cut to the month's end, then weeks, days and the clock. */
export function addDuration(name: string, temporal: Value, duration: Value, sign: 1 | -1): Value {
  const fn = `::hot::time/${name}`;
  const start = readParts(fn, temporal);
  if ('problem' in start) return start.problem;
  const amounts = readDuration(duration);
  if (amounts === null) return err(`${fn}: expected a Duration value`);
  const n = (unit: keyof typeof amounts): bigint => whole(amounts[unit]) * BigInt(sign);
  const months = BigInt(start.year) * 12n + BigInt(start.month - 1) + n('years') * 12n + n('months');
  const nanos =
    nanosOfDay(start) +
    ((n('hours') * 60n + n('minutes')) * 60n + n('seconds')) * 1_000_000_000n +
    (n('milliseconds') * 1000n + n('microseconds')) * 1000n +
    n('nanoseconds');
  const carried = floorDiv(nanos, NANOS_PER_DAY);
  const days = n('weeks') * 7n + n('days') + carried;
  const tooFar = (): Value => err(`${fn}: invalid date/time: the result is out of range`);
  const year = floorDiv(months, 12n);
  if (year > 400_000n || year < -400_000n || days > 400_000_000n || days < -400_000_000n) return tooFar();
  const month = Number(months - year * 12n) + 1;
  const day = Math.min(start.day, daysInMonth(Number(year), month));
  const date = dateOf(daysOf({ year: Number(year), month, day }) + Number(days));
  if (dateProblem(date) !== null) return tooFar();
  return plainDateTime({ ...date, ...timeOfNanos(nanos - carried * NANOS_PER_DAY) });
}

const PARTS = [
  ['days', NANOS_PER_DAY],
  ['hours', 3_600_000_000_000n],
  ['minutes', 60_000_000_000n],
  ['seconds', 1_000_000_000n],
  ['milliseconds', 1_000_000n],
  ['microseconds', 1000n],
  ['nanoseconds', 1n],
] as const;

/** b − a, the largest unit days; every amount carries the sign. */
export function difference(name: string, from: Value, to: Value, sign: 1 | -1): Value {
  const fn = `::hot::time/${name}`;
  const a = readParts(fn, from);
  if ('problem' in a) return a.problem;
  const b = readParts(fn, to);
  if ('problem' in b) return b.problem;
  let rest = (utcNanos(b) - utcNanos(a)) * BigInt(sign);
  const out: Partial<Record<(typeof PARTS)[number][0], Dec>> = {};
  for (const [unit, size] of PARTS) {
    out[unit] = decOfInt(rest / size);
    rest %= size;
  }
  return durationOf(out);
}
