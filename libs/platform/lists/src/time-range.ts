import { BadRequestError } from '@app/kernel';

/** A half-open range of time. `fromMs` is null for "all". Made once per request, so that everything on a page agrees. */
export interface TimeRange {
  readonly fromMs: number | null;
  readonly toMs: number;
  readonly nowMs: number;
  /** Counted back from now, and not named by somebody. */
  readonly relative: boolean;
}

export interface TimeRangeInput {
  readonly t?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const SHORT = /^(\d{1,5})([smhdw])$/;
const ISO = /^P(?=.)(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?=.)(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,5})S)?)?$/;
const TEN_YEARS_MS = 3660 * 86_400_000;
// With offset: a local time without one means another moment on every machine.
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

/** Reads `from`/`to`, which win, or `t` ("15m", "24h", "P7D", "all"). Throws BadRequestError naming what is wrong. */
export function parseTimeRange(input: TimeRangeInput, nowMs: number, fallback: string): TimeRange {
  if (input.from !== undefined || input.to !== undefined) {
    const fromMs = input.from === undefined ? null : parseInstant('from', input.from);
    const toMs = input.to === undefined ? nowMs : parseInstant('to', input.to);
    if (fromMs !== null && fromMs >= toMs) throw new BadRequestError('from must be before to');
    return { fromMs, toMs, nowMs, relative: false };
  }
  const text = input.t === undefined || input.t === '' ? fallback : input.t;
  if (text === 'all') return { fromMs: null, toMs: nowMs, nowMs, relative: true };
  const lengthMs = parseLength(text);
  if (lengthMs === undefined) throw new BadRequestError('t must be a range such as 24h, 7d, P7D or all');
  return { fromMs: nowMs - lengthMs, toMs: nowMs, nowMs, relative: true };
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Counters of single minutes are kept for 48 hours; an hour is folded within the hour after that. */
const MINUTES_KEPT_MS = 47 * HOUR_MS;

/** Width of the counters that reach back to a moment. */
export const counterWidthMs = (atMs: number, nowMs: number): number =>
  atMs >= nowMs - MINUTES_KEPT_MS ? MINUTE_MS : HOUR_MS;

/** A relative range, begun at a whole counter: "24 h" may be up to a minute longer, and totals are sums of counters. */
export function snapRange(range: TimeRange): TimeRange {
  if (!range.relative || range.fromMs === null) return range;
  const width = counterWidthMs(range.fromMs, range.nowMs);
  return { ...range, fromMs: Math.floor(range.fromMs / width) * width };
}

function parseLength(text: string): number | undefined {
  const short = SHORT.exec(text);
  const ms = short ? Number(short[1]) * (UNIT_MS[short[2] ?? ''] ?? 0) : isoLength(text);
  return ms !== undefined && ms >= 1000 && ms <= TEN_YEARS_MS ? ms : undefined;
}

function isoLength(text: string): number | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const part = (index: number, unit: string): number => Number(match[index] ?? 0) * (UNIT_MS[unit] ?? 0);
  return part(1, 'w') + part(2, 'd') + part(3, 'h') + part(4, 'm') + part(5, 's');
}

function parseInstant(name: string, text: string): number {
  const ms = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new BadRequestError(`${name} must be an ISO 8601 time with an offset`);
  return ms;
}
