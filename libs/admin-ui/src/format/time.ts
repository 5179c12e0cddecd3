const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "just now", "52 s ago", "3 min ago", "5 h ago", "2 d ago", "in 12 s"; beyond 30 days the date. */
export function formatRelative(atMs: number, nowMs: number, timeZone: string): string {
  const ago = nowMs - atMs;
  const length = Math.abs(ago);
  if (length > 30 * DAY) return formatAbsolute(atMs, timeZone).slice(0, 10);
  if (length <= 45 * SECOND && ago >= 0)
    return ago < 5 * SECOND ? 'just now' : `${Math.floor(ago / SECOND)} s ago`;
  const words = lengthInWords(length);
  return ago >= 0 ? `${words} ago` : `in ${words}`;
}

function lengthInWords(length: number): string {
  if (length < MINUTE) return `${Math.round(length / SECOND)} s`;
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min`;
  if (length < DAY) return `${Math.floor(length / HOUR)} h`;
  return `${Math.floor(length / DAY)} d`;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function partsOf(atMs: number, timeZone: string): Readonly<Record<string, string>> {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      weekday: 'short',
      timeZoneName: 'short',
    });
    formatters.set(timeZone, formatter);
  }
  const parts: Record<string, string> = {};
  for (const { type, value } of formatter.formatToParts(atMs)) parts[type] = value;
  return parts;
}

export interface AbsoluteOptions {
  readonly milliseconds?: boolean;
  readonly zone?: boolean;
}

/** `2026-03-04 09:15:22`, with the zone's short name when asked for. */
export function formatAbsolute(atMs: number, timeZone: string, options: AbsoluteOptions = {}): string {
  const p = partsOf(atMs, timeZone);
  const ms = options.milliseconds === true ? `.${String(Math.floor(atMs) % 1000).padStart(3, '0')}` : '';
  const zone = options.zone === true ? ` ${p['timeZoneName'] ?? ''}` : '';
  return `${p['year']}-${p['month']}-${p['day']} ${p['hour']}:${p['minute']}:${p['second']}${ms}${zone}`;
}

export interface ClockLabel {
  readonly weekday: string;
  readonly date: string;
  readonly time: string;
}

/** Parts for chart axes: `Wed`, `03-04`, `09:15`. */
export function clockLabel(atMs: number, timeZone: string): ClockLabel {
  const p = partsOf(atMs, timeZone);
  return {
    weekday: p['weekday'] ?? '',
    date: `${p['month']}-${p['day']}`,
    time: `${p['hour']}:${p['minute']}`,
  };
}

/** The viewer's zone. */
export function viewerZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
