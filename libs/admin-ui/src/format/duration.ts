const MS = 1000;
const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const two = (value: number): string => String(value).padStart(2, '0');

/** "< 1 ms", "84 ms", "1.42 s", "12.4 s", "2 min 07 s", "1 h 12 min", "3 d 4 h". From microseconds. */
export function formatDuration(us: number): string {
  if (us < MS) return us < 1 ? '0 ms' : '< 1 ms';
  if (us < SECOND) return `${Math.round(us / MS)} ms`;
  if (us < 10 * SECOND) return `${(us / SECOND).toFixed(2)} s`;
  if (us < MINUTE) return `${(us / SECOND).toFixed(1)} s`;
  if (us < HOUR) {
    const seconds = Math.floor(us / SECOND);
    return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  }
  if (us < DAY) {
    const minutes = Math.floor(us / MINUTE);
    return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  }
  const hours = Math.floor(us / HOUR);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** For traces, where less than a millisecond is the rule: "38 µs", "1.24 ms". */
export function formatFine(us: number): string {
  if (us < MS) return `${Math.round(us)} µs`;
  if (us < 10 * MS) return `${(us / MS).toFixed(2)} ms`;
  if (us < 100 * MS) return `${(us / MS).toFixed(1)} ms`;
  return formatDuration(us);
}

/** Whole seconds, for durations that still grow: no digits that flicker. */
export function formatTicking(us: number): string {
  if (us < MINUTE) return `${Math.max(0, Math.floor(us / SECOND))} s`;
  return formatDuration(us);
}

/** "1,234,567 µs" */
export function exactMicroseconds(us: number): string {
  return `${us.toLocaleString('en-US')} µs`;
}
