/** How wide the bars of a chart are. */
export const GRANULARITIES = ['minute', '5m', '15m', 'hour', '3h', 'day', 'week', 'month'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MAX_BUCKETS = 500;

const FIXED_MS: Readonly<Partial<Record<Granularity, number>>> = {
  minute: MINUTE,
  '5m': 5 * MINUTE,
  '15m': 15 * MINUTE,
  hour: HOUR,
  '3h': 3 * HOUR,
};

const NOMINAL_MS: Readonly<Record<Granularity, number>> = {
  minute: MINUTE,
  '5m': 5 * MINUTE,
  '15m': 15 * MINUTE,
  hour: HOUR,
  '3h': 3 * HOUR,
  day: DAY,
  week: 7 * DAY,
  month: 30 * DAY,
};

interface Rule {
  readonly upToMs: number;
  readonly auto: Granularity;
  readonly allowed: readonly Granularity[];
}

const RULES: readonly Rule[] = [
  { upToMs: HOUR, auto: 'minute', allowed: ['minute', '5m'] },
  { upToMs: 6 * HOUR, auto: '5m', allowed: ['minute', '5m', '15m', 'hour'] },
  { upToMs: DAY, auto: '15m', allowed: ['5m', '15m', 'hour'] },
  { upToMs: 3 * DAY, auto: 'hour', allowed: ['15m', 'hour', '3h', 'day'] },
  { upToMs: 7 * DAY, auto: '3h', allowed: ['hour', '3h', 'day'] },
  { upToMs: 14 * DAY, auto: 'day', allowed: ['hour', '3h', 'day', 'week'] },
  { upToMs: 30 * DAY, auto: 'day', allowed: ['3h', 'day', 'week'] },
  { upToMs: 90 * DAY, auto: 'day', allowed: ['day', 'week', 'month'] },
  { upToMs: 731 * DAY, auto: 'week', allowed: ['day', 'week', 'month'] },
];
const LAST_RULE: Rule = {
  upToMs: Number.POSITIVE_INFINITY,
  auto: 'month',
  allowed: ['week', 'month'],
};

/** Minute counters are kept this long; what reaches further back is drawn from hours. */
export const MINUTE_COUNTERS_MS = 48 * HOUR;

/** The bar widths that suit a range and can be told from the counters. */
export function suitableGranularities(fromMs: number, toMs: number, nowMs: number): readonly Granularity[] {
  const fine = fromMs >= nowMs - MINUTE_COUNTERS_MS;
  const allowed = ruleFor(toMs - fromMs).allowed.filter((granularity) => {
    const width = NOMINAL_MS[granularity];
    return (fine || width >= HOUR) && (toMs - fromMs) / width <= MAX_BUCKETS;
  });
  return allowed.length > 0 ? allowed : ['hour'];
}

/** The bar width to use: the wished one when it suits, else the usual one of the range. */
export function chooseGranularity(
  fromMs: number,
  toMs: number,
  nowMs: number,
  wished?: Granularity,
): Granularity {
  const suitable = suitableGranularities(fromMs, toMs, nowMs);
  if (wished !== undefined && suitable.includes(wished)) return wished;
  const { auto } = ruleFor(toMs - fromMs);
  return suitable.includes(auto) ? auto : (suitable[0] ?? 'hour');
}

// An hour of grace: a range snapped outwards to whole counters keeps its rule.
function ruleFor(lengthMs: number): Rule {
  return RULES.find(({ upToMs }) => lengthMs <= upToMs + (upToMs > DAY ? HOUR : MINUTE)) ?? LAST_RULE;
}

/**
 * The edges of the bars over a range, in a time zone: n + 1 moments for n bars. The first edge is the last one at or
 * before `fromMs`; the last edge is at or after `toMs`. Hours are real hours, so a day of a clock change has 23 or 25.
 */
export function bucketEdges(
  fromMs: number,
  toMs: number,
  granularity: Granularity,
  timeZone: string,
): number[] {
  const width = FIXED_MS[granularity];
  const edges: number[] = [];
  if (width !== undefined) {
    for (let at = Math.floor(fromMs / width) * width; ; at += width) {
      edges.push(at);
      if (at >= toMs || edges.length > MAX_BUCKETS * 2) return edges;
    }
  }
  let day = startOf(fromMs, granularity, timeZone);
  for (;;) {
    const at = zonedMidnight(day, timeZone);
    edges.push(at);
    if (at >= toMs || edges.length > MAX_BUCKETS * 4) return edges;
    day = next(day, granularity);
  }
}

interface CivilDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

function startOf(ms: number, granularity: Granularity, timeZone: string): CivilDay {
  const civil = civilDay(ms, timeZone);
  if (granularity === 'month') return { ...civil, day: 1 };
  if (granularity !== 'week') return civil;
  const weekday = (new Date(Date.UTC(civil.year, civil.month - 1, civil.day)).getUTCDay() + 6) % 7;
  return shift(civil, -weekday);
}

function next(day: CivilDay, granularity: Granularity): CivilDay {
  if (granularity === 'month') return fromUtc(Date.UTC(day.year, day.month, 1));
  return shift(day, granularity === 'week' ? 7 : 1);
}

const shift = (day: CivilDay, days: number): CivilDay =>
  fromUtc(Date.UTC(day.year, day.month - 1, day.day + days));

function fromUtc(ms: number): CivilDay {
  const date = new Date(ms);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string): Intl.DateTimeFormat {
  let known = formatters.get(timeZone);
  if (known === undefined) {
    known = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(timeZone, known);
  }
  return known;
}

function civilParts(ms: number, timeZone: string): Readonly<Record<string, number>> {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatter(timeZone).formatToParts(ms)) parts[type] = Number(value);
  return parts;
}

function civilDay(ms: number, timeZone: string): CivilDay {
  const { year = 1970, month = 1, day = 1 } = civilParts(ms, timeZone);
  return { year, month, day };
}

/** Milliseconds by which the zone's clock is ahead of UTC. */
function zoneOffset(ms: number, timeZone: string): number {
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = civilParts(ms, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1000) * 1000;
}

function zonedMidnight(day: CivilDay, timeZone: string): number {
  const wall = Date.UTC(day.year, day.month - 1, day.day);
  // Two steps: the offset at the guess may be the one of the other side of a clock change.
  const guess = wall - zoneOffset(wall, timeZone);
  return wall - zoneOffset(guess, timeZone);
}

/** Whether this is a time zone that the server knows. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    // RangeError is how the platform says that it does not know the name.
    return false;
  }
}
