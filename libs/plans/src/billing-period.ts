/** Which period an organization's use counts in. Pure. */

export interface Period {
  readonly start: Date;
  /** The first instant that is not part of it. */
  readonly end: Date;
}

/** The month of the calendar, UTC. */
export function calendarMonth(now: Date): Period {
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth()];
  return { start: new Date(Date.UTC(year, month, 1)), end: new Date(Date.UTC(year, month + 1, 1)) };
}

/**
 * The period that `now` is in, where one is agreed. Nobody may have moved an agreed period on after its end: then it is
 * the month that begins on the same day of the month as the agreed one.
 */
export function periodAt(now: Date, agreed: Period | null): Period {
  if (agreed === null || now < agreed.start) return calendarMonth(now);
  if (now < agreed.end) return agreed;
  const { end } = agreed;
  let months = (now.getUTCFullYear() - end.getUTCFullYear()) * 12 + now.getUTCMonth() - end.getUTCMonth();
  if (monthsAfter(end, months) > now) months -= 1;
  return { start: monthsAfter(end, months), end: monthsAfter(end, months + 1) };
}

/** The same day and time so many months later; the last day of a month that is too short. */
function monthsAfter(date: Date, months: number): Date {
  const moved = new Date(date);
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() + months);
  const days = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(date.getUTCDate(), days));
  return moved;
}
