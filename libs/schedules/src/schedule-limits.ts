/** How often and how soon schedules may happen here. */
import { parseCron } from './cron';
import { ExpressionError, type Expression } from './expression';
import { occurrencesUntil } from './occurrences';
import { Zone } from './zone';

export interface ScheduleLimits {
  /** Smallest pause between two occurrences, in milliseconds. */
  readonly minIntervalMs: number;
  /** Shortest time from now to a single occurrence. */
  readonly minDelayMs: number;
}

/** Occurrences that are compared with each other. */
const LOOKED_AT = 65;
/** So late may a point in time be given to happen at once. */
const PAST_MS = 60_000;
const FURTHEST_MS = 5 * 365.25 * 86_400_000;

/** @throws ExpressionError */
export function checkLimits(
  text: string,
  { timing, timezone }: Expression,
  limits: ScheduleLimits,
  nowMs: number,
): void {
  if (timing.kind === 'at') return checkInstant(text, timing.atMs - nowMs, limits);
  const smallest = smallestGap(timing.cron, timezone, nowMs);
  if (smallest < limits.minIntervalMs) {
    throw new ExpressionError(
      text,
      `it happens every ${smallest / 1_000} s; the shortest interval here is ${limits.minIntervalMs / 1_000} s`,
    );
  }
}

function checkInstant(text: string, aheadMs: number, { minDelayMs }: ScheduleLimits): void {
  if (aheadMs < -PAST_MS) throw new ExpressionError(text, 'it is in the past');
  if (aheadMs > FURTHEST_MS) throw new ExpressionError(text, 'it is more than 5 years ahead');
  if (aheadMs < minDelayMs && minDelayMs > 0)
    throw new ExpressionError(text, `it is less than ${minDelayMs / 1_000} s ahead`);
}

function smallestGap(cron: string, timezone: string, nowMs: number): number {
  const zone = Zone.named(timezone);
  if (zone === null) return Infinity;
  const times = occurrencesUntil(parseCron(cron), zone, nowMs, Infinity, LOOKED_AT);
  return times.slice(1).reduce((least, at, i) => Math.min(least, at - (times[i] ?? at)), Infinity);
}
