/** Tables: schedule, schedule_log, project, run, dispatch. Read-only. */
import { Injectable } from '@nestjs/common';
import type { ScheduleKindName, ScheduleStateName } from '@app/contracts';
import type { EnvScope } from '@app/kernel';
import { Db } from '@app/platform/database';
import { escapeLike, type FacetCounts } from '@app/platform/lists';

export interface ScheduleRecord {
  readonly schedule_id: string;
  readonly project_id: string;
  readonly kind: ScheduleKindName;
  readonly state: ScheduleStateName;
  readonly ns: string;
  readonly var: string;
  readonly meta: unknown;
  readonly expression: string;
  readonly cron: string;
  readonly timezone: string;
  readonly args: string | null;
  readonly next_fire_at: Date | null;
  readonly last_fired_at: Date | null;
  readonly project: string;
  readonly client_key: string | null;
  readonly created_at: Date;
  readonly created_by_run_id: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

export interface OccurrenceRecord {
  readonly schedule_id: string;
  readonly scheduled_time: Date;
  readonly executed_at: Date;
  readonly is_backfill: boolean;
  readonly skipped_count: number;
  readonly event_id: string | null;
  readonly run_id: string | null;
  readonly status: number | null;
  readonly duration_us: number | null;
}

export interface ScheduleFilter {
  readonly q: string | undefined;
  readonly states: readonly ScheduleStateName[];
  readonly kinds: readonly ScheduleKindName[];
  readonly project: string | undefined;
  readonly byFunction: boolean;
}

const ALL = `
  SELECT s.*, p.name AS project_name, CASE s.kind WHEN 1 THEN 'declared' ELSE 'made' END AS kind_name,
         CASE WHEN NOT s.active THEN 'ended' WHEN s.paused THEN 'paused' ELSE 'active' END AS state
    FROM hot.schedule s JOIN hot.project p ON p.project_id = s.project_id
   WHERE s.env_id = $1 AND p.deleted_at IS NULL`;

const COLUMNS = `x.schedule_id, x.project_id, x.kind_name AS kind, x.state, x.ns, x.var, x.meta, x.expression, x.cron, x.timezone, x.args,
  CASE WHEN x.state = 'active' THEN x.next_fire_at END AS next_fire_at, x.last_fired_at, x.project_name AS project,
  x.client_key, x.created_at, x.created_by_run_id, x.file, x.line, x."column"`;

const MATCHES = `(x.ns || '/' || x.var || ' ' || x.expression || ' ' || coalesce(x.client_key, '')) ILIKE $2
  AND ($3::text IS NULL OR x.project_name = $3)`;

// Ids are in the order of time: a run is never older than its event, which spares older partitions.
const WITH_RUN = `
  LEFT JOIN LATERAL (
    SELECT r.run_id, r.status::int AS status, r.duration_us FROM hot.run r
     WHERE r.event_id = l.event_id AND r.env_id = $1 AND r.run_id >= l.event_id
    UNION ALL
    SELECT d.run_id, CASE d.state WHEN 3 THEN 5 ELSE 1 END, NULL FROM hot.dispatch d
     WHERE d.event_id = l.event_id AND d.env_id = $1 AND d.kind = 2 AND d.run_id IS NOT NULL AND d.state IN (2, 3)
     ORDER BY run_id DESC LIMIT 1) r ON l.event_id IS NOT NULL`;
const OCCURRENCE = `l.schedule_id, l.scheduled_time, l.executed_at, l.is_backfill, l.skipped_count, l.event_id, r.run_id,
  r.status, r.duration_us`;

const RECENT = `
  SELECT ${OCCURRENCE}
    FROM unnest($2::uuid[]) AS i(id)
    JOIN LATERAL (SELECT * FROM hot.schedule_log g WHERE g.schedule_id = i.id ORDER BY g.scheduled_time DESC LIMIT 10) l
      ON true ${WITH_RUN}
   ORDER BY l.schedule_id, l.scheduled_time DESC`;

const OCCURRENCES = `
  SELECT ${OCCURRENCE}
    FROM (SELECT g.* FROM hot.schedule_log g JOIN hot.schedule s ON s.schedule_id = g.schedule_id
           WHERE s.env_id = $1 AND g.schedule_id = $2 ORDER BY g.scheduled_time DESC LIMIT $3 OFFSET $4) l ${WITH_RUN}
   ORDER BY l.scheduled_time DESC`;
const COUNT = `
  SELECT count(*)::int AS count FROM hot.schedule_log g JOIN hot.schedule s ON s.schedule_id = g.schedule_id
   WHERE s.env_id = $1 AND g.schedule_id = $2`;

@Injectable()
export class ScheduleListQueries {
  constructor(private readonly db: Db) {}

  async list(
    { envId }: EnvScope,
    filter: ScheduleFilter,
    page: { readonly limit: number; readonly offset: number },
  ): Promise<{
    readonly rows: readonly ScheduleRecord[];
    readonly total: number;
    readonly facets: FacetCounts;
  }> {
    const values = [envId, `%${escapeLike(filter.q?.trim() ?? '')}%`, filter.project ?? null];
    const order = filter.byFunction ? '' : "CASE WHEN x.state = 'active' THEN x.next_fire_at END NULLS LAST,";
    const [rows, cells] = await Promise.all([
      this.db.query<ScheduleRecord & Record<string, unknown>>(
        `SELECT ${COLUMNS} FROM (${ALL}) x
          WHERE ${MATCHES} AND x.state = ANY ($4) AND x.kind_name = ANY ($5)
          ORDER BY ${order} x.ns COLLATE "C", x.var COLLATE "C", x.schedule_id LIMIT $6 OFFSET $7`,
        [...values, filter.states, filter.kinds, page.limit, page.offset],
      ),
      this.db.query<{ state: ScheduleStateName; kind: ScheduleKindName; count: number }>(
        `SELECT x.state, x.kind_name AS kind, count(*)::int AS count FROM (${ALL}) x WHERE ${MATCHES} GROUP BY 1, 2`,
        values,
      ),
    ]);
    const counted = (of: (cell: (typeof cells)[number]) => boolean): number =>
      cells.filter(of).reduce((sum, { count }) => sum + count, 0);
    const inKinds = ({ kind }: (typeof cells)[number]): boolean => filter.kinds.includes(kind);
    const inStates = ({ state }: (typeof cells)[number]): boolean => filter.states.includes(state);
    return {
      rows,
      total: counted((cell) => inKinds(cell) && inStates(cell)),
      facets: {
        state: [...new Set(cells.map(({ state }) => state))].map((value) => ({
          value,
          count: counted((cell) => cell.state === value && inKinds(cell)),
        })),
        kind: [...new Set(cells.map(({ kind }) => kind))].map((value) => ({
          value,
          count: counted((cell) => cell.kind === value && inStates(cell)),
        })),
      },
    };
  }

  find({ envId }: EnvScope, scheduleId: string): Promise<ScheduleRecord | undefined> {
    return this.db.queryOne<ScheduleRecord & Record<string, unknown>>(
      `SELECT ${COLUMNS} FROM (${ALL}) x WHERE x.schedule_id = $2`,
      [envId, scheduleId],
    );
  }

  /** Of each of them the last ten, newest first. */
  recent({ envId }: EnvScope, scheduleIds: readonly string[]): Promise<readonly OccurrenceRecord[]> {
    return this.db.query<OccurrenceRecord & Record<string, unknown>>(RECENT, [envId, scheduleIds]);
  }

  async occurrences(
    { envId }: EnvScope,
    scheduleId: string,
    page: { readonly limit: number; readonly offset: number },
  ): Promise<{ readonly rows: readonly OccurrenceRecord[]; readonly total: number }> {
    const [rows, count] = await Promise.all([
      this.db.query<OccurrenceRecord & Record<string, unknown>>(OCCURRENCES, [
        envId,
        scheduleId,
        page.limit,
        page.offset,
      ]),
      this.db.queryOne<{ count: number }>(COUNT, [envId, scheduleId]),
    ]);
    return { rows, total: count?.count ?? 0 };
  }
}
