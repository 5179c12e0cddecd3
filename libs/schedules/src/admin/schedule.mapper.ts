import type { ScheduleDetail, ScheduleOccurrence, ScheduleRow } from '@app/contracts';
import { statusName } from '@app/observe';
import { describeCron, nextOccurrence, parseCron, Zone } from '@app/schedules';
import type { OccurrenceRecord, ScheduleRecord } from './schedule-list.queries';

const SHOWN_NEXT = 10;

export function toScheduleRow(row: ScheduleRecord, recent: readonly OccurrenceRecord[]): ScheduleRow {
  const meta = row.meta as { readonly doc?: unknown; readonly agent?: unknown }; // a JSON object, by the compiler
  const isOnce = row.cron.startsWith('@at:');
  return {
    schedule_id: row.schedule_id,
    kind: row.kind,
    state: row.state,
    function: `${row.ns}/${row.var}`,
    doc: typeof meta.doc === 'string' ? meta.doc.trim() : null,
    expression: row.expression,
    cron: isOnce ? null : row.cron,
    words: isOnce ? 'Once' : describeCron(row.cron),
    timezone: row.timezone,
    next_at: row.next_fire_at?.toISOString() ?? null,
    last_fired_at: row.last_fired_at?.toISOString() ?? null,
    recent: recent.filter((each) => each.schedule_id === row.schedule_id).map(toOccurrence),
    project: row.project,
    agent: typeof meta.agent === 'string' ? meta.agent : null,
    client_key: row.client_key,
    created_at: row.created_at.toISOString(),
    created_by_run_id: row.created_by_run_id,
    at:
      row.file === null || row.line === null ? null : { file: row.file, line: row.line, column: row.column },
  };
}

export const toScheduleDetail = (
  row: ScheduleRecord,
  recent: readonly OccurrenceRecord[],
): ScheduleDetail => ({
  ...toScheduleRow(row, recent),
  next: nextTimes(row),
  args: row.args,
});

export const toOccurrence = (each: OccurrenceRecord): ScheduleOccurrence => ({
  scheduled_at: each.scheduled_time.toISOString(),
  executed_at: each.executed_at.toISOString(),
  is_backfill: each.is_backfill,
  skipped: each.skipped_count,
  event_id: each.event_id,
  run_id: each.run_id,
  status: each.status === null ? null : statusName(each.status),
  duration_us: each.duration_us,
});

/** Beginning with the one that is due: the same calculation as that of whoever fires it. */
function nextTimes(row: ScheduleRecord): readonly string[] {
  if (row.next_fire_at === null) return [];
  const zone = Zone.named(row.timezone);
  const times = [row.next_fire_at.getTime()];
  if (row.cron.startsWith('@at:') || zone === null) return times.map(toText);
  const cron = parseCron(row.cron);
  while (times.length < SHOWN_NEXT) {
    const next = nextOccurrence(cron, zone, times.at(-1) ?? 0);
    if (next === null) break;
    times.push(next);
  }
  return times.map(toText);
}

const toText = (ms: number): string => new Date(ms).toISOString();
