/** A maximum that divides into `steps` round parts and is not below `value`. */
export function niceMax(value: number, steps = 4, whole = true): number {
  if (value <= 0) return steps;
  const rough = value / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factors = power >= 10 || !whole ? [1, 2, 2.5, 5, 10] : [1, 2, 5, 10];
  const step = factors.map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  return steps * (whole ? Math.max(1, Math.ceil(step)) : step);
}

/** A maximum in microseconds whose quarters are round in the unit that people read. */
export function niceDurationMax(us: number): number {
  const units = [1, 1000, 1_000_000, 60_000_000, 3_600_000_000];
  const unit = units.findLast((size) => us >= size * 2) ?? 1000;
  return niceMax(us / unit, 4, false) * unit;
}

export interface Bands {
  readonly start: number;
  readonly step: number;
  readonly width: number;
}

/**
 * Where the chart library puts its bars: d3's band scale with rounding, no outer padding. Calculated again here because
 * what we draw over the bars has to lie exactly on them.
 */
export function bandsOf(count: number, width: number, padding: number): Bands {
  const inner = count / (width / padding + 1);
  const clamped = Math.min(1, inner);
  const step = Math.floor(width / Math.max(1, count - clamped));
  const start = Math.round((width - step * (count - clamped)) * 0.5);
  return { start, step, width: Math.round(step * (1 - clamped)) };
}

/** Space between bars: less when there are many. */
export function paddingFor(count: number, width: number): number {
  const step = width / Math.max(1, count);
  return step > 24 ? 8 : step > 12 ? 4 : step > 6 ? 2 : 1;
}
