import type { NewEvent } from '@app/dispatch';

/** What is known of a schedule when it happens. */
export interface FiringSchedule {
  readonly schedule_id: string;
  readonly org_id: string;
  readonly env_id: string;
  readonly retention_class: number;
  readonly project_id: string;
  readonly ns: string;
  readonly var: string;
  /** JSON text of a list; null: the function gets what is known of the occurrence. */
  readonly args: string | null;
  /** Secrets of the args: see `EventSeals`. */
  readonly sealed: string | null;
}

export interface OccurrenceFacts {
  readonly atMs: number;
  readonly isBackfill: boolean;
  readonly backfilledAtMs?: number;
  readonly lateMs?: number;
  /** A person asked for it. */
  readonly isManual?: boolean;
}

/** The event by which a schedule's function is called. */
export function scheduleEvent(
  schedule: FiringSchedule,
  facts: OccurrenceFacts,
  by: { readonly eventId: string; readonly userId: string | null; readonly source: NewEvent['source'] },
): NewEvent {
  const { lateMs, backfilledAtMs } = facts;
  const info = {
    type: 'hot:schedule',
    schedule_id: schedule.schedule_id,
    scheduled_at: new Date(facts.atMs).toISOString(),
    is_backfill: facts.isBackfill,
    ...(backfilledAtMs === undefined ? {} : { backfilled_at: new Date(backfilledAtMs).toISOString() }),
    ...(facts.isManual === true ? { is_manual: true } : {}),
    ...(lateMs === undefined ? {} : { late_by_ms: lateMs }),
  };
  const args = schedule.args ?? JSON.stringify([info]);
  const fn = JSON.stringify(`${schedule.ns}/${schedule.var}`);
  const before = `{"fn":${fn},"args":`;
  const lateMember = lateMs === undefined ? '' : `,"late_by_ms":${lateMs}`;
  return {
    orgId: schedule.org_id,
    envId: schedule.env_id,
    retentionClass: schedule.retention_class,
    eventType: 'hot:schedule',
    eventData: `${before}${args}${lateMember}}`,
    // Opened by whoever runs it: the args stand in there as they were sealed.
    sealed: schedule.sealed === null ? null : `${schedule.sealed} ${before.length}`,
    eventId: by.eventId,
    streamId: null,
    source: by.source,
    byUserId: by.userId,
    accessId: null,
    routing: { projectId: schedule.project_id },
  };
}
