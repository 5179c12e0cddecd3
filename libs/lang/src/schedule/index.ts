/** Schedule expressions: a point in time, a delay, cron, or English. All times are UTC. */
import { isCron } from './cron';
import { delayMs } from './delay';
import { englishCron } from './english';
import type { ScheduleProblem } from './problem';

export type { ScheduleProblem } from './problem';

export type Schedule =
  /** Once, at this time in milliseconds since 1970. */
  | { readonly kind: 'at'; readonly ms: number }
  /** Again and again; 5, 6 or 7 fields or a nickname. */
  | { readonly kind: 'cron'; readonly cron: string };

const INSTANT = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:\d{2})$/;
const SUB_SECOND = /(?:^|[\d\s])(?:milliseconds?|microseconds?|nanoseconds?|millis|micros|nanos|ms|us|ns)\b/i;
const MAX_LENGTH = 500;

/** @param nowMs what delays count from */
export function parseSchedule(expression: string, nowMs: number): Schedule | ScheduleProblem {
  const text = expression.trim();
  const unknown = `Cannot parse '${text}' as datetime, duration, or cron expression. Examples: 2030-01-31T09:00:00Z, in 10 minutes, 0 9 * * 1, every day at 9am`;
  if (text.length > MAX_LENGTH) return { problem: `longer than ${MAX_LENGTH} characters` };
  if (INSTANT.test(text)) {
    const ms = Date.parse(text.replace(' ', 'T').toUpperCase());
    return Number.isNaN(ms) ? { problem: unknown } : { kind: 'at', ms };
  }
  const delay = delayMs(text);
  if (delay !== null) return { kind: 'at', ms: nowMs + delay };
  if (isCron(text)) return { kind: 'cron', cron: text };
  if (SUB_SECOND.test(text)) {
    return { problem: 'Sub-second schedule intervals are not supported; use seconds or a slower interval' };
  }
  const english = englishCron(text);
  if (english === null) return { problem: unknown };
  return typeof english === 'string' ? { kind: 'cron', cron: english } : english;
}
