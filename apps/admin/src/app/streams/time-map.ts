/** Half-open, milliseconds of the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface TimeMap {
  /** 0 to 1 over the width. */
  at(ms: number): number;
  /** Pauses that were cut short: where, and how long they really are. */
  readonly cuts: readonly { readonly at: number; readonly lengthMs: number }[];
}

/** Time as it was. */
export function plainMap(spans: readonly Span[]): TimeMap {
  const { from, to } = hull(spans);
  const length = Math.max(1, to - from);
  return { at: (ms) => clamp((ms - from) / length), cuts: [] };
}

/**
 * Time without long pauses: where nothing happened for more than a tenth of the busy time, only that tenth is shown.
 * A retry an hour later would otherwise press everything else into one pixel.
 */
export function busyMap(spans: readonly Span[]): TimeMap {
  const busy = union(spans);
  const busyMs = busy.reduce((sum, { from, to }) => sum + to - from, 0);
  const longest = Math.max(1, busyMs / 10);
  const pieces: { from: number; to: number; shown: number }[] = [];
  const cutsAt: { ms: number; lengthMs: number }[] = [];
  for (const [index, span] of busy.entries()) {
    const before = busy[index - 1];
    if (before !== undefined) {
      const pause = span.from - before.to;
      pieces.push({ from: before.to, to: span.from, shown: Math.min(pause, longest) });
      if (pause > longest * 1.5) cutsAt.push({ ms: before.to + pause / 2, lengthMs: pause });
    }
    pieces.push({ from: span.from, to: span.to, shown: span.to - span.from });
  }
  const total = Math.max(
    1,
    pieces.reduce((sum, { shown }) => sum + shown, 0),
  );
  const at = (ms: number): number => {
    let passed = 0;
    for (const { from, to, shown } of pieces) {
      if (ms < from) break;
      if (ms <= to) return clamp((passed + (to === from ? 0 : ((ms - from) / (to - from)) * shown)) / total);
      passed += shown;
    }
    return clamp(passed / total);
  };
  return { at, cuts: cutsAt.map(({ ms, lengthMs }) => ({ at: at(ms), lengthMs })) };
}

/** The share of the whole time in which nothing happened. */
export function idleShare(spans: readonly Span[]): number {
  const { from, to } = hull(spans);
  if (to <= from) return 0;
  const busy = union(spans).reduce((sum, span) => sum + span.to - span.from, 0);
  return 1 - busy / (to - from);
}

function union(spans: readonly Span[]): Span[] {
  const merged: { from: number; to: number }[] = [];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last !== undefined && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else merged.push({ ...span });
  }
  return merged;
}

function hull(spans: readonly Span[]): Span {
  return spans.reduce((all, { from, to }) => ({ from: Math.min(all.from, from), to: Math.max(all.to, to) }), {
    from: Number.POSITIVE_INFINITY,
    to: Number.NEGATIVE_INFINITY,
  });
}

const clamp = (share: number): number => Math.max(0, Math.min(1, share));
