import { clockLabel } from '../format';

/** A range as it is in the address: `t` relative, or `from` and `to`, which win. Empty strings are absent. */
export interface RangeText {
  readonly t: string;
  readonly from: string;
  readonly to: string;
}

export interface Preset {
  readonly t: string;
  readonly label: string;
}

export const PRESETS: readonly Preset[] = [
  { t: '15m', label: 'Last 15 minutes' },
  { t: '1h', label: 'Last hour' },
  { t: '6h', label: 'Last 6 hours' },
  { t: '24h', label: 'Last 24 hours' },
  { t: '3d', label: 'Last 3 days' },
  { t: '7d', label: 'Last 7 days' },
  { t: '30d', label: 'Last 30 days' },
  { t: '90d', label: 'Last 90 days' },
  { t: 'all', label: 'All time' },
];

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of "24h"; null for "all" and what is none of ours. */
export function lengthOf(t: string): number | null {
  const match = /^(\d{1,4})([mhd])$/.exec(t);
  return match === null ? null : Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 0);
}

/** The moments a range means at `nowMs`; null when it has no beginning. */
export function momentsOf(
  range: RangeText,
  nowMs: number,
): { readonly from: number; readonly to: number } | null {
  if (range.from !== '' || range.to !== '') {
    const from = Date.parse(range.from);
    const to = range.to === '' ? nowMs : Date.parse(range.to);
    return Number.isNaN(from) || Number.isNaN(to) || from >= to ? null : { from, to };
  }
  const length = lengthOf(range.t);
  return length === null ? null : { from: nowMs - length, to: nowMs };
}

export function absolute(from: number, to: number): RangeText {
  return { t: '', from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

/** The window of equal length before (-1) or after (1); what would reach into the future ends now. */
export function shiftRange(range: RangeText, steps: -1 | 1, nowMs: number): RangeText | null {
  const moments = momentsOf(range, nowMs);
  if (moments === null) return null;
  const length = moments.to - moments.from;
  const to = Math.min(nowMs, moments.to + steps * length);
  return absolute(to - length, to);
}

/** "Last 24 hours", or "03-04 06:00 – 09:00" in the zone. */
export function rangeWords(range: RangeText, fallback: string, zone: string): string {
  if (range.from === '' && range.to === '') {
    const t = range.t === '' ? fallback : range.t;
    return PRESETS.find((preset) => preset.t === t)?.label ?? `Last ${t}`;
  }
  const from = Date.parse(range.from);
  const to = Date.parse(range.to);
  const start = Number.isNaN(from) ? 'Beginning' : stamp(from, zone);
  if (Number.isNaN(to)) return `Since ${start}`;
  const sameDay = !Number.isNaN(from) && clockLabel(from, zone).date === clockLabel(to, zone).date;
  return `${start} – ${sameDay ? clockLabel(to, zone).time : stamp(to, zone)}`;
}

function stamp(ms: number, zone: string): string {
  const { date, time } = clockLabel(ms, zone);
  return `${date} ${time}`;
}
