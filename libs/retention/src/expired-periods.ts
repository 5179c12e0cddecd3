/** Tables with a partition per period: `<table>_<class>_<first day>`, as the database's `ensure_partitions` names them. */
export const HISTORY_TABLES = ['event', 'run', 'trace_segment', 'stream_data', 'access'] as const;

/** A day, or a month of the classes that are kept longer than 30 days. */
export interface Period {
  readonly retentionClass: number;
  /** `YYYYMMDD` */
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

const PARTITION = new RegExp(`^(?:${HISTORY_TABLES.join('|')})_(\\d+)_(\\d{4})(\\d{2})(\\d{2})$`);
const DAY_MS = 86_400_000;

/**
 * Periods whose last moment lies as long ago as their class is kept, oldest first.
 * @param partitions names of tables, others among them
 */
export function expiredPeriods(partitions: readonly string[], nowMs: number, graceDays = 0): Period[] {
  const found = new Map<string, Period>();
  for (const partition of partitions) {
    const [, keptDays, year, month, day] = PARTITION.exec(partition) ?? [];
    if (keptDays === undefined) continue;
    const retentionClass = Number(keptDays);
    const fromMs = Date.UTC(Number(year), Number(month) - 1, Number(day));
    const toMs = retentionClass <= 30 ? fromMs + DAY_MS : Date.UTC(Number(year), Number(month), Number(day));
    if (toMs + (retentionClass + graceDays) * DAY_MS > nowMs) continue;
    const name = `${year}${month}${day}`;
    found.set(`${retentionClass}_${name}`, { retentionClass, name, fromMs, toMs });
  }
  return [...found.values()].sort((a, b) => a.fromMs - b.fromMs || a.retentionClass - b.retentionClass);
}
