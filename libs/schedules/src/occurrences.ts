/**
 * When a cron expression happens in a time zone.
 *
 * An expression of certain hours means what the wall clock shows: a time that does not exist happens at the end of the
 * gap, one that comes twice happens the first time. One of every hour follows elapsed time: it happens at every instant
 * at which the clock fits, twice where an hour comes twice.
 */
import { nextLocal, type Cron } from './cron';
import type { Zone } from './zone';

const WINDOW = 26 * 3_600_000;

/** The first occurrence after the instant, in milliseconds; null when there is none. */
export function nextOccurrence(cron: Cron, zone: Zone, afterMs: number): number | null {
  return cron.everyHour ? nextElapsed(cron, zone, afterMs) : nextOnTheWall(cron, zone, afterMs);
}

/** Occurrences after the instant, up to and including another one, `limit` of them at most. */
export function occurrencesUntil(
  cron: Cron,
  zone: Zone,
  afterMs: number,
  untilMs: number,
  limit: number,
): readonly number[] {
  const found: number[] = [];
  for (let at = nextOccurrence(cron, zone, afterMs); at !== null && at <= untilMs && found.length < limit;) {
    found.push(at);
    at = nextOccurrence(cron, zone, at);
  }
  return found;
}

function nextOnTheWall(cron: Cron, zone: Zone, afterMs: number): number | null {
  let local: number | null = afterMs + zone.offsetAt(afterMs);
  for (;;) {
    local = nextLocal(cron, local);
    if (local === null) return null;
    const at = zone.instantOf(local);
    // Within the second pass of an hour that comes twice: its times have been already.
    if (at > afterMs) return at;
  }
}

function nextElapsed(cron: Cron, zone: Zone, afterMs: number): number | null {
  let base = afterMs;
  let local = afterMs + zone.offsetAt(afterMs);
  for (;;) {
    const offset = zone.offsetAt(base);
    const next = nextLocal(cron, local);
    if (next === null) return null;
    const change = zone.changeWithin(base, base + WINDOW);
    if (change !== null && next - offset >= change) {
      // Clocks are changed before that: what they show from then on decides.
      base = change;
      local = change + zone.offsetAt(change) - 1;
      continue;
    }
    if (next - offset <= base + WINDOW) return next - offset;
    const at = zone.instantsOf(next).find((each) => each > base);
    if (at !== undefined) return at;
    local = next;
  }
}
