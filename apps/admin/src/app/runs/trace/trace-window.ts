/** The part of the run's time that is shown, microseconds. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

export interface Bar {
  /** Percent of the window's width. */
  readonly left: number;
  readonly width: number;
  readonly visible: boolean;
}

const SHORTEST_US = 20;

export function barOf(window: TimeWindow, start: number, duration: number): Bar {
  const span = window.to - window.from;
  const end = start + duration;
  if (span <= 0 || end < window.from || start > window.to) return { left: 0, width: 0, visible: false };
  const left = (100 * (Math.max(start, window.from) - window.from)) / span;
  const right = (100 * (Math.min(end, window.to) - window.from)) / span;
  return { left, width: right - left, visible: true };
}

/** A window that keeps within the run and is never too short to mean anything. */
export function clampWindow(window: TimeWindow, total: number): TimeWindow {
  const span = Math.min(total, Math.max(SHORTEST_US, window.to - window.from));
  const from = Math.max(0, Math.min(total - span, window.from));
  return { from, to: from + span };
}

/** Narrower (factor below 1) or wider, around a moment that stays where it is. */
export function zoom(window: TimeWindow, factor: number, around: number, total: number): TimeWindow {
  return clampWindow(
    { from: around - (around - window.from) * factor, to: around + (window.to - around) * factor },
    total,
  );
}

/** Round steps for the scale: 1, 2 or 5 times a power of ten, at most `most` of them. */
export function scaleTicks(window: TimeWindow, most: number): number[] {
  const span = window.to - window.from;
  if (span <= 0) return [];
  const rough = span / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const ticks: number[] = [];
  for (let tick = Math.ceil(window.from / step) * step; tick <= window.to; tick += step) ticks.push(tick);
  return ticks;
}
