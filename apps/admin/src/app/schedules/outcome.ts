import type { ScheduleOccurrence, ScheduleRow } from '@app/contracts';
import { statusLook } from '@app/admin-ui/status';

export interface Outcome {
  /** For its look; null: there was no run. */
  readonly status: string | null;
  readonly words: string;
}

export function outcomeOf({ status, skipped, event_id: eventId }: ScheduleOccurrence): Outcome {
  if (status !== null) return { status, words: statusLook(status).label };
  if (skipped > 0) return { status: null, words: skipped === 1 ? 'Left out' : `Left out ${skipped} times` };
  return eventId === null
    ? { status: null, words: 'Nothing happened' }
    : { status: null, words: 'No run is known of it' };
}

/** More than this behind its time is worth a word. */
const LATE_MS = 5_000;

/** Milliseconds by which it was late, or null. */
export function lateness(each: ScheduleOccurrence): number | null {
  const ms = Date.parse(each.executed_at) - Date.parse(each.scheduled_at);
  return each.skipped === 0 && ms > LATE_MS ? ms : null;
}

/** What the schedule says, when its expression is a sentence itself or there is a plain one for it. */
export const sentenceOf = ({ words, expression }: ScheduleRow): string => words ?? expression;

/** The expression beside the sentence: not when it says the same. */
export const expressionOf = (row: ScheduleRow): string =>
  row.words === null || row.words.toLowerCase() === row.expression.toLowerCase() ? '' : row.expression;
