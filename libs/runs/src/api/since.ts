import { BadRequestError } from '@app/kernel';

const GRAMMAR = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const DAY_MS = 86_400_000;
const MAX_DAYS = 3_660;
const MIN_MS = 1_000;

/**
 * The moment that lies an ISO 8601 duration before `nowMs`; years and months by the calendar. Throws BadRequestError
 * for anything but a duration from one second to 3660 days.
 */
export function since(duration: string, nowMs: number): number {
  const match = GRAMMAR.exec(duration);
  const parts = match?.slice(1).map((part) => (part === undefined ? null : Number(part))) ?? [];
  const hasDate = parts.slice(0, 4).some((part) => part !== null);
  const hasTime = parts.slice(4).some((part) => part !== null);
  if (match === null || !(hasDate || hasTime) || (duration.includes('T') && !hasTime))
    throw refusal(duration);
  const [years, months, weeks, days, hours, minutes, seconds] = parts.map((part) => part ?? 0);
  const ms =
    ((weeks ?? 0) * 7 + (days ?? 0)) * DAY_MS +
    (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1_000;
  const from = monthsBefore(nowMs, (years ?? 0) * 12 + (months ?? 0)) - ms;
  const span = nowMs - from;
  if (!(span >= MIN_MS && span <= MAX_DAYS * DAY_MS)) throw refusal(duration);
  return from;
}

/** The same day of an earlier month, its last day where it is shorter. */
function monthsBefore(nowMs: number, months: number): number {
  if (months === 0) return nowMs;
  const date = new Date(nowMs);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.getTime();
}

function refusal(duration: string): BadRequestError {
  return new BadRequestError(
    `time_range must be an ISO 8601 duration from PT1S to P3660D, such as P7D or PT1H, not ${JSON.stringify(duration.slice(0, 40))}`,
  );
}
