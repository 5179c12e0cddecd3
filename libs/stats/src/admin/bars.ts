import type { Bucket, EventTotals, RunTotals, RunTypeName } from '@app/contracts';
import { statusName, typeName, type EventBar, type RunBar } from '@app/observe';

/** Adds up what was counted. Pure: rows in, figures out; a bar that nothing fell into is a real zero. */

const NO_RUNS: RunTotals = { total: 0, running: 0, succeeded: 0, failed: 0, cancelled: 0, pending_retry: 0 };

export interface RunSum {
  readonly totals: RunTotals;
  readonly meanUs: number | null;
}

export function sumRuns(rows: readonly RunBar[]): RunSum {
  const sums: Record<keyof RunTotals, number> = { ...NO_RUNS };
  let ended = 0;
  let us = 0;
  for (const { status, count, sum_us } of rows) {
    const name = statusName(status);
    sums[name] += count;
    sums.total += count;
    if (name !== 'running' && name !== 'pending_retry') {
      ended += count;
      us += sum_us;
    }
  }
  return { totals: sums, meanUs: ended === 0 ? null : Math.round(us / ended) };
}

export function sumEvents(rows: readonly EventBar[]): EventTotals {
  const of = (state: number): number =>
    rows.reduce((sum, row) => (row.state === state ? sum + row.count : sum), 0);
  const [total, pending, unhandled] = [of(1), of(2), of(3)];
  // An event is counted when it comes and found unhandled a moment later: at the edge of a bar the two may part.
  return { total, pending, unhandled, handled: Math.max(0, total - pending - unhandled) };
}

export function toBuckets(
  edges: readonly number[],
  range: { readonly fromMs: number; readonly toMs: number },
  runs: readonly RunBar[],
  events: readonly EventBar[] | undefined,
): readonly Bucket[] {
  const runsBy = group(runs);
  const eventsBy = events === undefined ? undefined : group(events);
  return edges.slice(0, -1).map((edge, index) => {
    const { totals, meanUs } = sumRuns(runsBy.get(index + 1) ?? []);
    return {
      start: new Date(Math.max(edge, range.fromMs)).toISOString(),
      end: new Date(Math.min(edges[index + 1] ?? edge, range.toMs)).toISOString(),
      runs: totals,
      mean_duration_us: meanUs,
      events: eventsBy === undefined ? null : sumEvents(eventsBy.get(index + 1) ?? []),
    };
  });
}

export function toRunTypes(
  rows: readonly RunBar[],
): readonly { readonly type: RunTypeName; readonly count: number; readonly failed: number }[] {
  const types = new Map<RunTypeName, { count: number; failed: number }>();
  for (const { run_type, status, count } of rows) {
    const type = typeName(run_type);
    const known = types.get(type) ?? { count: 0, failed: 0 };
    known.count += count;
    if (statusName(status) === 'failed') known.failed += count;
    types.set(type, known);
  }
  return [...types].map(([type, sums]) => ({ type, ...sums })).sort((a, b) => b.count - a.count);
}

/** Bar 0 is the period before; everything else is the period itself. */
export const ofPeriod = <T extends { readonly bar: number }>(rows: readonly T[]): readonly T[] =>
  rows.filter(({ bar }) => bar > 0);
export const ofPeriodBefore = <T extends { readonly bar: number }>(rows: readonly T[]): readonly T[] =>
  rows.filter(({ bar }) => bar === 0);

function group<T extends { readonly bar: number }>(rows: readonly T[]): ReadonlyMap<number, readonly T[]> {
  const groups = new Map<number, T[]>();
  for (const row of rows) {
    const known = groups.get(row.bar);
    if (known === undefined) groups.set(row.bar, [row]);
    else known.push(row);
  }
  return groups;
}
