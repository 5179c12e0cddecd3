/**
 * What becomes of a schedule whose time has come. Pure: the same answer for whoever asks.
 *
 * Occurrences of the last half minute all happen, so that a scheduler that dies and is replaced loses none. What is older
 * was missed: without backfill the latest one still happens when it is at most five minutes old and nothing newer does;
 * the others are counted. With backfill all of the last day happen, a hundred at most.
 */
import { parseCron } from './cron';
import { nextOccurrence, occurrencesUntil } from './occurrences';
import { Zone } from './zone';

export interface DueSchedule {
  /** Seven fields, or `@at:`. */
  readonly cron: string;
  readonly timezone: string;
  readonly dueMs: number;
  readonly backfill: boolean;
}

export interface Firing {
  readonly atMs: number;
  readonly isBackfill: boolean;
}

export interface Decision {
  readonly fire: readonly Firing[];
  /** Occurrences that do not happen any more: the first one's time, and how many (counted up to a limit). */
  readonly skipped: { readonly atMs: number; readonly count: number } | null;
  /** When it is due again; null when it has ended. */
  readonly nextMs: number | null;
}

export const GRACE_MS = 30_000;
export const CATCH_UP_MS = 300_000;
export const BACKFILL_MS = 86_400_000;
export const MAX_BACKFILL = 100;
/** Occurrences of one schedule that happen in one go; the rest follows at once. */
export const MAX_AT_ONCE = 40;
const MAX_COUNTED = 1_000;

export function decide(schedule: DueSchedule, nowMs: number): Decision {
  const { dueMs } = schedule;
  if (schedule.cron.startsWith('@at:'))
    return { fire: [{ atMs: dueMs, isBackfill: false }], skipped: null, nextMs: null };
  const cron = parseCron(schedule.cron);
  const zone = Zone.named(schedule.timezone) ?? utc();
  const graceMs = nowMs - GRACE_MS;
  /** From `fromMs` on, before `beforeMs`, beginning with the due one. */
  const within = (fromMs: number, beforeMs: number, limit: number): readonly number[] =>
    dueMs >= fromMs && dueMs < beforeMs
      ? [dueMs, ...occurrencesUntil(cron, zone, dueMs, beforeMs - 1, limit - 1)]
      : occurrencesUntil(cron, zone, Math.max(fromMs - 1, dueMs), beforeMs - 1, limit);

  const recent = within(graceMs, nowMs + 1, MAX_AT_ONCE);
  const late =
    dueMs >= graceMs
      ? NOTHING_LATE
      : schedule.backfill
        ? backfilled(within, nowMs, graceMs)
        : latest(within, nowMs, graceMs, recent.length > 0);
  const fire = [...late.fire, ...recent.map((atMs) => ({ atMs, isBackfill: false }))];
  const seenMs = recent.at(-1) ?? Math.max(dueMs, graceMs - 1);
  return { fire, skipped: late.skipped, nextMs: nextOccurrence(cron, zone, seenMs) };
}

type Within = (fromMs: number, beforeMs: number, limit: number) => readonly number[];
type Late = Pick<Decision, 'fire' | 'skipped'>;
const NOTHING_LATE: Late = { fire: [], skipped: null };

function latest(within: Within, nowMs: number, graceMs: number, replaced: boolean): Late {
  const missed = within(-Infinity, graceMs, MAX_COUNTED);
  const last = within(nowMs - CATCH_UP_MS, graceMs, MAX_COUNTED).at(-1);
  if (replaced || last === undefined) return { fire: [], skipped: counted(missed) };
  return {
    fire: [{ atMs: last, isBackfill: false }],
    skipped: counted(missed.filter((atMs) => atMs !== last)),
  };
}

function backfilled(within: Within, nowMs: number, graceMs: number): Late {
  const old = within(-Infinity, nowMs - BACKFILL_MS, MAX_COUNTED);
  const missed = within(nowMs - BACKFILL_MS, graceMs, MAX_BACKFILL + MAX_COUNTED);
  return {
    fire: missed.slice(0, MAX_BACKFILL).map((atMs) => ({ atMs, isBackfill: true })),
    skipped: counted([...old, ...missed.slice(MAX_BACKFILL)]),
  };
}

function counted(missed: readonly number[]): Decision['skipped'] {
  const [atMs] = missed;
  return atMs === undefined ? null : { atMs, count: missed.length };
}

function utc(): Zone {
  const zone = Zone.named('UTC');
  if (zone === null) throw new Error('There is always UTC');
  return zone;
}
